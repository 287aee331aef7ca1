"""Nothing typed is lost when a session ends: the form waits until its sender has signed in."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from app.accounts import kept_forms
from app.accounts.models import KeptForm, User
from app.accounts.sessions import IDLE, LONGEST
from app.core import clock
from app.core.database import writing
from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Measure
from tests.accounts.signed_in import pass_time, pass_use, rows
from tests.attachments.uploads import form_data, send
from tests.client import HTMX, LintingClient, sign_in_as
from tests.forms import forms_of
from tests.html import document_of, text_of
from tests.measures.proposals import saved

KEPT = "/sign-in/kept"
TEXT = "Ensimmäinen rivi\r\n<b>toinen</b> & “kolmas”"


@pytest.fixture
def writer(client: LintingClient) -> LintingClient:
    """Return a client signed in as somebody who has the form of a new proposal open."""
    sign_in_as(client, "proposer")
    client.get("/proposals/new")
    return client


def filled(client: LintingClient, **fields: object) -> dict[str, object]:
    """Return the fields of a new proposal as its writer sends them."""
    (form,) = (
        form for form in forms_of(client.get("/proposals/new")) if form.fits({}, "save", None)
    )
    return {**dict(form.filled({}, "save")), "problem_fi": TEXT, **fields}


def send_late(client: LintingClient, **fields: object) -> str:
    """Send a new proposal after the session has ended, and return where that leads."""
    data = filled(client, **{"name_fi": "Myöhästynyt", **fields})
    pass_use(IDLE)
    response = client.post("/proposals/new", data=data)
    assert response.status_code == 302
    return response.location


def kept() -> KeptForm | None:
    return db.session.scalars(select(KeptForm)).one_or_none()


def proposals() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Measure.name_fi)))


def test_a_form_that_comes_late_is_kept_and_sent_on(writer, actor) -> None:
    asked = send_late(writer)
    assert proposals() == []
    response = writer.submit(asked, button="proposer")
    assert (response.status_code, response.location) == (303, KEPT)
    shown = text_of(document_of(writer.get(KEPT)).root)
    assert "Ensimmäinen rivi <b>toinen</b> & “kolmas”" in shown
    assert "Myöhästynyt" in shown

    done = writer.submit(KEPT, action="/proposals/new")
    assert done.status_code == 303
    (measure,) = db.session.scalars(select(Measure)).all()
    assert measure.name_fi == "Myöhästynyt"
    assert measure.problem_fi == TEXT.replace("\r\n", "\n")
    assert measure.created_by_id == actor("proposer").user_id
    assert kept() is None
    assert writer.get(KEPT).location == "/"


def test_the_sign_in_page_says_that_it_is_kept(writer) -> None:
    page = document_of(writer.get(send_late(writer))).root
    notices = [text_of(each) for each in page.iter("div") if each.get("class") == "notice info"]
    assert len(notices) == 1


@pytest.mark.parametrize("passed", [{"seen_at": IDLE}, {"begun_at": LONGEST}])
def test_it_does_not_matter_why_the_session_ended(writer, actor, passed) -> None:
    data = filled(writer)
    pass_time(**passed)
    writer.post("/proposals/new", data=data)
    assert kept() is not None


def test_a_session_that_was_ended_from_elsewhere_keeps_the_form_too(app, writer) -> None:
    data = filled(writer)
    with writing():
        rows()[0].ended_at = clock.now()
    writer.post("/proposals/new", data=data)
    assert kept() is not None


def test_sending_it_on_twice_does_its_work_once(writer) -> None:
    writer.submit(send_late(writer), button="proposer")
    (form,) = (
        form for form in forms_of(writer.get(KEPT)) if form.action.endswith("/proposals/new")
    )
    fields = dict(form.filled({}, None))
    for _ in range(2):
        assert writer.post("/proposals/new", data=fields).status_code == 303
    assert proposals() == ["Myöhästynyt"]


def test_what_was_done_before_is_not_done_again(writer) -> None:
    """The same form had arrived once, and its answer was lost on the way."""
    data = filled(writer, name_fi="Kahdesti")
    assert writer.post("/proposals/new", data=data).status_code == 303
    pass_use(IDLE)
    writer.post("/proposals/new", data=data)
    sign_in_as(writer, "proposer")
    assert writer.submit(KEPT, action="/proposals/new").status_code == 303
    assert proposals() == ["Kahdesti"]


def test_a_form_that_needs_correcting_comes_back_as_ever(writer) -> None:
    writer.submit(send_late(writer, name_fi="", then="save"), button="proposer")
    response = writer.submit(KEPT, action="/proposals/new")
    assert response.status_code == 422
    assert "toinen&lt;/b&gt;" in response.text
    assert kept() is None


def test_a_form_that_is_refused_stays_kept(writer, actor) -> None:
    asked = send_late(writer)
    with writing():
        user = db.session.get_one(User, actor("proposer").user_id)
        user.roles.clear()
    writer.submit(asked, button="proposer")
    assert writer.submit(KEPT, action="/proposals/new").status_code == 403
    assert kept() is not None
    assert "Myöhästynyt" in writer.get(KEPT).text


def test_it_is_thrown_away_on_request(writer) -> None:
    writer.submit(send_late(writer), button="proposer")
    response = writer.submit(KEPT, action=KEPT)
    assert (response.status_code, response.location) == (303, "/proposals/new")
    assert kept() is None
    assert proposals() == []


def test_my_page_leads_back_to_it(writer) -> None:
    writer.submit(send_late(writer), button="proposer")
    assert f'href="{KEPT}"' in writer.get("/my").text
    writer.submit(KEPT, action=KEPT)
    assert f'href="{KEPT}"' not in writer.get("/my").text


def test_nobody_else_sees_it(app, writer) -> None:
    asked = send_late(writer)
    assert writer.submit(asked, button="proposer2").location == "/"
    assert writer.get(KEPT).location == "/"
    assert "toinen" not in writer.get("/my").text
    writer.forge(KEPT)
    assert kept() is not None
    sign_in_as(writer, "proposer")
    assert writer.get(KEPT).status_code == 200


def test_it_waits_in_another_browser_too(app, writer) -> None:
    send_late(writer)
    other = app.test_client()
    response = other.submit("/sign-in?next=/measures/1", button="proposer")
    assert response.location == KEPT


def test_somebody_unknown_leaves_nothing(client) -> None:
    client.forge("/proposals/new", {"name_fi": "x"})
    assert kept() is None


def test_without_the_token_of_the_form_nothing_is_kept(writer) -> None:
    pass_use(IDLE)
    for token in ({}, {"csrf_token": "forged"}):
        response = writer.post("/proposals/new", data={"name_fi": "x", **token})
        assert response.status_code == 400
    assert kept() is None


@pytest.mark.parametrize("column", ["disabled_on", "erased_on"])
def test_nothing_is_kept_of_those_who_may_not_sign_in(writer, actor, column: str) -> None:
    data = filled(writer)
    with writing():
        user = db.session.get_one(User, actor("proposer").user_id)
        user.disabled_on = clock.today()
        setattr(user, column, clock.today())
    pass_use(IDLE)
    assert writer.post("/proposals/new", data=data).status_code == 302
    assert kept() is None


def test_reading_keeps_nothing(writer) -> None:
    pass_use(IDLE)
    assert writer.get("/proposals?state=draft").status_code == 302
    assert kept() is None


@pytest.mark.parametrize("path", ["/my/password", "/session", "/sign-out", KEPT])
def test_what_is_secret_is_never_kept(writer, path: str) -> None:
    pass_use(IDLE)
    fields = {"current": "old secret", "password": "new secret", "code": "123456"}
    assert writer.forge(path, fields).status_code == 302
    assert kept() is None


def test_all_passwords_are_asked_for_in_the_room_for_signing_in(app) -> None:
    """Of the forms of that room nothing is kept; so none may be asked for elsewhere."""
    asking = {
        path.parent.name
        for path in Path(app.root_path).rglob("*.py")
        if "PasswordField" in path.read_text()
    }
    assert asking <= {"sign_in"}


def test_the_token_is_not_kept(writer) -> None:
    send_late(writer)
    found = kept()
    assert found is not None
    assert "csrf_token" not in found.fields


def test_a_form_with_files_is_not_kept_and_that_is_said(writer) -> None:
    page = f"/measures/{saved()}/files"
    data = form_data(writer, page)
    pass_use(IDLE)
    response = send(writer, page, data, ("plan.pdf", b"x" * 4_000_000))
    assert response.status_code == 302
    assert response.location == f"/sign-in?{urlencode({'next': page})}"
    assert kept() is None
    notices = document_of(writer.get(response.location)).root.iter("div")
    (warning,) = [text_of(each) for each in notices if each.get("class") == "notice warning"]
    assert "eikä tiedostoja säilytetä" in warning


def test_one_form_is_kept_at_a_time(writer) -> None:
    data = filled(writer)
    pass_use(IDLE)
    for name in ("Ensimmäinen", "Toinen"):
        writer.post("/proposals/new", data={**data, "name_fi": name})
    sign_in_as(writer, "proposer")
    page = writer.get(KEPT).text
    assert "Toinen" in page
    assert "Ensimmäinen<" not in page


def test_a_form_that_is_too_long_is_not_kept_and_that_is_said(writer) -> None:
    asked = send_late(writer, problem_fi="x" * kept_forms.LONGEST)
    assert kept() is None
    page = document_of(writer.get(asked)).root
    assert any(each.get("class") == "notice warning" for each in page.iter("div"))


def test_the_longest_form_is_kept(writer) -> None:
    send_late(writer, **dict.fromkeys(("problem_sv", "description_fi"), "ä" * 3000))
    assert kept() is not None


def test_after_a_day_it_is_gone(writer, actor) -> None:
    asked = send_late(writer)
    with writing():
        found = kept()
        assert found is not None
        found.kept_at -= timedelta(days=1)
    assert writer.submit(asked, button="proposer").location == "/"
    assert writer.get(KEPT).location == "/"


def test_htmx_is_led_to_the_sign_in_page(writer) -> None:
    data = filled(writer)
    pass_use(IDLE)
    response = writer.post("/proposals/new", data=data, headers=HTMX)
    assert response.status_code == 401
    assert response.headers["HX-Redirect"].startswith("/sign-in?")
    assert kept() is not None


def test_several_ticks_of_one_name_are_all_sent_on(writer) -> None:
    pass_use(IDLE)
    writer.forge("/proposals/new", {"name_fi": "Ruksit", "partner": ["yksi", "kaksi"]})
    sign_in_as(writer, "proposer")
    (form,) = (
        form for form in forms_of(writer.get(KEPT)) if form.action.endswith("/proposals/new")
    )
    sent = [(name, value) for name, value in form.filled({}, None) if name == "partner"]
    assert sent == [("partner", "yksi"), ("partner", "kaksi")]


def keep(actor: Actor, path: str) -> None:
    with writing():
        assert kept_forms.keep(actor.user_id, path, [("name_fi", "Vanha osoite")])


@pytest.mark.parametrize(
    "path",
    ["/no-such-page", "//evil.example/x", "https://evil.example/", "/measures/1", "/\\evil", ""],
)
def test_a_form_is_sent_to_a_page_of_this_host_that_takes_it(client, actor, path: str) -> None:
    keep(actor("proposer"), path)
    sign_in_as(client, "proposer")
    page = client.get(KEPT)
    assert "Vanha osoite" in page.text
    assert {form.action for form in forms_of(page)} <= {"/sign-out", "/session", KEPT}
    assert client.submit(KEPT, action=KEPT).location in {"/", "/measures/1"}


def test_a_path_that_is_too_long_is_not_kept(app, actor) -> None:
    with writing():
        assert not kept_forms.keep(actor("proposer").user_id, "/" + "x" * 500, [])


def test_staying_signed_in_counts_as_use(client) -> None:
    sign_in_as(client, "viewer")
    pass_use(timedelta(minutes=50))
    response = client.forge("/session")
    assert (response.status_code, response.data) == (204, b"")
    assert clock.now() - rows()[0].seen_at < timedelta(minutes=1)


def test_a_session_that_is_over_cannot_be_stayed_in(client) -> None:
    sign_in_as(client, "viewer")
    pass_use(IDLE)
    assert client.forge("/session").status_code == 302
    assert client.forge("/session", headers=HTMX).status_code == 401


def test_a_page_says_how_long_the_session_lasts(client) -> None:
    def left() -> tuple[int, int]:
        root = document_of(client.get("/accessibility")).root
        (notice,) = (each for each in root.iter("div") if each.get("id") == "session")
        return int(notice.get("data-unused", "")), int(notice.get("data-at-most", ""))

    sign_in_as(client, "viewer")
    unused, at_most = left()
    assert unused == 55 * 60
    assert 0 <= 12 * 3600 - at_most < 60
    pass_time(begun_at=timedelta(hours=11, minutes=30))
    unused, at_most = left()
    assert 0 <= 30 * 60 - at_most < 60
    assert unused == at_most


def test_nobody_signed_in_is_told_nothing_of_a_session(client) -> None:
    assert 'id="session"' not in client.get("/accessibility").text
