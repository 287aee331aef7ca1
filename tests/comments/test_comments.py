"""Comments on measures: who writes and reads them, and what becomes of them."""

import re
from threading import Barrier, Thread

import pytest

from app.comments import operations, queries
from app.comments.forms import LONGEST
from app.comments.models import Comment
from app.comments.states import Audience
from app.comments.thread import PAGE_SIZE
from app.core.database import writing
from app.core.errors import Refused
from app.core.policy import ANONYMOUS
from app.extensions import db
from app.measures.states import Publicity, State
from tests.client import HTMX, sign_in_as
from tests.comments.talk import comments, page_of, say
from tests.conventions.standing import SIGNED_IN, STEERING_GROUP
from tests.forms import forms_of
from tests.history.logs import read
from tests.html import classes_of, document_of, elements, text_of
from tests.measures.proposals import fresh, saved

PEOPLE = (
    *("viewer", "proposer", "proposer2", "member", "chair", "secretary"),
    *("board-secretary", "administrator"),
)

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "</textarea><script>alert(1)</script>",
    "<a href='https://example.org'>linkki</a> & merkkejä",
)


@pytest.fixture
def public(app) -> int:
    """Return a measure that everybody reads."""
    return saved(State.APPROVED, publicity=Publicity.PUBLIC)


def said_on(response) -> list[str]:
    """Return what the comments of a page say, from the top."""
    return [
        text_of(line)
        for each in elements(document_of(response).root, "ol")
        if "remarks" in classes_of(each)
        for line in each.iterfind("./li")
    ]


def add(client, measure_id: int, text: str, **given):
    page = page_of(measure_id)
    return client.submit(f"/measures/{measure_id}", {"text": text, **given}, action=page)


@pytest.mark.parametrize("person", PEOPLE)
def test_whoever_reads_a_measure_comments_on_it(client, public, person: str) -> None:
    sign_in_as(client, person)
    response = add(client, public, "Hyvä ajatus.\n\nMilloin?")
    assert (response.status_code, response.location) == (303, f"/measures/{public}#comments")
    (comment,) = comments()
    assert (comment.text, comment.audience) == ("Hyvä ajatus.\n\nMilloin?", Audience.SIGNED_IN)
    shown = client.get(f"/measures/{public}?lang=fi")
    (said,) = said_on(shown)
    assert "Hyvä ajatus." in said
    assert "Milloin?" in said
    assert "1 kommentti" in shown.text


def test_a_comment_tells_who_and_of_which_unit_and_when(client, public) -> None:
    sign_in_as(client, "proposer")
    add(client, public, "Huomio")
    (said,) = said_on(client.get(f"/measures/{public}"))
    assert re.match(r"Ella Esimerkki, Kirjasto \d+\.\d+\.\d{4} klo \d+\.\d\d Huomio", said)


def test_without_signing_in_there_is_nothing_of_it(client, actor, public) -> None:
    say(actor("viewer"), public, "Vain kirjautuneille")
    page = client.get(f"/measures/{public}").text
    assert not re.search(r"ommentti|ommentit|Vain kirjautuneille|comments", page)
    assert client.get(page_of(public)).status_code == 302
    assert client.forge(page_of(public), {"text": "x"}).status_code == 302
    assert queries.count(public, ANONYMOUS) == 0
    assert queries.remarks(public, ANONYMOUS, 0, 10) == []
    assert len(comments()) == 1


@pytest.mark.parametrize("person", PEOPLE)
def test_who_reads_what_is_said_within_the_steering_group(client, actor, public, person) -> None:
    say(actor("viewer"), public, "Kaikille")
    group_id = say(actor("member2"), public, "Ryhmalle", Audience.STEERING_GROUP)
    sign_in_as(client, person)
    may = person in STEERING_GROUP.split()
    for page in (f"/measures/{public}", page_of(public)):
        response = client.get(f"{page}?lang=fi")
        assert ("Ryhmalle" in response.text) is may
        assert len(said_on(response)) == (2 if may else 1)
        assert ("2 kommenttia" in response.text) is may
        assert ("1 kommentti" in response.text) is not may
    answer = client.get(f"{page_of(public)}/{group_id}/remove")
    wanted = 200 if person == "secretary" else 403 if may else 404
    assert answer.status_code == wanted


