"""Whoever may score learns nothing of others' reviews before their time, anywhere, in any role.

Two worlds differ in what others think of some measures and in nothing else. A person from whom
this is hidden must find every page and file of the one as it is in the other, to the letter:
scores, averages, ranks, outcomes, orders, counts, links. What differs for somebody from whom
nothing is hidden shows that the pages are the right ones and that the worlds do differ.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from itertools import chain, combinations, count
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from sqlalchemy import delete, update

from app.accounts.models import RoleGrant
from app.core import clock
from app.core.database import writing
from app.core.policy import Role
from app.core.revision import Revision
from app.extensions import db
from app.meetings.models import Decision
from app.scoring.states import Blindness, ProposedOutcome
from tests.conventions.standing import Standing, said_in, standing
from tests.conventions.test_canaries import actor
from tests.meetings.agendas import added
from tests.scoring.rounds import YEAR, judge, the_round

READER = "member"
OTHERS = ("member2", "member3", "chair")
FURTHER = (Role.PROPOSER, Role.SECRETARY, Role.BOARD_SECRETARY, Role.ADMINISTRATOR)
"""What a member may be beside; a viewer may do nothing that a member may not."""

EVERY = frozenset({Role.MEMBER, Role.CHAIR, *FURTHER})
SORTS = [("library", "in_scoring", "not_yet_public")] * 4

# Tokens, keys of forms, digests and moments are those of the answer, not of what others think.
ONCE = re.compile(
    r'<time [^>]*>[^<]*</time>|\d{4}-\d\d-\d\dT[\d:.+]+|[0-9a-f]{32,64}|data-at-most="\d+"'
    r'|"csrf_token" value="[^"]+"|\d{4} klo?\.? \d{1,2}\.\d\d|\d{8}T\d{6}Z|seen=\d+-\d{8}'
)
LINK = re.compile(r'<a [^>]*?href="(/[^"#]*)')
REVISIONS = count(10_000, 1_000)
OUT = ("/sign-out", "/static/", "/sign-in")


class Worlds(NamedTuple):
    """The city, and the two databases that it may have.

    Attributes:
        city: The city with its people.
        databases: The two worlds.
    """

    city: Standing
    databases: Sequence[sqlite3.Connection]


@pytest.fixture(scope="module")
def worlds(
    tmp_path_factory: pytest.TempPathFactory, city_database: Path, compiled: Path
) -> Iterator[Worlds]:
    """Return the two worlds; others have judged the same measures in each, but otherwise."""
    folder = tmp_path_factory.mktemp("worlds")
    with standing(folder, city_database, compiled, SORTS) as city:
        secretary = actor("secretary")
        for measure in city.measures[2:]:
            decision_id = added(secretary, city.parts["meeting_id"], measure.id)
        # Also where the room sees the scores, who is blind sees none on a screen of their own.
        shown = {"on_screen": True, "scores_shown": True}
        with writing():
            db.session.execute(update(Decision).where(Decision.id == decision_id).values(**shown))
        databases = []
        before = sqlite3.connect(":memory:")
        with closing(before), closing(db.engine.raw_connection()) as live:
            live.driver_connection.backup(before)
            for world in (0, 1):
                before.backup(live.driver_connection)
                _judge(city, world)
                databases.append(sqlite3.connect(":memory:"))
                live.driver_connection.backup(databases[-1])
        yield Worlds(city, databases)
        for each in databases:
            each.close()


def _judge(city: Standing, world: int) -> None:
    """Let the others judge all measures; what they think of the first is the same in each world."""
    for number, measure in enumerate(city.measures):
        for place, key in enumerate(OTHERS):
            value = 1 + (number + place + (2 * world * (place + 1) if number else 0)) % 5
            said = {
                "proposed_outcome": list(ProposedOutcome)[value % 4],
                "comment": f"Arvio {value}",
            }
            if number == 3 and place == 2 and world:
                said |= {"disqualified": True, "disqualification_reason": "Oma hanke"}
            judge(actor(key), measure.id, value, **said)


def enter(worlds: Worlds, world: int, roles: frozenset[Role], *own: int, **setting: object) -> None:
    """Let one of the worlds be the one that is.

    Args:
        worlds: Both.
        world: Which of the two.
        roles: The roles of the reader.
        own: Places of the measures that the reader has judged.
        setting: `blindness` and `closed` of the round, and what the reader said in the reviews.
    """
    with closing(db.engine.raw_connection()) as live:
        worlds.databases[world].backup(live.driver_connection)
    db.session.rollback()
    # What is kept until something changes must serve no other world, and this one at no other time.
    db.session.execute(update(Revision).values(number=next(REVISIONS)))
    db.session.commit()
    blindness, closed = setting.pop("blindness", None), setting.pop("closed", False)
    for number in own:
        judge(actor(READER), worlds.city.measures[number].id, 4, **setting)
    user_id = actor(READER).user_id
    with writing():
        found = the_round()
        if blindness:
            found.blindness = blindness
        if closed:
            found.opens_on = clock.today() - timedelta(days=9)
            found.closes_on = clock.today() - timedelta(days=1)
        db.session.execute(delete(RoleGrant).where(RoleGrant.user_id == user_id))
        db.session.add_all(RoleGrant(user_id=user_id, role=role) for role in sorted(roles))


def read(worlds: Worlds, urls: Sequence[str]) -> dict[str, str]:
    """Return what the reader finds at some addresses, without what no two answers share."""
    found = {}
    for url in urls:
        response = worlds.city.send(READER, url)
        assert response.status_code < 500, url
        headers = f"{response.status_code} {response.headers.get('Location', '')}"
        found[url] = f"{headers}\n{ONCE.sub('', said_in(response))}"
    return found


@pytest.fixture(scope="module")
def everywhere(worlds: Worlds) -> list[str]:
    """Return the addresses of all pages and files, and of what those of scoring lead to."""
    enter(worlds, 0, EVERY, closed=True)
    city, found = worlds.city, []
    for rule in city.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(OUT):
            measures = city.measures if "measure_id" in rule.arguments else city.measures[:1]
            found += [city.url(rule.endpoint, "return", each.id) for each in measures]
    found = list(dict.fromkeys(found))
    # Orders, filters and files of these are links of theirs.
    about = [url for url in found if "scoring" in url or "meetings" in url or "/my" in url]
    texts = read(worlds, about)
    links = chain.from_iterable(LINK.findall(text.replace("&amp;", "&")) for text in texts.values())
    further = [url for url in links if urlsplit(url).query and not url.startswith(OUT)]
    return list(dict.fromkeys([*found, *further]))


def different(worlds: Worlds, urls: Sequence[str], *own: int, **setting: object) -> set[str]:
    """Return those addresses at which the reader, in some roles, finds the worlds to differ."""
    roles = setting.pop("roles", EVERY)
    texts = []
    for world in (0, 1):
        enter(worlds, world, roles, *own, **setting)
        texts.append(read(worlds, urls))
    return {url for url in urls if texts[0][url] != texts[1][url]}


@pytest.fixture(scope="module")
def telling(worlds: Worlds, everywhere: list[str]) -> list[str]:
    """Return where the worlds differ for a reader in all roles once nothing is hidden."""
    found = different(worlds, everywhere, 0, 1, 2, 3, closed=True)
    # A page says the same in the other language.
    return [url for url in everywhere if url in found and "lang=" not in url]


def test_the_worlds_differ_for_those_who_may_know(worlds: Worlds, telling: list[str]) -> None:
    reviews = {f"/scoring/{YEAR}/{measure.id}" for measure in worlds.city.measures[1:]}
    assert {f"/scoring/{YEAR}", *reviews} <= set(telling)
    assert any(url.startswith("/meetings/") for url in telling)
    assert f"/meetings/{worlds.city.parts['meeting_id']}/screen" in telling
    # What others think of the first measure is the same in both.
    assert f"/scoring/{YEAR}/{worlds.city.measures[0].id}" not in telling


@pytest.mark.parametrize(
    ("own", "setting"),
    [
        ((), {}),
        # Having judged one measure opens the eyes for that one alone.
        ((0,), {}),
        ((0, 1, 2, 3), {"submit": False}),
        ((0, 1, 2, 3), {"disqualified": True, "disqualification_reason": "Oma hanke"}),
        ((0, 1, 2, 3), {"blindness": Blindness.UNTIL_CLOSE}),
    ],
    ids=["begun nothing", "judged one", "drafts", "disqualified", "until the close"],
)
def test_in_all_roles_at_once_nothing_differs_anywhere(
    worlds: Worlds, everywhere: list[str], own: tuple[int, ...], setting: dict[str, object]
) -> None:
    assert different(worlds, everywhere, *own, **setting) == set()


@pytest.mark.parametrize("scoring", [{Role.MEMBER}, {Role.CHAIR}, {Role.MEMBER, Role.CHAIR}])
def test_in_no_combination_of_roles_differs_what_tells(
    worlds: Worlds, telling: list[str], scoring: set[Role]
) -> None:
    subsets = chain.from_iterable(combinations(FURTHER, n) for n in range(len(FURTHER) + 1))
    leaks = {}
    for further in subsets:
        roles = frozenset(scoring.union(further))
        if found := different(worlds, telling, 0, roles=roles):
            leaks[", ".join(sorted(roles))] = found
    assert leaks == {}
