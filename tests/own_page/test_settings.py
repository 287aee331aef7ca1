"""Own settings, who one is here, own sessions."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Credential, Post, RoleGrant, User
from app.accounts.sessions import IDLE
from app.accounts.states import Mail
from app.audit.models import Event, Values
from app.audit.tags import Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.policy import Role
from app.extensions import db
from app.own_page.operations import save_settings
from tests.accounts.signed_in import pass_use, rows
from tests.client import LintingClient, sign_in_as
from tests.html import document_of, rows_of, text_of

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"}


@pytest.fixture
def member(client: LintingClient) -> LintingClient:
    """Return a client signed in as a member."""
    return sign_in_as(client, "member")


def user(key: str) -> User:
    return db.session.scalars(select(User).where(User.key == key)).one()


def facts(client: LintingClient) -> dict[str, str]:
    """Return what the page says of the reader, by its label."""
    root = document_of(client.get("/my/settings?lang=fi")).root
    (each,) = (each for each in root.iter("dl") if each.get("class") == "facts")
    return {text_of(row[0]): text_of(row[1]) for row in each}


def session_rows(client: LintingClient) -> list[list[str]]:
    root = document_of(client.get("/my/settings")).root
    (table,) = root.iter("table")
    return rows_of(table)


def test_somebody_unknown_is_asked_to_sign_in(client) -> None:
    assert client.get("/my").location == "/sign-in?next=%2Fmy"


def test_the_name_in_the_header_leads_there(member) -> None:
    (form,) = (
        form
        for form in document_of(member.get("/accessibility")).root.iter("form")
        if form.get("class") == "person"
    )
    link = form.find("a")
    assert link is not None
    assert (link.get("href"), text_of(link)) == ("/my", user("member").name)


def test_settings_are_saved_and_recorded(member) -> None:
    version = user("member").version
    response = member.submit("/my/settings", {"language": "sv", "mail": "digest"}, action="/my")
    assert (response.status_code, response.location) == (303, "/my/settings")
    saved = user("member")
    assert (saved.language, saved.mail, saved.version) == ("sv", Mail.DIGEST, version + 1)
    event = db.session.scalars(select(Event).where(Event.tag == Tag.PERSON_EDITED)).one()
    assert (event.actor_id, event.subject_id, event.person_id) == (saved.id,) * 3
    values = db.session.get_one(Values, event.id)
    assert (values.before, values.after) == (
        '{"language":"fi","mail":"at_once"}',
        '{"language":"sv","mail":"digest"}',
    )


def test_the_browser_speaks_the_new_language_at_once(member) -> None:
    page = member.submit("/my/settings", {"language": "sv"}, action="/my", follow_redirects=True)
    assert document_of(page).root.get("lang") == "sv"
    assert member.get_cookie("lang").value == "sv"
    assert document_of(member.get("/accessibility")).root.get("lang") == "sv"


def test_the_language_of_an_address_is_not_the_persons(member) -> None:
    member.get("/my/settings?lang=sv")
    assert user("member").language == "fi"


def test_saving_what_is_so_changes_nothing(member) -> None:
    version = user("member").version
    assert member.submit("/my/settings", {"language": "fi"}, action="/my").status_code == 303
    assert user("member").version == version
    assert db.session.scalars(select(Event).where(Event.tag == Tag.PERSON_EDITED)).all() == []


@pytest.mark.parametrize(
    "given", [{}, {"language": "en"}, {"mail": "never"}, {"language": "sv", "mail": "daily"}]
)
def test_nonsense_is_refused(member, given: dict[str, str]) -> None:
    assert member.forge("/my", {"version": "1", **given}).status_code == 422
    assert (user("member").language, user("member").mail) == ("fi", Mail.AT_ONCE)


def test_a_stale_save_shows_both_and_can_be_repeated(member) -> None:
    with writing():
        saved = user("member")
        stale = {"version": str(saved.version), "language": "sv", "mail": "never"}
        saved.mail = Mail.DIGEST
        saved.version += 1
    response = member.forge("/my", stale)
    assert response.status_code == 409
    tables = [rows_of(table) for table in document_of(response).root.iter("table")]
    assert tables[0][0][1:] == ["Suomi", "Svenska"]
    assert user("member").mail is Mail.DIGEST
    again = {**stale, "version": str(user("member").version)}
    assert member.forge("/my", again).status_code == 303
    assert (user("member").language, user("member").mail) == ("sv", Mail.NEVER)


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_an_odd_version_is_stale(member, version: str) -> None:
    fields = {"version": version, "language": "sv", "mail": "never"}
    assert member.forge("/my", fields).status_code == 409


def test_nobody_sets_what_is_anothers(app, actor) -> None:
    given = {"language": "sv", "mail": Mail.NEVER}
    with pytest.raises(Refused), writing():
        save_settings(user("chair"), 1, actor("administrator"), **given)
    with pytest.raises(Stale), writing():
        save_settings(user("chair"), 7, actor("chair"), **given)


def test_who_one_is_here_can_be_read(client) -> None:
    today = clock.today()
    with writing():
        ella, chair = user("proposer"), user("chair")
        ella.email = "ella@example.org"
        unit_id = ella.unit_id
        ella.roles += [
            RoleGrant(role=Role.MEMBER, last_day=today - timedelta(days=1)),
            RoleGrant(role=Role.CHAIR, last_day=date(2199, 12, 31), deputy_for_id=chair.id),
            RoleGrant(role=Role.SECRETARY, first_day=date(2199, 1, 2)),
        ]
        user("viewer").roles += [RoleGrant(role=Role.PROPOSER, deputy_for_id=ella.id)]
        post = db.session.scalars(select(Post).where(Post.key == "service-director")).one()
        post.holder_id = ella.id
        name, other = chair.name, user("viewer").name
    assert unit_id is not None
    sign_in_as(client, "proposer")
    said = " | ".join(facts(client).values())
    for text in ("Ella Esimerkki", "proposer", "ella@example.org", "Kirjasto", "Palvelujohtaja"):
        assert text in said
    for text in (name, "31.12.2199", "2.1.2199", other):
        assert text in said
    # What is over is not said; the download has it.
    assert str(Role.MEMBER.label) not in said


def test_somebody_without_role_unit_and_post_has_a_page_too(client) -> None:
    with writing():
        viewer = user("viewer")
        viewer.roles.clear()
        viewer.unit_id = None
    sign_in_as(client, "viewer")
    assert len(facts(client)) == 5


@pytest.mark.parametrize(("has_password", "count"), [(True, 1), (False, 0)])
def test_a_password_is_changed_by_those_who_have_one(
    member, has_password: bool, count: int
) -> None:
    with writing():
        password_hash = "$argon2id$of-nothing" if has_password else None
        db.session.add(Credential(user_id=user("member").id, password_hash=password_hash))
    links = [each.get("href") for each in document_of(member.get("/my/settings")).root.iter("a")]
    assert links.count("/my/password") == count
    assert links.count("/sign-in/code/new") == count


def test_own_data_is_there_to_download(member) -> None:
    links = [each.get("href") for each in document_of(member.get("/my/settings")).root.iter("a")]
    assert "/my/data.json" in links


def test_sessions_are_listed_the_last_used_first(app, member) -> None:
    other = app.test_client()
    other.forge("/sign-in", {"person": "member"}, headers=FIREFOX)
    sign_in_as(app.test_client(), "chair")
    with writing():
        # This browser has been in use for longer, and was used last.
        rows()[1].seen_at -= timedelta(minutes=3)
    first, second = session_rows(member)
    assert "tämä selain" in first[0].lower() or "this browser" in first[0]
    assert second[0] == "Firefox, Linux"


def test_one_session_is_ended(app, member) -> None:
    other = sign_in_as(app.test_client(), "member")
    bystander = sign_in_as(app.test_client(), "chair")
    number = str(rows()[1].id)
    response = member.submit("/my/settings", button=number)
    assert (response.status_code, response.location) == (303, "/my/settings#sessions")
    assert other.get("/my").status_code == 302
    assert member.get("/my").status_code == 200
    assert bystander.get("/my").status_code == 200
    # Pressed a second time, the button finds it ended.
    assert member.forge("/my/sessions", {"session": number}).status_code == 303
    assert len(db.session.scalars(select(Event).where(Event.tag == Tag.SIGNED_OUT)).all()) == 1


def test_ending_this_one_is_signing_out(member) -> None:
    response = member.submit("/my/settings", button=str(rows()[0].id))
    assert response.location == "/"
    assert member.get("/my").status_code == 302
    with member.session_transaction() as content:
        assert "_user_id" not in content


def test_signing_out_everywhere_includes_this_browser(app, member) -> None:
    other = sign_in_as(app.test_client(), "member")
    bystander = sign_in_as(app.test_client(), "chair")
    response = member.submit("/my/settings", button="all")
    assert (response.status_code, response.location) == (303, "/sign-in")
    assert [each.get("/my").status_code for each in (member, other, bystander)] == [302, 302, 200]
    assert len(db.session.scalars(select(Event).where(Event.tag == Tag.SESSIONS_ENDED)).all()) == 1
    assert db.session.scalars(select(Event).where(Event.tag == Tag.SIGNED_OUT)).all() == []


@pytest.mark.parametrize("session", ["", "0", "x", "-1", "99999999999999999999", "another's"])
def test_nothing_else_is_ended(app, member, session: str) -> None:
    sign_in_as(app.test_client(), "chair")
    if session == "another's":
        session = str(rows()[1].id)
    assert member.forge("/my/sessions", {"session": session}).status_code == 303
    assert [each.ended_at for each in rows()] == [None, None]


def test_sessions_that_are_over_are_not_listed(app, member) -> None:
    pass_use(IDLE)
    sign_in_as(member, "member")
    assert len(session_rows(member)) == 1


def test_the_page_takes_the_same_queries_with_many_sessions(app, member, query_counter) -> None:
    def queries() -> int:
        member.get("/my/settings")
        with query_counter() as statements:
            member.get("/my/settings")
        return len([each for each in statements if each.startswith(("SELECT", "WITH"))])

    before = queries()
    for _ in range(5):
        sign_in_as(app.test_client(), "member")
    assert queries() == before
    assert before <= 20
