"""No page, file, figure or search shows more than its reader may see.

Every measure has a word of its own in all its texts. Each person opens every page and file, and
finds the words of those measures alone that the table in `standing.py` lets them read.
"""

import re
from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import select

from app.accounts import queries as people
from app.core import clock
from app.core.database import writing
from app.core.policy import Actor
from app.extensions import db
from app.followup.operations import report_status
from app.followup.states import Precision, Status
from app.measures.models import Lineage, Measure, Step
from app.measures.states import LineageKind, Publicity, State
from app.meetings.models import Decision
from tests.client import HTMX
from tests.conventions.standing import (
    PEOPLE,
    PUBLICITY,
    READERS,
    Sort,
    Standing,
    said_in,
    standing,
)
from tests.scoring.rounds import YEAR, judge

SORTS = list(product(("library",), READERS, PUBLICITY))

OF_A_MEASURE = (
    "status_page.measure",
    "comments.comments",
    "attachments.files",
    "history.measure",
    "proposing.edit",
    "scoring.review",
    "translating.translation",
)
"""Pages of one measure that are opened for each."""

TEXTS = (
    *("name_fi", "name_sv", "problem_fi", "problem_sv", "description_fi", "description_sv"),
    *("partners", "legal_act", "legal_section", "secrecy_basis"),
)

WORD = re.compile(r"(?:kanaria|askel|arvio|ryhma|salaisuus)\d{3}")


def texts(number: int) -> dict[str, str]:
    return dict.fromkeys(TEXTS, f"kanaria{number:03}")


@pytest.fixture(scope="module")
def city(tmp_path_factory, city_database, compiled) -> Iterator[Standing]:
    """Return the small city with a measure of every sort, each known by its word everywhere."""
    folder = tmp_path_factory.mktemp("canaries")
    with standing(folder, city_database, compiled, SORTS, texts) as found:
        secretary, member = actor("secretary"), actor("member")
        for number, measure in enumerate(found.measures):
            _spread(number, measure, found, secretary)
            if measure.state == State.IN_SCORING:
                judge(member, measure.id, 4, comment=f"arvio{number:03}")
        yield found


def actor(key: str) -> Actor:
    user = people.user_by_key(key)
    assert user is not None
    found = people.actor_of(user.id, clock.today())
    assert found is not None
    return found


def hub_of(city: Standing) -> int:
    """Return the measure without a word that everyone reads; it follows from all others."""
    query = select(Measure.id).where(
        Measure.id > city.measures[-1].id,
        Measure.state == State.APPROVED,
        Measure.publicity == Publicity.PUBLIC,
    )
    return db.session.scalars(query).one()


def _spread(number: int, measure: Sort, city: Standing, secretary: Actor) -> None:
    """Let a measure be spoken of wherever one measure may be spoken of."""
    word = f"kanaria{number:03}"
    with writing():
        today = clock.today()
        report_status(measure.id, Status.STARTED, today, Precision.DAY, secretary, word, word)
        db.session.add_all(
            (
                Lineage(measure_id=hub_of(city), earlier_id=measure.id, kind=LineageKind.SPLIT),
                Decision(
                    meeting_id=city.parts["meeting_id"],
                    measure_id=measure.id,
                    position=100 + number,
                ),
                Step(
                    measure_id=measure.id,
                    transition="return",
                    target=State.RETURNED,
                    reason=f"askel{number:03}",
                    actor_id=secretary.user_id,
                    made_at=clock.now(),
                ),
            )
        )


def pages(city: Standing, person: str) -> list[str]:
    """Return the address of every page and file; those of one measure for all that one reads."""
    found = []
    for rule in city.app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in {"sign_in.sign_out"}:
            continue
        if rule.endpoint in OF_A_MEASURE:
            read = [each.id for each in city.measures if each.is_read_by(person)]
            found += [city.url(rule.endpoint, measure_id=number) for number in read]
        else:
            found.append(city.url(rule.endpoint, "return", city.measures[0].id))
    found.append(city.url("status_page.measure", measure_id=hub_of(city)))
    return [*found, f"/?year={YEAR}", f"/?year={YEAR}&view=approved", f"/?year={YEAR}&lang=sv"]


