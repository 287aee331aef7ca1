"""Events for tests, and pages of them as a person reads them."""

from datetime import datetime
from typing import NamedTuple
from xml.etree.ElementTree import Element

from werkzeug.test import TestResponse

from app.audit.models import Event, Values
from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.audit.verification import head
from app.core import clock
from app.core.database import writing
from app.core.policy import Actor
from app.extensions import db
from tests.html import classes_of, document_of, elements, text_of


class Entry(NamedTuple):
    """A line of a log: its day, its time, what it says, and what it says of each column."""

    day: str
    time: str
    text: str
    changes: dict[str, str]
    element: Element


def read(response: TestResponse) -> list[Entry]:
    """Return the lines of a page, from the top."""
    assert response.status_code == 200, response.status
    return [
        _entry(section, line)
        for section in elements(document_of(response).root, "section")
        if "log-day" in classes_of(section)
        for line in section.iterfind("./ol/li")
    ]


def _entry(section: Element, line: Element) -> Entry:
    changes = {
        text_of(row.find("dt")): text_of(row.find("dd"))  # type: ignore[arg-type]
        for row in line.iterfind(".//dl/div")
    }
    texts = [text_of(each) for each in line.iterfind(".//p")]
    (day,), (time,) = section.iterfind("./h3"), line.iterfind("./time")
    return Entry(text_of(day), text_of(time), " ".join(texts), changes, line)


def happen(tag: Tag, actor: Actor, kind: Kind, subject_id: int | None = None, **given) -> int:
    """Record an event and return its number."""
    with writing():
        return record(tag, actor, kind, subject_id, **given)


def happen_at(moment: str, tag: Tag, kind: Kind, subject_id: int | None = None) -> int:
    """Put an event of a time (UTC) into the record, past the chain, and return its number."""
    with writing():
        number = head().number + 1
        at = datetime.fromisoformat(moment)
        event = Event(id=number, happened_at=at, tag=tag, kind=kind, subject_id=subject_id)
        event.digest = "0" * 64
        db.session.add(event)
    return number


def many(count: int, tag: Tag, kind: Kind, subject_id: int, actor_id: int, after: str) -> None:
    """Put many events with the same values into the record, past the chain."""
    with writing():
        first = head().number + 1
        numbers = range(first, first + count)
        moment = clock.now()
        db.session.add_all(
            Event(
                id=number,
                happened_at=moment,
                actor_id=actor_id,
                tag=tag,
                kind=kind,
                subject_id=subject_id,
                values_digest="0" * 64,
                digest="0" * 64,
            )
            for number in numbers
        )
        db.session.flush()
        db.session.add_all(Values(event_id=each, after=after, salt="") for each in numbers)