@pytest.mark.parametrize("person", PEOPLE)
def test_the_steering_group_chooses_who_reads_it(client, public, person: str) -> None:
    sign_in_as(client, person)
    may = person in STEERING_GROUP.split()
    form = next(form for form in forms_of(client.get(page_of(public))) if "text" in repr(form))
    assert form.fits({"audience": ""}, None, None) is may
    answer = client.forge(page_of(public), {"text": "Ryhmälle", "audience": "steering_group"})
    assert answer.status_code == 303
    # Who has no choice writes to all, whatever a forged form says.
    wanted = Audience.STEERING_GROUP if may else Audience.SIGNED_IN
    assert [comment.audience for comment in comments()] == [wanted]
    with pytest.raises(Refused), writing():
        operations.add(fresh(public), "x", Audience.STEERING_GROUP, ANONYMOUS)


def test_operations_ask_for_the_right_themselves(app, actor, public) -> None:
    for key in set(PEOPLE) - set(STEERING_GROUP.split()):
        with pytest.raises(Refused), writing():
            operations.add(fresh(public), "x", Audience.STEERING_GROUP, actor(key))
    comment_id = say(actor("proposer"), public, "oma")
    for key in ("viewer", "member", "chair", "administrator"):
        with pytest.raises(Refused), writing():
            operations.remove(db.session.get_one(Comment, comment_id), actor(key))
    assert [comment.text for comment in comments()] == ["oma"]


@pytest.mark.parametrize("text", ["", "   \n ", "x" * (LONGEST + 1), "a\0b", "\x1b[31m"])
def test_a_text_that_is_not_taken(client, public, text: str) -> None:
    sign_in_as(client, "viewer")
    for headers in ({}, HTMX):
        response = client.forge(page_of(public), {"text": text}, headers=headers)
        assert response.status_code == 422
        assert any("field-error" in classes_of(p) for p in document_of(response).root.iter("p"))
        assert "error-summary" in response.text
    assert comments() == []


def test_the_longest_text_and_any_letters(client, public) -> None:
    sign_in_as(client, "viewer")
    for text in ("ä" * LONGEST, "計画 план 👍 \u202eabc"):
        assert client.forge(page_of(public), {"text": text}).status_code == 303
    assert [comment.text for comment in comments()] == ["ä" * LONGEST, "計画 план 👍 \u202eabc"]
    client.get(f"/measures/{public}")


@pytest.mark.parametrize("audience", ["", "x", "\0", "public", "x" * 100_000])
def test_an_audience_that_is_none(client, public, audience: str) -> None:
    sign_in_as(client, "member")
    answer = client.forge(page_of(public), {"text": "x", "audience": audience})
    assert answer.status_code == 422
    assert comments() == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_is_shown_as_text(client, actor, public, payload: str) -> None:
    comment_id = say(actor("secretary"), public, payload, Audience.STEERING_GROUP)
    sign_in_as(client, "secretary")
    for page in (f"/measures/{public}", page_of(public), f"{page_of(public)}/{comment_id}/remove"):
        response = client.get(page)
        assert payload in text_of(document_of(response).root), page
        assert payload not in response.text or "<" not in payload
    answer = client.forge(page_of(public), {"text": payload + "x" * LONGEST})
    assert payload in text_of(document_of(answer).root)


def test_a_double_click_makes_one_comment(client, public) -> None:
    sign_in_as(client, "viewer")
    form = next(form for form in forms_of(client.get(page_of(public))) if "text" in repr(form))
    data = dict(form.filled({"text": "Kerran"}))
    for _ in range(2):
        assert client.post(page_of(public), data=data).status_code == 303
    assert [comment.text for comment in comments()] == ["Kerran"]


def test_going_back_and_writing_something_else_loses_nothing(client, public) -> None:
    sign_in_as(client, "viewer")
    form = next(form for form in forms_of(client.get(page_of(public))) if "text" in repr(form))
    for text in ("Ensin", "Sitten", "Ensin"):
        client.post(page_of(public), data=dict(form.filled({"text": text})))
    assert [comment.text for comment in comments()] == ["Ensin", "Sitten"]


