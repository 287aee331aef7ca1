"""Who gets which answer: every address and method, for every person, on every sort of measure.

The tables are written by hand from the design ("Who may do what", and who reads what in which
state), not from the rules in the code, so that a wrong rule shows as a wrong answer.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.core.policy import Role
from tests.conventions.conftest import CELLS, RecordProperty
from tests.conventions.standing import (
    EVERYONE,
    PEOPLE,
    PROPOSERS,
    PUBLICITY,
    SIGNED_IN,
    STEERING_GROUP,
    Standing,
    standing,
)

STATES = ("draft", "in_scoring", "approved", "rejected")

PAGES = {
    EVERYONE: """
        core.accessibility GET
        core.healthz GET
        core.privacy GET
        core.readyz GET
        sign_in.check_code POST
        sign_in.code GET
        sign_in.new_code GET
        sign_in.page GET
        sign_in.set_new_code POST
        sign_in.with_password POST
        status_page.index GET
    """,
    SIGNED_IN: """
        core.policy GET
        own_page.download GET
        own_page.end_sessions POST
        own_page.page GET
        own_page.save POST
        own_page.settings GET
        proposing.discard POST
        roadmaps.annual_clock GET
        roadmaps.programme GET
        roadmaps.programmes GET
        roadmaps.differences GET
        roadmaps.programme_differences GET
        roadmaps.programme_proposal GET
        roadmaps.programme_snapshot GET
        roadmaps.roadmap GET
        roadmaps.roadmaps GET
        sign_in.forget_kept_form POST
        sign_in.kept_form GET
        sign_in.sign_out POST
        sign_in.stay POST
    """,
    f"{PROPOSERS} secretary": """
        proposing.keep_new POST
        proposing.look_alikes_of_new POST
        proposing.new GET POST
        translating.queue GET
    """,
    f"{PROPOSERS} {STEERING_GROUP}": """
        proposing.proposals GET
    """,
    STEERING_GROUP: """
        meetings.agenda_document GET
        meetings.calendar GET
        meetings.meeting GET
        meetings.meetings GET
        meetings.record_document GET
        meetings.screen GET
        scoring.choose GET
        scoring.figures GET
        scoring.matrix GET
        scoring.ranking GET
        scoring.rounds GET
        scoring.scenarios GET
        scoring.what_if GET
    """,
    "secretary chair": """
        scoring.remove_scenario GET POST
        scoring.save_scenario POST
    """,
    "secretary chair board-secretary": """
        roadmaps.board_text GET
        roadmaps.programme_board_text GET
    """,
    "secretary": """
        desk.action GET
        desk.queue GET
        desk.undo POST
        meetings.approve_minutes POST
        meetings.arrange POST
        meetings.attendance GET POST
        meetings.cancel GET POST
        meetings.clear POST
        meetings.decide POST
        meetings.disqualifications GET POST
        meetings.edit GET POST
        meetings.end GET POST
        meetings.fill_agenda POST
        meetings.invitation GET POST
        meetings.show_agenda POST
        meetings.show_matter POST
        meetings.show_scores POST
        meetings.matter GET POST
        meetings.move_matter_up POST
        meetings.new GET
        meetings.new_matter GET POST
        meetings.prepare POST
        meetings.preview GET
        meetings.remove_from_agenda POST
        meetings.remove_matter POST
        meetings.reopen GET POST
        meetings.sort_agenda POST
        meetings.undo POST
        roadmaps.assemble POST
        roadmaps.move/open POST
        roadmaps.move/close_collection POST
        roadmaps.move/reopen_collection POST
        roadmaps.move/draft POST
        followup.carry_over GET
        followup.choose_theme POST
        followup.close GET POST
        followup.undo POST
        roadmaps.move/amend POST
        roadmaps.programme_move/amend POST
        roadmaps.programme_move/end_amendment POST
        roadmaps.move/end_amendment POST
        roadmaps.move_item POST
        roadmaps.sort_items POST
        roadmaps.put_back_item POST
        roadmaps.remove_item POST
        roadmaps.edit_programme GET POST
        roadmaps.new_programme GET POST
        roadmaps.new_theme GET POST
        roadmaps.plan_roadmap POST
        roadmaps.remove_theme POST
        roadmaps.set_dates GET POST
        roadmaps.theme GET POST
        scoring.criteria GET POST
        scoring.criterion GET POST
        scoring.new_criterion GET POST
        scoring.open_round GET POST
        scoring.reminder GET POST
        scoring.remove_criterion POST
        scoring.round GET POST
        scoring.scorers GET
    """,
    "member chair": """
        scoring.go_on GET
    """,
    "chair": """
        roadmaps.move/propose_to_board POST
        roadmaps.move/withdraw_amendment POST
        roadmaps.move/withdraw_from_board POST
        roadmaps.programme_move/propose_to_board POST
        roadmaps.programme_move/withdraw_amendment POST
        roadmaps.programme_move/withdraw_from_board POST
    """,
    "board-secretary": """
        roadmaps.add_board_change POST
        roadmaps.board POST
        roadmaps.board_changes GET
        roadmaps.programme_add_board_change POST
        roadmaps.programme_board POST
        roadmaps.programme_board_changes GET
        roadmaps.programme_remove_board_change POST
        roadmaps.remove_board_change POST
    """,
    "administrator": """
        accounts.add_identity POST
        accounts.confirm_import POST
        accounts.disable POST
        accounts.enable POST
        accounts.end_role POST
        accounts.end_sessions POST
        accounts.erase GET POST
        accounts.give_role POST
        accounts.import_people GET POST
        accounts.invite POST
        accounts.new_person GET POST
        accounts.people GET
        accounts.person GET POST
        accounts.remove_identity POST
        accounts.reset_second_factor POST
        accounts.set_last_day POST
        history.export GET
        history.record GET
        history.retention GET
        mail.change POST
        mail.outbox GET
        organisation.bring_back_post POST
        organisation.bring_back_unit POST
        organisation.post GET POST
        organisation.posts GET POST
        organisation.retire_post POST
        organisation.retire_unit POST
        organisation.unit GET POST
        organisation.units GET POST
    """,
}
"""Who is let in, by address and methods; others get 403, and those not signed in are asked to."""

MISSING = {
    EVERYONE: """
        sign_in.as_invented POST
        sign_in.invitation GET
        sign_in.returned GET
        sign_in.with_city_account GET
        sign_in.use_invitation POST
    """,
    "secretary": """
        desk.confirm POST
        meetings.confirm POST
        desk.preview GET
        followup.confirm POST
        followup.preview GET
    """,
    SIGNED_IN: """
        roadmaps.move/board_approves POST
        roadmaps.move/table POST
        roadmaps.move/nonsense POST
        roadmaps.programme_move/board_approves POST
        roadmaps.programme_move/nonsense POST
        roadmaps.programme_move/table POST
        sign_in.change_password POST
        sign_in.password GET
    """,
}
"""The same, where there is nothing for those who are let in."""


HIDDEN = {
    STEERING_GROUP: """
        roadmaps.proposal GET
        roadmaps.snapshot GET
    """,
}
"""What holds secret measures of several units: it is hidden from all others who have signed in."""


class Row(NamedTuple):
    """What is done with a measure.

    Attributes:
        role: Whose role has it; others get 403, and those not signed in are asked to sign in. From
            those who may not read the measure it is hidden (404).
        may: Who of them may do it to a measure that they read; others get 403.
        answer: What those get.
    """

    role: str
    may: str
    answer: str = "ok"


_WORKS_ON_PROPOSALS = f"{PROPOSERS} {STEERING_GROUP}"

MEASURES = {
    "status_page.measure GET": Row(EVERYONE, EVERYONE),
    "history.measure GET": Row(
        f"{PROPOSERS} {STEERING_GROUP} administrator", f"own {STEERING_GROUP} administrator"
    ),
    "proposing.edit GET POST": Row(f"{PROPOSERS} secretary", "own secretary"),
    "proposing.edit_facts GET POST": Row("secretary", "secretary"),
    "proposing.keep POST": Row(f"{PROPOSERS} secretary", "own secretary"),
    "proposing.keep_facts POST": Row("secretary", "secretary"),
    "proposing.look_alikes POST": Row(f"{PROPOSERS} secretary", "own secretary"),
    "proposing.relations GET": Row("secretary", "secretary"),
    "proposing.relate GET POST": Row("secretary", "secretary"),
    "proposing.remove_relation POST": Row("secretary", "secretary"),
    "proposing.unmerge POST": Row("secretary", "secretary"),
    "proposing.move/submit GET": Row(_WORKS_ON_PROPOSALS, "own", "404"),
    "proposing.move/submit POST": Row(_WORKS_ON_PROPOSALS, "own"),
    "proposing.move/withdraw GET POST": Row(_WORKS_ON_PROPOSALS, "own"),
    "proposing.move/return GET POST": Row(_WORKS_ON_PROPOSALS, "secretary"),
    "proposing.move/cancel_scoring POST": Row(_WORKS_ON_PROPOSALS, "secretary"),
    "proposing.move/reopen POST": Row(_WORKS_ON_PROPOSALS, "secretary"),
    "proposing.move/approve GET POST": Row(_WORKS_ON_PROPOSALS, EVERYONE, "404"),
    "proposing.move/merge GET POST": Row(_WORKS_ON_PROPOSALS, EVERYONE, "404"),
    "proposing.move/unmerge GET POST": Row(_WORKS_ON_PROPOSALS, EVERYONE, "404"),
    "proposing.move/nonsense GET POST": Row(_WORKS_ON_PROPOSALS, EVERYONE, "404"),
    "attachments.add POST": Row(f"{PROPOSERS} secretary", "own secretary"),
    "attachments.download GET": Row(EVERYONE, EVERYONE),
    "attachments.files GET": Row(f"{PROPOSERS} secretary", "own secretary"),
    "attachments.publicity GET POST": Row(f"{PROPOSERS} secretary", "own secretary"),
    "attachments.remove GET POST": Row(f"{PROPOSERS} secretary", "own secretary"),
    "comments.add POST": Row(SIGNED_IN, SIGNED_IN),
    "comments.comments GET": Row(SIGNED_IN, SIGNED_IN),
    "comments.remove GET POST": Row(SIGNED_IN, "secretary"),
    "translating.translation GET POST": Row(f"{PROPOSERS} secretary", "own secretary"),
    "scoring.open_scoring POST": Row("secretary", "secretary"),
    "scoring.review GET": Row("member chair", "member chair"),
    "scoring.save_review POST": Row("member chair", "member chair"),
    "scoring.take_back POST": Row("member chair", "member chair"),
}


class Call(NamedTuple):
    """A row of the tables: an endpoint, the transition that it is asked for, and a method."""

    endpoint: str
    transition: str
    method: str


def calls(lines: str) -> Iterator[Call]:
    """Give the calls of lines such as "proposing.move/return GET POST"."""
    for line in lines.strip().splitlines():
        address, *methods = line.split()
        endpoint, _slash, transition = address.partition("/")
        for method in methods:
            yield Call(endpoint, transition, method)


LET_IN = {200, 204, 302, 303, 400, 409, 422}
"""Answers of a view that was reached, to forms that are empty."""


def answer_of(response: TestResponse) -> str:
    """Return the class of an answer: let in, asked to sign in, or refused in one of three ways."""
    if response.status_code == 302 and response.location.startswith("/sign-in?next="):
        return "sign-in"
    return "ok" if response.status_code in LET_IN else str(response.status_code)


@pytest.fixture(scope="module")
def city(tmp_path_factory, city_database, compiled) -> Iterator[Standing]:
    """Return the small city with a measure of every sort, and all its people signed in."""
    folder = tmp_path_factory.mktemp("matrix")
    sorts = list(product(("library", "streets"), STATES, PUBLICITY))
    with standing(folder, city_database, compiled, sorts) as found:
        yield found


def refusal(person: str, refused: str = "403") -> str:
    """Return what those get who are not let in."""
    return "sign-in" if person == "anonymous" else refused


def expected(row: Row, readers: list[str], person: str) -> str:
    """Return the answer that a person gets for a measure with these readers."""
    if person not in row.role.split():
        return refusal(person)
    if person not in readers:
        return "404"
    return row.answer if person in row.may.split() else "403"


class Cell(NamedTuple):
    """A cell of the matrix: a request, and the answer that the tables want."""

    method: str
    url: str
    wanted: str


def wrong_answers(
    city: Standing, person: str, cells: list[Cell], record_property: RecordProperty
) -> list[str]:
    """Send every request of a person, and return where the answer is not the wanted one."""
    record_property(CELLS, len(cells))
    wrong = []
    for method, url, wanted in cells:
        found = answer_of(city.send(person, url, method))
        if found != wanted:
            wrong.append(f"{person}: {method} {url} answers {found}, not {wanted}")
    return wrong


@pytest.mark.parametrize("person", PEOPLE)
def test_pages(city: Standing, record_property, person: str) -> None:
    # A proposer of any unit counts as one.
    place = "own" if person.startswith("proposer") else person
    cells = []
    tables = ((PAGES, "ok", "403"), (MISSING, "404", "403"), (HIDDEN, "ok", "404"))
    for table, let_in, refused in tables:
        for people, lines in table.items():
            wanted = let_in if place in people.split() else refusal(person, refused)
            for call in calls(lines):
                url = city.url(call.endpoint, call.transition)
                cells.append(Cell(call.method, url, wanted))
                if call.method == "GET":
                    cells.append(Cell("HEAD", url, wanted))
    assert wrong_answers(city, person, cells, record_property) == []


@pytest.mark.parametrize("person", PEOPLE)
def test_measures(city: Standing, record_property, person: str) -> None:
    cells = []
    for measure in city.measures:
        for lines, row in MEASURES.items():
            wanted = expected(row, measure.readers, measure.relation(person))
            for call in calls(lines):
                url = city.url(call.endpoint, call.transition, measure.id)
                cells.append(Cell(call.method, url, wanted))
    assert wrong_answers(city, person, cells, record_property) == []


@pytest.mark.parametrize("person", PEOPLE)
def test_methods_that_an_address_does_not_take(
    city: Standing, record_property, person: str
) -> None:
    taken: dict[str, set[str]] = defaultdict(set)
    for rule in city.app.url_map.iter_rules():
        taken[city.url(rule.endpoint, "submit", city.measures[0].id)] |= rule.methods
    cells = [
        Cell(method, url, "405")
        for url, methods in taken.items()
        for method in sorted({"GET", "POST", "PUT", "PATCH", "DELETE"} - methods)
    ]
    assert wrong_answers(city, person, cells, record_property) == []


def test_every_address_has_a_row(app: Flask) -> None:
    rows = {
        (call.endpoint, call.method)
        for lines in (*PAGES.values(), *MISSING.values(), *HIDDEN.values(), *MEASURES)
        for call in calls(lines)
    }
    every = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert sorted(every - rows) == []
    assert sorted(rows - every) == []


def test_everyone_is_in_the_table() -> None:
    keys = {role.value.replace("_", "-") for role in Role}
    assert keys <= set(PEOPLE)
    assert {"anonymous", "nobody", "proposer2"} <= set(PEOPLE)
