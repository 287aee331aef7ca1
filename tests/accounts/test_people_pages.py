"""The pages about people, as an administrator uses them."""


def test_all_pages_open(client, sign_in):
    sign_in(client, "administrator")
    for path in ("/people", "/people/new", "/people/1", "/units", "/units/1", "/posts", "/posts/1"):
        assert client.get(path).status_code == 200, path
