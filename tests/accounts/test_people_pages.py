"""The pages about people, as an administrator uses them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from app.accounts import credentials, operations, roles, sessions
from app.accounts.models import Credential, Identity, RoleGrant, Unit, User
from app.accounts.operations import INSTALLER
from app.core import clock
from app.core.database import writing
from app.core.policy import Role
from app.extensions import db
from tests.client import HTMX
from tests.html import document_of, elements, text_of


@pytest.fixture
def admin(client, sign_in):
    """Return a client that is signed in as the administrator."""
    return sign_in(client, "administrator")


def user(key: str) -> User:
    return db.session.scalars(select(User).where(User.key == key)).one()


def page_of(key: str) -> str:
    return f"/people/{user(key).id}"


def listed(response) -> list[str]:
    """Return the names in a list of people."""
    document = document_of(response).root
    return [
        text_of(each.find("a")) for each in elements(document, "th") if each.get("scope") == "row"
    ]


def errors(response) -> str:
    document = document_of(response).root
    return " ".join(
        text_of(each)
        for each in elements(document, "div")
        if "error-summary" in each.get("class", "")
    )


def test_the_menu_leads_administrators_there_and_nobody_else(admin) -> None:
    for path in ("/people", "/people/new", page_of("chair"), "/units", "/posts", "/record"):
        document = document_of(admin.get(path)).root
        current = [
            text_of(each) for each in elements(document, "a") if each.get("aria-current") == "page"
        ]
        assert current[0] == "Hallinta"
        assert len(current) == 2, path
    admin.forge("/sign-in", {"person": "secretary"})
    assert "/people" not in admin.get("/").text
    assert admin.get("/people").status_code == 403


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("q=esim", ["Aino Esimerkki", "Ella Esimerkki", "Ville Esimerkki"]),
        ("q=MATTI malli", ["Matti Malli"]),
        ("q=påHITT", ["Björn Påhitt"]),
        ("q=board-", ["Björn Påhitt"]),
        ("q=%25", []),
        ("q=_", []),
        ("role=chair", ["Kaisa Kuviteltu"]),
        ("role=nonsense&role=chair&page=x&sort=x&unit=x&access=x", None),
        ("access=disabled", ["Matti Malli"]),
        ("access=active", ["Aino Esimerkki"]),
        ("access=erased", []),
        ("q=malli&access=never", ["Mikko Malli"]),
    ],
)
def test_the_list_is_narrowed_by_its_address(admin, address, names) -> None:
    with writing():
        operations.disable(user("member"), INSTALLER)
    found = listed(admin.get(f"/people?{address}"))
    assert found == names if names is not None else len(found) == 10
    assert listed(admin.get(f"/people?{address}", headers=HTMX)) == found


def test_people_of_a_unit_are_those_of_the_units_below_it_too(admin) -> None:
    services = user("viewer").unit_id
    assert listed(admin.get(f"/people?unit={services}")) == [
        "Ella Esimerkki",
        "Matti Malli",
        "Ville Esimerkki",
    ]


def test_a_role_that_is_over_is_not_listed_and_one_to_come_is(admin) -> None:
    today = clock.today()
    with writing():
        roles.end_role(user("chair"), user("chair").roles[0], INSTALLER)
        roles.give_role(user("viewer"), Role.CHAIR, INSTALLER, first_day=today + timedelta(days=3))
    assert listed(admin.get("/people?role=chair")) == ["Ville Esimerkki"]


@pytest.mark.parametrize("sort", ["name", "unit", "seen"])
def test_the_list_is_sorted_both_ways(admin, sort) -> None:
    ascending = listed(admin.get(f"/people?sort={sort}"))
    assert listed(admin.get(f"/people?sort=-{sort}")) == ascending[::-1]
    assert len(ascending) == 10


def add_people(count: int) -> None:
    """Let there be so many people more than those of the city, each a deputy of the chair."""
    with writing():
        present = db.session.scalar(select(func.count(User.id)).where(User.key.like("extra-%")))
        rows = [
            {
                "key": f"extra-{number}",
                "name": f"Joku {number:04}",
                "language": "fi",
                "unit_id": user("viewer").unit_id,
            }
            for number in range(present, count)
        ]
        ids = db.session.scalars(insert(User).returning(User.id), rows).all()
        grant = {"role": Role.CHAIR, "deputy_for_id": user("chair").id}
        db.session.execute(insert(RoleGrant), [{"user_id": user_id, **grant} for user_id in ids])


def test_queries_do_not_grow_with_people(admin, query_counter) -> None:
    paths = (
        "/people",
        "/people?q=joku&role=chair&sort=-unit",
        page_of("chair"),
        "/units",
        "/posts",
    )

    def counts() -> list[int]:
        found = []
        for path in paths:
            admin.get(path)
            with query_counter() as statements:
                assert admin.get(path).status_code == 200
            found.append(len(statements))
        return found

    add_people(1)
    first = counts()
    for many in (3, 100):
        add_people(many)
        assert counts() == first
    assert max(first) < 20


def test_a_long_list_is_paged_and_its_page_beyond_the_last_is_the_last(admin) -> None:
    add_people(100)
    response = admin.get("/people?page=3&q=joku")
    assert response.location == "/people?q=joku&page=2"
    assert len(listed(admin.get(response.location))) == 50


def test_somebody_is_added_gets_a_role_and_is_found(admin) -> None:
    response = admin.submit(
        "/people/new",
        {"name": "  Uuno   Uusi ", "key": "Uuno.Uusi", "email": "uuno@example.org"},
    )
    uuno = user("uuno.uusi")
    assert (uuno.name, uuno.email, uuno.language) == ("Uuno Uusi", "uuno@example.org", "fi")
    assert uuno.roles == []
    assert response.location == f"/people/{uuno.id}#roles"
    response = admin.submit(
        f"/people/{uuno.id}", {"role-role": "proposer"}, action=f"/people/{uuno.id}/roles"
    )
    assert response.status_code == 303
    [grant] = user("uuno.uusi").roles
    assert (grant.role, grant.first_day) == (Role.PROPOSER, clock.today())
    assert listed(admin.get("/people?q=uuno")) == ["Uuno Uusi"]


def test_adding_twice_with_one_form_adds_once(admin) -> None:
    data = {"name": "Uuno Uusi", "key": "uuno", "language": "fi", "repeat": "one-key"}
    first, second = (admin.forge("/people/new", data) for _time in range(2))
    assert first.location == second.location
    assert admin.forge("/people/new", {**data, "repeat": "another"}).status_code == 422


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": ""}, "Anna nimi."),
        ({"key": ""}, "Anna käyttäjätunnus."),
        ({"key": "Öykky"}, "Käyttäjätunnuksessa voi olla"),
        ({"key": "a b"}, "Käyttäjätunnuksessa voi olla"),
        ({"key": "-a"}, "Käyttäjätunnuksessa voi olla"),
        ({"key": "x" * 65}, "Käyttäjätunnuksessa voi olla"),
        ({"key": "CHAIR"}, "Toisella henkilöllä on jo"),
        ({"email": "uuno"}, "Kirjoita koko osoite"),
        ({"name": "x" * 201}, "enintään 200"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(admin, data, said) -> None:
    given = {"name": "Uuno Uusi", "key": "uuno", "email": "", **data}
    response = admin.submit("/people/new", given, headers=HTMX)
    assert response.status_code == 422
    assert said in errors(response)
    values = {
        each.get("name"): each.get("value")
        for each in elements(document_of(response).root, "input")
    }
    assert values["name"] == given["name"]
    assert db.session.scalar(select(User).where(User.name == given["name"])) is None


def test_a_stale_save_shows_both_texts_and_loses_none(admin) -> None:
    path = page_of("member")
    response = admin.get(path)
    stale = {
        each.get("name"): each.get("value")
        for each in elements(document_of(response).root, "input")
        if each.get("name") in {"version", "repeat"}
    }
    admin.submit(path, {"name": "Matti Ensimmäinen"}, action=path)
    typed = {**stale, "name": "Matti Toinen", "key": "member", "language": "fi"}
    for headers in ({}, HTMX):
        response = admin.forge(path, typed, headers=headers)
        assert response.status_code == 409
        assert "Matti Ensimmäinen" in response.text
        assert "Matti Toinen" in response.text
    assert user("member").name == "Matti Ensimmäinen"
    again = {
        each.get("name"): each.get("value")
        for each in elements(document_of(response).root, "input")
        if each.get("name") == "version"
    }
    assert admin.forge(path, typed | again).status_code == 303
    assert user("member").name == "Matti Toinen"


def test_roles_are_refused_in_words_beside_the_form(admin) -> None:
    path = page_of("viewer")
    for data, said in (
        ({"role-role": "viewer"}, "Henkilöllä on jo tämä rooli"),
        ({"role-role": "chair", "role-last_day": "2020-01-01"}, "Viimeinen päivä on ennen"),
        (
            {"role-role": "secretary", "role-deputy_for_id": str(user("chair").id)},
            "Sijaistettavalla henkilöllä ei ole tätä roolia",
        ),
        ({}, "Valitse rooli."),
    ):
        response = admin.submit(path, data, action=f"{path}/roles")
        assert response.status_code == 422
        assert said in errors(response)
    assert len(user("viewer").roles) == 1


def test_the_last_day_of_a_role_is_set_and_the_role_ended(admin) -> None:
    path = page_of("member")
    grant_id = user("member").roles[0].id
    field = f"grant-{grant_id}-last_day"
    action = f"{path}/roles/{grant_id}"
    assert admin.submit(path, {field: "2099-05-04"}, action=action).status_code == 303
    assert user("member").roles[0].last_day.year == 2099
    # A page that is older than the change doesn't write over it.
    stale = {field: "2098-01-01", f"grant-{grant_id}-version": "1"}
    assert admin.forge(action, stale).status_code == 409
    assert user("member").roles[0].last_day.year == 2099
    for _press in range(2):
        assert admin.forge(f"{action}/end").status_code == 303
    assert user("member").roles[0].last_day == clock.today() - timedelta(days=1)
    assert "Päättyneet roolit" in admin.get(path).text


def test_the_last_administrator_is_told_why_not(admin) -> None:
    path = page_of("administrator")
    grant_id = user("administrator").roles[0].id
    response = admin.submit(path, action=f"{path}/roles/{grant_id}/end")
    assert response.status_code == 409
    assert "Palveluun ei jäisi pääkäyttäjää" in response.text
    assert admin.forge(f"{path}/disable").status_code == 409


def test_with_two_administrators_each_changes_the_others_roles(admin) -> None:
    with writing():
        roles.give_role(user("chair"), Role.ADMINISTRATOR, INSTALLER)
    mine = admin.get(page_of("administrator")).text
    assert "Toinen pääkäyttäjä muuttaa roolejasi" in mine
    assert "/roles" not in mine
    assert "/roles" in admin.get(page_of("chair")).text


def test_a_link_is_shown_once_and_lets_somebody_in(admin, caplog) -> None:
    path = page_of("member")
    response = admin.submit(path, action=f"{path}/invitation")
    fields = [
        each
        for each in elements(document_of(response).root, "input")
        if each.get("id") == "invitation-link"
    ]
    link = fields[0].get("value", "")
    assert link.startswith("http://127.0.0.1:5000/invitation/")
    token = link.rpartition("/")[2]
    assert credentials.invitation_of(token, clock.now()).user_id == user("member").id
    assert token not in admin.get(path).text
    assert token not in caplog.text
    assert "24" in response.text


def test_nobody_who_is_disabled_is_invited(admin) -> None:
    with writing():
        operations.disable(user("member"), INSTALLER)
    assert admin.forge(f"{page_of('member')}/invitation").status_code == 409
    assert "/invitation" not in admin.get(page_of("member")).text


def test_a_city_account_is_linked_to_one_person_only_and_unlinked(admin) -> None:
    path = page_of("member")
    account = {"identity-issuer": "https://id.example.org", "identity-subject": "abc"}
    for _press in range(2):
        assert admin.submit(path, account, action=f"{path}/identities").status_code == 303
    other = page_of("viewer")
    response = admin.submit(other, account, action=f"{other}/identities")
    assert response.status_code == 422
    assert "kuuluu jo toiselle" in errors(response)
    [identity] = db.session.scalars(select(Identity)).all()
    # Of another person's page it is not taken away.
    admin.forge(f"{other}/identities/{identity.id}/remove")
    assert db.session.scalars(select(Identity)).all() != []
    admin.submit(path, action=f"{path}/identities/{identity.id}/remove")
    assert db.session.scalars(select(Identity)).all() == []


def test_sessions_are_ended_and_the_second_factor_reset(app, admin, sign_in) -> None:
    other = sign_in(app.test_client(), "member")
    with writing():
        db.session.add(Credential(user_id=user("member").id, totp_secret="A" * 32))
    path = page_of("member")
    assert admin.submit(path, action=f"{path}/second-factor/reset").status_code == 303
    assert db.session.get(Credential, user("member").id).totp_secret is None
    other = sign_in(app.test_client(), "member")
    assert other.get("/proposals").status_code == 200
    assert admin.submit(path, action=f"{path}/sessions/end").status_code == 303
    assert other.get("/proposals").status_code == 302
    assert sessions.living(user("member").id, clock.now()) == []


def test_disabling_signs_out_at_once_and_enabling_undoes_it(app, admin, sign_in) -> None:
    other = sign_in(app.test_client(), "member")
    path = page_of("member")
    assert admin.submit(path, action=f"{path}/disable").status_code == 303
    assert other.get("/proposals").status_code == 302
    assert admin.submit(path, action=f"{path}/enable").status_code == 303
    assert user("member").disabled_on is None


def test_a_retired_unit_is_offered_only_to_those_in_it(admin) -> None:
    with writing():
        unit_id = user("viewer").unit_id
        db.session.execute(update(User).where(User.key != "viewer").values(unit_id=None))
        db.session.get_one(Unit, unit_id).retired = True

    def offered(path: str) -> set[str]:
        document = document_of(admin.get(path)).root
        [field] = [each for each in elements(document, "select") if each.get("name") == "unit_id"]
        return {each.get("value") for each in field.iter("option")}

    assert str(unit_id) in offered(page_of("viewer"))
    assert str(unit_id) not in offered(page_of("member"))
    assert str(unit_id) not in offered("/people/new")


def test_swedish_speaks_swedish(admin) -> None:
    assert "Senaste besök" in admin.get("/people?lang=sv").text


def test_deputies_are_named_on_both_pages(admin) -> None:
    with writing():
        roles.give_role(user("member"), Role.CHAIR, INSTALLER, deputy_for_id=user("chair").id)
    assert "sijaistaa: Kaisa Kuviteltu" in admin.get(page_of("member")).text
    assert "Matti Malli" in admin.get(page_of("chair")).text
