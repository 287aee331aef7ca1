"""What arrives: headers, plain text and HTML, in the reader's language, with one link."""

import re
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest
from flask import Flask

from app.accounts.states import Mail
from app.config import Settings
from app.core import clock
from app.core.database import writing
from app.mail import sending
from app.mail.letters import Item, Parcel, letter
from app.mail.sending import Result
from app.mail.states import State, Trouble
from tests.html import elements, parse
from tests.html import text_of as words_of
from tests.mail.conftest import message, messages, users, want
from tests.mail.smtp_server import SmtpServer, html_of, text_of

LINK = re.compile(r"https?://\S+")


def sent(settings: Settings, server: SmtpServer) -> EmailMessage:
    """Send the one letter that is due, and return it as it arrived."""
    assert sending.run(settings).sent == 1
    return server.letters.pop()


def test_one_message_in_finnish(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    text = "Johtoryhmä palautti ehdotuksen.\n\nSyy:\nkerro, kenelle se on ≤ tärkeä."
    tell("Täydennä ehdotusta”Äänestys”", "member", text=text, path="/measures/7?lang=fi#syy")
    made = sent(mail_settings, server)
    assert made["Subject"] == "Täydennä ehdotusta”Äänestys”"
    assert made["From"] == "Porvoo Digitiekartta <digi@city.example>"
    assert made["To"] == "Matti Malli <member@example.org>"
    assert made["Content-Language"] == "fi"
    assert made["Auto-Submitted"] == "auto-generated"
    assert made.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in made.iter_parts()] == ["text/plain", "text/html"]
    assert {part.get_content_charset() for part in made.iter_parts()} == {"utf-8"}
    date = parsedate_to_datetime(made["Date"])
    assert abs((date - clock.local(clock.now())).total_seconds()) < 60
    link = "https://digi.example.org/measures/7?lang=fi#syy"
    assert text_of(made).splitlines() == [
        *text.splitlines(),
        "",
        link,
        "",
        "-- ",
        "Viestin lähetti Digitiekartta (Porvoo). Viestiin ei voi vastata.",
        "Oma sivu -sivulla voit valita, saatko viestit heti, kerran päivässä vai et lainkaan.",
    ]
    root = parse(html_of(made)).root
    assert root.get("lang") == "fi"
    assert [words_of(each) for each in elements(root, "h1")] == [made["Subject"]]
    assert [each.get("href") for each in elements(root, "a")] == [link]


def test_one_message_in_swedish(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    tell("Komplettera förslaget", "member2")
    made = sent(mail_settings, server)
    assert made["From"] == "Borgå Digital färdplan <digi@city.example>"
    assert made["Content-Language"] == parse(html_of(made)).root.get("lang") == "sv"
    assert "Meddelandet skickades av Digital färdplan (Borgå)." in text_of(made)
    assert "Öppna i tjänsten Digital färdplan" in html_of(made)


@pytest.mark.parametrize(
    ("person", "title"),
    [("member", "Päivän kooste: 3 viestiä"), ("member2", "Dagens sammandrag: 3 meddelanden")],
)
def test_a_digest(
    mailing: Flask,
    mail_settings: Settings,
    server: SmtpServer,
    tell,
    person: str,
    title: str,
) -> None:
    want(Mail.DIGEST, person)
    for number in (1, 2, 3):
        tell(f"Asia {number}", person, path=f"/measures/{number}")
    with writing():
        for row in messages():
            row.not_before = row.not_before.replace(year=2025)
    made = sent(mail_settings, server)
    assert made["Subject"] == title
    root = parse(html_of(made)).root
    assert [words_of(each) for each in elements(root, "h1")] == [title]
    assert [words_of(each) for each in elements(root, "h2")] == ["Asia 3", "Asia 2", "Asia 1"]
    links = [f"https://digi.example.org/measures/{number}" for number in (3, 2, 1)]
    assert [each.get("href") for each in elements(root, "a")] == links
    assert LINK.findall(text_of(made)) == links
    assert {row.state for row in messages()} == {State.SENT}


def test_the_html_is_valid_and_calls_nothing(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    tell("<script>alert(1)</script> & <b>", "member", text="<img src=x onerror=alert(1)>\n\n&amp;")
    made = sent(mail_settings, server)
    document = parse(html_of(made))
    assert document.errors == []
    tags = {each.tag for each in document.root.iter()}
    assert tags <= {"html", "head", "meta", "title", "style", "body", "h1", "p", "br", "a", "hr"}
    assert not any(each.get(name) for each in document.root.iter() for name in ("src", "style"))
    (heading,) = elements(document.root, "h1")
    assert words_of(heading) == "<script>alert(1)</script> & <b>"
    assert "&amp;amp;" in html_of(made)


def test_no_name_and_no_subject_makes_a_header(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    tell("Asia", "member")
    with writing():
        users("member")[0].name = 'Matti\r\nBcc: all@example.org\n\n<x>,"\ud83d\0'.encode(
            "utf-8", "replace"
        ).decode()
        message("Asia").subject = "Asia\r\nX-Injected: yes\r\n\r\nbody\u2028"
    made = sent(mail_settings, server)
    assert (made["Bcc"], made["X-Injected"]) == (None, None)
    assert made["Subject"] == "Asia X-Injected: yes body"
    (receiver,) = made["To"].addresses
    assert receiver.addr_spec == "member@example.org"
    assert receiver.display_name.startswith("Matti Bcc: all@example.org <x>")
    assert made["X-Envelope-To"] == "member@example.org"


@pytest.mark.parametrize(
    "address",
    ["x@example.org\r\nBcc: all@example.org", "x@example.org, y@example.org", "@", "x@[", "ä@b.fi"],
)
def test_an_address_that_is_none_stops_nobody_else(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell, address: str
) -> None:
    tell("Asia", "member", "member2")
    with writing():
        users("member")[0].email = address
    assert sending.run(mail_settings) == Result(sent=1, given_up=1)
    assert [each["X-Envelope-To"] for each in server.letters] == ["member2@example.org"]
    assert messages()[0].trouble is Trouble.ADDRESS


def test_the_text_needs_no_more_than_seven_bits(
    mailing: Flask, mail_settings: Settings, server: SmtpServer
) -> None:
    text = "ä" * 5000 + "\n\n.\n\nFrom here on\n" + "long " * 400
    item = Item(1, "å" * 300, text, "/", clock.now())
    parcel = Parcel("Ä" * 200, "a@example.org", "fi", [item], is_digest=False)
    data = letter(parcel, mail_settings).as_bytes()
    assert max(data) < 128
    assert max(map(len, data.splitlines())) < 998


def test_the_message_id_stays_while_the_messages_do(
    mailing: Flask, mail_settings: Settings
) -> None:
    def id_of(*items: Item) -> str:
        parcel = Parcel("", "a@example.org", "fi", items, is_digest=len(items) > 1)
        return str(letter(parcel, mail_settings)["Message-ID"])

    now = clock.now()
    one, two = (Item(number, "Asia", "Teksti", "/", now) for number in (1, 2))
    assert re.fullmatch(r"<message\.1\.\d{20}@digi\.example\.org>", id_of(one))
    assert id_of(one) == id_of(one._replace(subject="Toinen"))
    assert id_of(one, two) == id_of(one, two)
    # The number of a message that was removed may be given anew.
    later = one._replace(written_at=now.replace(year=now.year + 1))
    assert len({id_of(one), id_of(two), id_of(one, two), id_of(later)}) == 4
