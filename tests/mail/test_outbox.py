"""The outbox: what administrators see of the mail, and what they do about it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from app.accounts.states import Mail
from app.audit.models import Event, Values
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.extensions import db
from app.mail import operations
from app.mail.models import MailRun, Message
from app.mail.states import State, Topic, Trouble
from tests.client import LintingClient, sign_in_as
from tests.html import document_of, elements, rows_of, text_of
from tests.mail.conftest import give_addresses, message, messages, users, want

FAULT = "550 5.1.1 No such user"


@pytest.fixture
def people(app: Flask) -> None:
    """Give everybody an e-mail address."""
    give_addresses()


@pytest.fixture
def administrator(client: LintingClient, people: None) -> LintingClient:
    """Return a client signed in as an administrator."""
    return sign_in_as(client, "administrator")


@pytest.fixture
def every_state(administrator: LintingClient, tell: Callable[..., None]) -> None:
    """Write a message of each state: one waits, one was sent, two were given up."""
    tell("Kanaria waits", "member", text="Kanaria of the text", path="/measures/4711")
    tell("Kanaria sent", "member2")
    tell("Kanaria given up too", "member3")
    tell("Kanaria given up", "member2")
    with writing():
        message("Kanaria sent").sent_at = clock.now()
        for subject in ("Kanaria given up", "Kanaria given up too"):
            row = message(subject)
            row.given_up_at, row.tries = clock.now(), 1
            row.trouble, row.fault = Trouble.RECIPIENT, FAULT


def listed(client: LintingClient, address: str = "/outbox?lang=fi") -> list[list[str]]:
    """Return the rows of the list on a page."""
    root = document_of(client.get(address)).root
    return [row for table in root.iter("table") for row in rows_of(table)]


def notice(client: LintingClient) -> str:
    root = document_of(client.get("/outbox?lang=fi")).root
    return " ".join(
        text_of(each) for each in elements(root, "div") if "notice" in each.get("class", "").split()
    )


def run_at(minutes_ago: int, trouble: Trouble | None = None, fault: str = "") -> None:
    with writing():
        ran_at = clock.now() - timedelta(minutes=minutes_ago)
        db.session.execute(update(MailRun).values(ran_at=ran_at, trouble=trouble, fault=fault))


def test_administrators_see_to_whom_what_kind_and_what_became_of_it(
    administrator: LintingClient, every_state: None
) -> None:
    newest, _too, sent, waiting = listed(administrator)
    assert newest[:2] == ["Maj Modell", "päätös ehdotuksesta"]
    assert newest[3].startswith("ei voitu lähettää Yritykset lopetettiin")
    assert newest[3].endswith(f"vastaanottajan osoitetta ei hyväksytty: {FAULT}")
    assert newest[4] == "1"
    assert "Yritä uudelleen: Maj Modell" in newest[5]
    assert sent[3].startswith("lähetetty")
    assert sent[5] == ""
    assert waiting[0] == "Matti Malli"
    assert waiting[3] == "odottaa lähetystä"
    assert waiting[5].startswith("Poista: Matti Malli")


@pytest.mark.parametrize("address", ["/outbox", "/outbox?state=given_up", "/outbox?lang=sv"])
def test_what_a_message_says_is_its_readers_alone(
    administrator: LintingClient, every_state: None, address: str
) -> None:
    page = administrator.get(address).text
    assert "Kanaria" not in page
    assert "4711" not in page


def test_counts_lead_to_the_messages(administrator: LintingClient, every_state: None) -> None:
    root = document_of(administrator.get("/outbox?lang=fi")).root
    figures = {
        text_of(each): each.get("href", "")
        for each in root.iter("a")
        if each.get("class") == "figure"
    }
    assert list(figures) == ["1odottaa lähetystä", "1lähetetty", "2ei voitu lähettää"]
    assert [len(listed(administrator, each)) for each in figures.values()] == [1, 1, 2]
    assert "aria-current" in administrator.get("/outbox?state=sent").text


def test_a_page_has_fifty(administrator: LintingClient, people: None, tell) -> None:
    for number in range(51):
        tell(f"Asia {number}", "member")
    assert len(listed(administrator)) == 50
    assert len(listed(administrator, "/outbox?page=2")) == 1
    assert len(listed(administrator, "/outbox?state=waiting&page=2")) == 1
    beyond = administrator.get("/outbox?state=waiting&page=9")
    assert (beyond.status_code, beyond.location) == (302, "/outbox?state=waiting&page=2")


@pytest.mark.parametrize("query", ["state=x", "state=", "page=0", "page=-1", "page=x", "page=٣"])
def test_nonsense_in_the_address_is_passed_by(administrator: LintingClient, query: str) -> None:
    assert administrator.get(f"/outbox?{query}").status_code == 200


def test_the_list_takes_the_same_number_of_queries(
    administrator: LintingClient, people: None, tell, query_counter
) -> None:
    def queries() -> int:
        with query_counter() as statements:
            administrator.get("/outbox")
        return len(statements)

    tell("Asia 0", "member")
    one = queries()
    for number in range(1, 4):
        tell(f"Asia {number}", "member", "member2", "member3")
    assert queries() == one


def test_filters_use_an_index(people: None, tell) -> None:
    row = {
        "topic": Topic.DECIDED,
        "user_id": users("member")[0].id,
        "subject": "",
        "text": "",
        "path": "/",
        "written_at": clock.now(),
        "not_before": clock.now(),
    }
    with writing():
        db.session.execute(insert(Message), [row] * 20)
    plan = db.session.execute(
        db.text("EXPLAIN QUERY PLAN SELECT id FROM message WHERE given_up_at IS NOT NULL")
    ).all()
    assert "ix_message_given_up_at" in str(plan)


def test_a_message_is_tried_again(administrator: LintingClient, every_state: None) -> None:
    page = "/outbox?state=given_up&lang=fi"
    (button,) = (
        each
        for each in elements(document_of(administrator.get(page)).root, "button")
        if each.get("name") == "again" and each.get("value") == str(message("Kanaria given up").id)
    )
    answer = administrator.submit(page, button=text_of(button), action="/outbox")
    assert (answer.status_code, answer.location) == (303, "/outbox?state=given_up")
    row = message("Kanaria given up")
    assert (row.state, row.tries, row.next_try_at) == (State.WAITING, 0, None)
    assert message("Kanaria given up too").state is State.GIVEN_UP
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    assert (event.tag, event.kind) == (Tag.MESSAGE_TRIED_AGAIN, Kind.PERSON)
    assert event.subject_id == row.user_id
    assert "Kanaria" not in str(db.session.get_one(Values, event.id).after)
    page = administrator.get("/outbox?lang=fi").text
    assert "1 viesti lähetetään uudelleen" in page


def test_all_are_tried_again(administrator: LintingClient, every_state: None) -> None:
    administrator.submit("/outbox?state=given_up&lang=fi", button="Yritä näitä kaikkia uudelleen")
    assert [row.state for row in messages()].count(State.GIVEN_UP) == 0
    assert [row.state for row in messages()].count(State.WAITING) == 3


def test_a_message_is_removed(administrator: LintingClient, every_state: None) -> None:
    number = message("Kanaria waits").id
    answer = administrator.forge("/outbox", {"remove": number, "state": "waiting", "page": "1"})
    assert answer.location == "/outbox?state=waiting"
    assert number not in [row.id for row in messages()]
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    assert event.tag is Tag.MESSAGE_REMOVED
    # A second press of the button finds it gone.
    assert administrator.forge("/outbox", {"remove": number}).status_code == 303
    page = administrator.get("/record?lang=fi").text
    assert "viesti poistettu lähtevistä" in page


@pytest.mark.parametrize("value", ["", "0", "-1", "x", "9" * 40, "\0", "4711", "all ", "٣"])
@pytest.mark.parametrize("button", ["again", "remove"])
def test_nonsense_changes_nothing(
    administrator: LintingClient, every_state: None, button: str, value: str
) -> None:
    before = [(row.id, row.state) for row in messages()]
    answer = administrator.forge("/outbox", {button: value, "page": value, "state": value})
    assert answer.status_code == 303
    assert administrator.forge("/outbox").status_code == 303
    assert [(row.id, row.state) for row in messages()] == before


def test_what_was_sent_is_not_sent_again(administrator: LintingClient, every_state: None) -> None:
    administrator.forge("/outbox", {"again": message("Kanaria sent").id})
    assert message("Kanaria sent").state is State.SENT


def test_others_have_no_part_in_it(people: None, tell, actor, client: LintingClient) -> None:
    tell("Asia", "member")
    for key in ("secretary", "chair", "member", "viewer"):
        for change in (operations.try_again, operations.remove):
            with pytest.raises(Refused):
                change(message("Asia"), actor(key))
    sign_in_as(client, "secretary")
    assert client.get("/outbox").status_code == 403
    assert client.forge("/outbox", {"remove": message("Asia").id}).status_code == 403


def test_the_page_says_what_keeps_mail_from_going(administrator: LintingClient, app: Flask) -> None:
    assert "Postipalvelinta ei ole määritetty" in notice(administrator)
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"smtp_host": "mail.example"})
    assert "Ajoa ei ole ollut kertaakaan." in notice(administrator)
    run_at(16)
    assert "ei ole käynnissä" in notice(administrator)
    run_at(2, Trouble.UNREACHABLE, "Connection refused")
    assert "Viestejä ei voitu lähettää" in notice(administrator)
    assert "Postipalvelimeen ei saatu yhteyttä: Connection refused" in notice(administrator)
    run_at(2)
    assert notice(administrator) == ""
    assert "Lähetysajo oli viimeksi" in administrator.get("/outbox?lang=fi").text


def test_why_a_message_waits(administrator: LintingClient, tell) -> None:
    for subject in ("digest", "held", "paused", "claimed"):
        tell(subject, "member" if subject == "digest" else "member2")
    want(Mail.DIGEST, "member")
    later = clock.now() + timedelta(minutes=5)
    with writing():
        message("held").not_before = later
        paused, claimed = message("paused"), message("claimed")
        paused.next_try_at, paused.tries = later, 1
        paused.trouble, paused.fault = Trouble.CONTENT, "451 Later"
        claimed.next_try_at = later
    claimed_row, paused_row, held_row, digest_row = (row[3] for row in listed(administrator))
    assert claimed_row == "odottaa lähetystä"
    assert "Seuraava yritys" in paused_row
    assert "451 Later" in paused_row
    assert "Aikaisintaan" in held_row
    assert "Seuraavassa koosteessa" in digest_row


def test_somebody_without_an_address_is_told(client: LintingClient) -> None:
    sign_in_as(client, "member")
    told = "Sinulla ei ole täällä sähköpostiosoitetta"
    assert told in client.get("/my/settings?lang=fi").text
    give_addresses()
    assert told not in client.get("/my/settings?lang=fi").text