def test_many_clicks_at_once_make_one_comment(app, actor, public) -> None:
    viewer, barrier = actor("viewer"), Barrier(8)

    def press() -> None:
        barrier.wait()
        with app.app_context(), writing():
            operations.add(fresh(public), "Kerran", Audience.SIGNED_IN, viewer, key="avain")

    threads = [Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert [comment.text for comment in comments()] == ["Kerran"]


def test_with_htmx_the_comments_alone_come_back(client, public) -> None:
    sign_in_as(client, "viewer")
    response = client.forge(page_of(public), {"text": "Ensin"}, headers=HTMX)
    assert response.status_code == 200
    root = document_of(response).root
    assert not list(root.iter("main"))
    assert len(said_on(response)) == 1
    form = next(iter(forms_of(response)))
    assert dict(form.filled({}))["text"] == "", "the form is empty again"
    assert 'id="comment-added"' in response.text


def test_the_newest_come_first_page_by_page(client, actor, public) -> None:
    for number in range(PAGE_SIZE + 1):
        say(actor("viewer"), public, f"Kommentti-{number}.")
    sign_in_as(client, "viewer")
    first = said_on(client.get(f"/measures/{public}"))
    assert len(first) == PAGE_SIZE
    assert f"Kommentti-{PAGE_SIZE}." in first[0]
    assert f'href="{page_of(public)}?page=2"' in client.get(f"/measures/{public}").text
    (last,) = said_on(client.get(f"{page_of(public)}?page=2"))
    assert "Kommentti-0." in last
    for odd in ("0", "-1", "99", "x", "9" * 40):
        assert client.get(f"{page_of(public)}?page={odd}").status_code == 200


def test_a_page_asks_as_often_however_many_comments_there_are(
    client, actor, public, query_counter
) -> None:
    sign_in_as(client, "secretary")
    counts = []
    for more in (1, 2):
        for number in range(more):
            say(actor("member" if number else "viewer"), public, "x")
        client.get(page_of(public))
        with query_counter() as statements:
            client.get(page_of(public))
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("person", ["viewer", "secretary"])
def test_the_author_and_the_secretary_remove_a_comment(client, actor, public, person) -> None:
    comment_id = say(actor("viewer"), public, "Lipsahdus")
    sign_in_as(client, person)
    page = f"{page_of(public)}/{comment_id}/remove"
    assert f'href="{page}"' in client.get(f"/measures/{public}").text
    assert "Lipsahdus" in client.get(page).text
    assert client.submit(page, action=page).status_code == 303
    (comment,) = comments()
    assert (comment.text, comment.removed_at is None) == ("", False)
    shown = client.get(f"/measures/{public}")
    assert "Lipsahdus" not in shown.text
    (said,) = said_on(shown)
    assert said.endswith("Kommentti on poistettu.")
    assert f'href="{page}"' not in shown.text
    assert client.forge(page).status_code == 303, "a second press does no harm"
    assert client.get(page).status_code == 404


def test_nobody_else_removes_it(client, actor, public) -> None:
    comment_id = say(actor("viewer"), public, "Pysyy")
    for person in ("proposer", "member", "chair", "administrator"):
        sign_in_as(client, person)
        page = f"{page_of(public)}/{comment_id}/remove"
        assert page not in client.get(f"/measures/{public}").text
        assert client.get(page).status_code == 403
        assert client.forge(page).status_code == 403
    assert [comment.text for comment in comments()] == ["Pysyy"]


def test_a_comment_belongs_to_its_measure(client, actor, public) -> None:
    comment_id, other = say(actor("viewer"), public, "x"), saved(State.APPROVED)
    sign_in_as(client, "viewer")
    for number in (comment_id, 0, 999_999):
        assert client.forge(f"{page_of(other)}/{number}/remove").status_code == 404
    assert comments()[0].removed_at is None


def test_comments_go_where_their_measure_goes(client, actor) -> None:
    measure_id = saved(State.IN_SCORING)
    say(actor("member"), measure_id, "Kaikille jotka lukevat")
    for person in SIGNED_IN.split():
        if person in {"nobody", "own", "other"}:
            continue
        sign_in_as(client, person)
        may = person in STEERING_GROUP.split()
        assert client.get(page_of(measure_id)).status_code == (200 if may else 404), person
        forged = client.forge(page_of(measure_id), {"text": "x"})
        assert forged.status_code == (303 if may else 404), person


def test_the_record_says_that_and_not_what(client, actor, public) -> None:
    ids = [say(actor("member"), public, "Öljyinen", Audience.SIGNED_IN)]
    ids.append(say(actor("member"), public, "Kahvinen", Audience.STEERING_GROUP))
    for comment_id in ids:
        with writing():
            operations.remove(db.session.get_one(Comment, comment_id), actor("member"))
    happened = [
        "johtoryhmän sisäinen kommentti poistettu",
        "kommentti poistettu",
        "johtoryhmän sisäinen kommentti lisätty",
        "kommentti lisätty",
    ]
    history = f"/measures/{public}/history"
    for person, page, wanted in (
        ("administrator", "/record", happened),
        ("secretary", history, happened),
        ("administrator", history, [each for each in happened if "johtoryhmän" not in each]),
        ("proposer", history, [each for each in happened if "johtoryhmän" not in each]),
    ):
        sign_in_as(client, person)
        answer = client.get(page)
        assert not re.search("Öljyinen|Kahvinen", answer.text)
        texts = [each.text for each in read(answer) if "kommentti" in each.text]
        assert len(texts) == len(wanted), (person, page)
        assert all(each in text for each, text in zip(wanted, texts, strict=True))