def may_show(city: Standing, person: str, word: str) -> bool:
    """Tell whether a word may stand on a page of a person."""
    measure = city.measures[int(word[-3:])]
    if word.startswith("arvio"):
        # The round is blind for the chair, who has not scored yet.
        return person in {"member", "secretary"}
    if word.startswith("ryhma"):
        return measure.is_read_by(person) and person in {"member", "chair", "secretary"}
    if word.startswith("salaisuus"):
        return measure.is_read_by(person) and measure.relation(person) in {
            *("own", "member", "chair", "secretary"),
        }
    if word.startswith("askel"):
        # Why a proposal was sent back is between its unit and the steering group.
        return measure.is_read_by(person) and measure.relation(person) in {
            *("own", "member", "chair", "secretary"),
        }
    return measure.is_read_by(person)


@pytest.mark.parametrize("person", PEOPLE)
def test_nobody_finds_a_word_that_is_not_for_them(city: Standing, person: str) -> None:
    seen, leaks = set(), []
    for url in pages(city, person):
        response = city.send(person, url)
        assert response.status_code < 500, url
        words = set(WORD.findall(said_in(response)))
        seen |= words
        leaks += [f"{url} shows {word}" for word in words if not may_show(city, person, word)]
    assert leaks == []
    readable = {n for n, measure in enumerate(city.measures) if measure.is_read_by(person)}
    assert {int(word[-3:]) for word in seen if word.startswith("kanaria")} == readable
    # What was said of proposals is found by some, so that it is known to be looked for.
    works_on_them = person in {"proposer", "member", "chair", "secretary"}
    assert any(word.startswith("askel") for word in seen) is works_on_them
    assert any(word.startswith("arvio") for word in seen) is (person in {"member", "secretary"})
    in_the_group = person in {"member", "chair", "secretary"}
    assert any(word.startswith("ryhma") for word in seen) is in_the_group
    assert any(word.startswith("salaisuus") for word in seen) is works_on_them


@pytest.mark.parametrize("person", PEOPLE)
def test_search_finds_what_its_reader_may_see(city: Standing, person: str) -> None:
    for number, measure in enumerate(city.measures):
        found = city.send(person, f"/?year={YEAR}&q=kanaria{number:03}").text
        shown = f'/measures/{measure.id}"' in found
        # Only what is approved stands on the roadmap.
        assert shown is (measure.state == "approved" and measure.is_read_by(person)), measure


@pytest.mark.parametrize("person", PEOPLE)
def test_figures_count_what_their_reader_may_see(city: Standing, person: str) -> None:
    on_roadmap = [each for each in city.measures if each.state == "approved"]
    visible = sum(each.is_read_by(person) for each in on_roadmap)
    # One more public measure stands on the roadmap beside those with a word.
    page = city.send(person, f"/?year={YEAR}").text
    assert re.search(r'class="count">\s*(\d+)', page)[1] == str(visible + 1)
    charted = re.search(r'<a class="figure"[^>]*>\s*<b>(\d+)', page)
    assert charted[1] == str(visible + 1)


OUTLINED = {"submitted", "in_scoring"}


@pytest.mark.parametrize("person", PEOPLE)
def test_look_alikes_show_names_of_what_is_read_and_of_what_others_propose(
    city: Standing, person: str
) -> None:
    found = look_alikes(city, person, "kanaria")
    if person not in {"proposer", "proposer2", "secretary"}:
        assert found is None
        return
    assert found is not None
    known = [
        each
        for each in city.measures
        if each.state != "merged"
        and (each.is_read_by(person) or (each.state in OUTLINED and each.publicity != "secret"))
    ]
    # The words of all are as alike, so that the first ones are shown.
    shown = [city.measures[int(word[-3:])] for word in WORD.findall(found)]
    assert shown == known[:5]
    for each in shown:
        # What one may not read has no way to it.
        assert (f"/measures/{each.id}" in found) is each.is_read_by(person), each


def look_alikes(city: Standing, person: str, text: str) -> str | None:
    """Return the answer to what a person types; None when they may not propose."""
    headers = {"Cookie": city.cookies[person]} if person in city.cookies else {}
    response = city.app.test_client(use_cookies=False).post(
        "/proposals/look-alikes", data={"name_fi": text}, headers={**headers, **HTMX}
    )
    return response.text if response.status_code == 200 else None
