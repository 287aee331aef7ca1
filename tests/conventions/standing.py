"""A small city as it stands for the tests of who sees what: measures of every sort, all people."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from flask import Flask
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from app.accounts import operations as accounts
from app.accounts import queries as people
from app.accounts.models import RoleGrant
from app.attachments.models import Attachment, Content
from app.attachments.states import FileKind
from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.comments.models import Comment
from app.comments.states import Audience
from app.core import clock
from app.core.database import writing
from app.core.policy import Actor
from app.desk import operations as desk
from app.desk import plans
from app.desk.states import Deed
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import Publicity, State
from app.meetings import word
from app.programmes.models import Programme, Theme
from app.roadmaps.models import Item
from tests.client import sign_in_as
from tests.conftest import copy_database, make_settings, running
from tests.measures.proposals import saved, unit_id
from tests.meetings.agendas import arranged, on_agenda, other_matter
from tests.roadmaps.drafts import before_board, board_decides, programme_approved
from tests.scoring.rounds import YEAR, kept_scenario, open_round, the_round

STEERING_GROUP = "member chair secretary"
PROPOSERS = "own other"
SIGNED_IN = f"nobody viewer {PROPOSERS} {STEERING_GROUP} board-secretary administrator"
EVERYONE = f"anonymous {SIGNED_IN}"

_IN_THE_UNIT = ("own secretary",) * 3
_IN_THE_GROUP = (f"own {STEERING_GROUP}",) * 3

READERS = {
    # State: who reads what is public, what is not yet public, and what is secret.
    "draft": _IN_THE_UNIT,
    "submitted": _IN_THE_GROUP,
    "returned": _IN_THE_UNIT,
    "in_scoring": _IN_THE_GROUP,
    "approved": (EVERYONE, SIGNED_IN, f"own {STEERING_GROUP}"),
    "postponed": _IN_THE_GROUP,
    "rejected": _IN_THE_GROUP,
    "withdrawn": _IN_THE_GROUP,
    "merged": _IN_THE_GROUP,
}
"""Who reads a measure, by the design: its own unit's proposer, another's, and the other people."""

PUBLICITY = ("public", "not_yet_public", "secret")

PEOPLE = (
    "anonymous",
    "nobody",
    "viewer",
    "proposer",
    "proposer2",
    "member",
    "chair",
    "secretary",
    "board-secretary",
    "administrator",
)
"""One person of each role, and a second proposer, of another unit."""

_OWN = {"library": "proposer", "streets": "proposer2"}


class Sort(NamedTuple):
    """A measure, and of which sort it is."""

    id: int
    unit: str
    state: str
    publicity: str

    def relation(self, person: str) -> str:
        """Return what a person is to the measure: a proposer is of its own unit or of another."""
        if not person.startswith("proposer"):
            return person
        return "own" if _OWN[self.unit] == person else "other"

    def is_read_by(self, person: str) -> bool:
        """Tell whether a person reads it, as the table has it."""
        return self.relation(person) in self.readers

    @property
    def readers(self) -> list[str]:
        """Return what those are to the measure who read it."""
        return READERS[self.state][PUBLICITY.index(self.publicity)].split()


@dataclass(frozen=True)
class Standing:
    """The city.

    Attributes:
        app: The app, in its context.
        measures: Its measures, one of each sort.
        parts: What the parts of addresses name beside measures.
        belongings: The same, of each measure: a comment and a public file.
        cookies: What each person's browser sends.
        copy: The database as it is to be found by every request.
    """

    app: Flask
    measures: Sequence[Sort]
    parts: Mapping[str, object]
    belongings: Mapping[int, Mapping[str, object]]
    cookies: Mapping[str, str]
    copy: sqlite3.Connection

    def url(self, endpoint: str, transition: str = "", measure_id: int = 0) -> str:
        """Return the address of an endpoint, for a transition and a measure where it has them."""
        of_measure = self.belongings.get(measure_id) or self.belongings[self.measures[0].id]
        parts = {**self.parts, **of_measure, "transition": transition, "measure_id": measure_id}
        names = next(self.app.url_map.iter_rules(endpoint)).arguments
        adapter = self.app.url_map.bind("localhost")
        return adapter.build(endpoint, {name: parts[name] for name in names})

    def send(self, person: str, url: str, method: str = "GET") -> TestResponse:
        """Send a request of a person, without any fields, and undo what it does."""
        headers = {"Cookie": self.cookies[person]} if person in self.cookies else {}
        with self.app.app_context():
            client = Client(self.app, use_cookies=False)
            response = client.open(url, method=method, headers=headers, buffered=True)
        if method == "POST" and response.status_code < 400:
            self.restore()
        return response

    def restore(self) -> None:
        """Let the database be as it was."""
        live = db.engine.raw_connection()
        self.copy.backup(live.driver_connection)
        live.close()


@contextmanager
def standing(
    folder: Path,
    database: Path,
    templates: Path,
    sorts: Sequence[tuple[str, str, str]],
    texts: Callable[[int], Mapping[str, object]] = lambda _number: {},
) -> Iterator[Standing]:
    """Give the city with its people signed in.

    Args:
        folder: Where the instance is made.
        database: The small city's file.
        templates: Folder of compiled templates.
        sorts: Unit, state and publicity of each measure to add.
        texts: Returns fields of a measure, given its place among the sorts.
    """
    settings = make_settings(folder / "instance")
    copy_database(database, settings)
    with running(settings, templates) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        measures = [Sort(_add(sort, texts(n)), *sort) for n, sort in enumerate(sorts)]
        parts = _fill()
        belongings = {measure.id: _equip(n, measure.id) for n, measure in enumerate(measures)}
        with writing():
            for measure in measures:
                # What was proposed to the board became public.
                db.session.get_one(Measure, measure.id).publicity = Publicity(measure.publicity)
        cookies = {}
        for person in PEOPLE[1:]:
            client = sign_in_as(app.test_client(), person)
            cookies[person] = f"session={client.get_cookie('session').value}"
        copy = sqlite3.connect(settings.instance / "copy.sqlite")
        with closing(copy), closing(db.engine.raw_connection()) as live:
            live.driver_connection.backup(copy)
            yield Standing(app, measures, parts, belongings, cookies, copy)


def said_in(response: TestResponse) -> str:
    """Return what an answer says; of a file of Word all its parts, unpacked."""
    if response.mimetype != word.CONTENT_TYPE:
        return response.text
    with ZipFile(BytesIO(response.data)) as file:
        return "\n".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())


def _fill() -> dict[str, object]:
    """Let all be there that an address may name, and return what the parts of addresses name."""
    with writing():
        accounts.add_user("nobody", "Niko Kukaan", "fi", [], accounts.INSTALLER, invented=True)
    actors = {}
    for key in PEOPLE[1:]:
        found = people.actor_of(people.user_by_key(key).id, clock.today())
        assert found is not None
        actors[key] = found
    open_round(actors["secretary"])
    meeting_id = arranged(actors["secretary"])
    decision_id, other_id = on_agenda(actors["secretary"], meeting_id)
    action_id = _bulk_action(actors["secretary"])
    before_board(actors["secretary"], actors["chair"])
    board_decides(actors["board-secretary"])
    programme_approved(actors["chair"], actors["board-secretary"])
    person_id = actors["viewer"].user_id
    return {
        "year": YEAR,
        "action_id": action_id,
        "number": 1,
        "meeting_id": meeting_id,
        "decision_id": decision_id,
        "matter_id": other_matter(actors["secretary"], meeting_id),
        "other_id": other_id,
        "change_id": 1,
        "item_id": db.session.scalars(select(Item.id)).first(),
        "person_id": person_id,
        "grant_id": db.session.scalar(select(RoleGrant.id).where(RoleGrant.user_id == person_id)),
        "identity_id": 1,
        "programme_id": db.session.scalars(select(Programme.id)).first(),
        "theme_id": db.session.scalars(select(Theme.id)).first(),
        "unit_id": unit_id("library"),
        "post_id": 1,
        "criterion_id": the_round().criteria[0].id,
        "scenario_id": kept_scenario(actors["secretary"]),
        "language": "sv",
        "token": "x",
    }


def _bulk_action(secretary: Actor) -> int:
    """Let the secretary open a proposal for scoring from the desk, and return the bulk action."""
    measure_id = saved(State.SUBMITTED)
    with writing():
        plan = plans.make(Deed.OPEN_SCORING, [measure_id], secretary)
        return desk.carry_out(plan, {}, secretary, "0" * 32).id


def _equip(number: int, measure_id: int) -> dict[str, object]:
    """Give a measure comments and files, each with a word of its own, and return some of them."""
    author = people.user_by_key("member2")
    said = {"measure_id": measure_id, "author_id": author.id, "made_at": clock.now()}
    comment = Comment(audience=Audience.SIGNED_IN, text=f"kanaria{number:03}", **said)
    within = Comment(audience=Audience.STEERING_GROUP, text=f"ryhma{number:03}", **said)
    open_file, secret_file = (
        Attachment(
            measure_id=measure_id,
            name=f"{word}{number:03}.pdf",
            kind=FileKind.PDF,
            size=1,
            digest=f"{word}{number:03}",
            publicity=publicity,
            secrecy_basis=f"{word}{number:03}",
            added_at=clock.now(),
        )
        for word, publicity in (("kanaria", Publicity.PUBLIC), ("salaisuus", Publicity.SECRET))
    )
    with writing():
        db.session.add_all((comment, within, open_file, secret_file))
        db.session.flush()
        for file in (open_file, secret_file):
            db.session.add(Content(attachment_id=file.id, data=b"x"))
            after = {"attachment_id": file.id, "secrecy_basis": file.secrecy_basis}
            record(Tag.FILE_ADDED, accounts.INSTALLER, Kind.MEASURE, measure_id, after=after)
        return {"comment_id": comment.id, "file_id": open_file.id}


def _add(sort: tuple[str, str, str], texts: Mapping[str, object]) -> int:
    unit, state, publicity = sort
    return saved(
        State(state),
        unit_id=unit_id(unit),
        publicity=Publicity(publicity),
        **{"secrecy_basis": "JulkL 24 §", **texts},
    )
