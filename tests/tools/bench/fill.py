"""Make an instance of a given size: invented measures on the roadmaps of two years."""

import itertools
import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import flask_migrate
from sqlalchemy import insert

from app import create_app
from app.accounts.models import Post, Unit, User
from app.accounts.operations import INSTALLER, add_user
from app.config import Settings
from app.core import clock
from app.core.policy import Role
from app.extensions import Model, db
from app.followup.models import StatusReport
from app.followup.states import Precision, Status
from app.measures import search
from app.measures.models import Entry, Likeness, Measure
from app.measures.operations import add_measure, code_order
from app.measures.states import Publicity, Size, State
from app.organisation.operations import add_post, add_unit
from app.programmes.models import Roadmap, Theme
from app.programmes.operations import add_programme, add_roadmap, add_theme
from app.programmes.states import Phase, ThemeKind
from app.roadmaps.models import Item
from app.roadmaps.states import Membership
from app.scoring.models import Criterion, Round, Scorer
from app.vocabulary.models import ClassificationValue
from app.vocabulary.operations import add_value
from app.vocabulary.states import Kind

# So many rows go into the database at once.
BATCH = 5_000

FIRST_FI = ["Sähköinen", "Yhteinen", "Uusi", "Automaattinen", "Kaksikielinen", "Saavutettava"]
FIRST_SV = ["Elektronisk", "Gemensam", "Ny", "Automatisk", "Tvåspråkig", "Tillgänglig"]
SECOND_FI = ["asiointipalvelu", "lupapalvelu", "tietovaranto", "ajanvaraus", "oppimisympäristö"]
SECOND_SV = ["ärendetjänst", "tillståndstjänst", "datalager", "tidsbokning", "lärmiljö"]
PROBLEM_FI = "Käsittely on hidasta, ja tieto on monessa paikassa, joten virheitä syntyy."
PROBLEM_SV = "Handläggningen är långsam och uppgifterna finns på många ställen, så det blir fel."
# So many different words stand in the texts that look-alikes are found by, some of them often.
VOCABULARY = 12_000
NOTE_FI = "Käyttöönotto etenee suunnitelman mukaan."
NOTE_SV = "Införandet framskrider enligt planen."


class Forms(NamedTuple):
    """Where a proposer edits the draft, and where a member scores the proposal in scoring."""

    draft: str
    review: str


def fill(instance: Path, size: int) -> Forms:
    """Make an instance in a folder, with so many measures on the roadmaps of two years.

    The roadmaps are last year's and this year's, both approved, so that the status page shows
    all of it by default. Next year's is in collection and the one after it in scoring.
    """
    app = create_app(Settings(instance=instance, database_url="", demo=True))
    with app.app_context():
        flask_migrate.upgrade()
        forms = _fill(size, clock.today().year)
        db.session.commit()
        db.engine.dispose()
    return forms


def _fill(size: int, year: int) -> Forms:
    chance = random.Random(size)
    programme = add_programme(
        "Digiohjelma", "Digitaliseringsprogram", year - 1, year + 2, INSTALLER
    )
    themes = [
        add_theme(programme, code, f"Teema {code}", f"Tema {code}", INSTALLER, kind, colour)
        for colour, (code, kind) in enumerate(
            [*((code, ThemeKind.THEME) for code in "ABC"), ("K", ThemeKind.ENABLER)], start=1
        )
    ]
    roadmaps = [
        add_roadmap(programme, when, Phase.APPROVED, INSTALLER, imported=True)
        for when in (year - 1, year)
    ]
    add_roadmap(programme, year + 1, Phase.COLLECTING, INSTALLER)
    scoring = add_roadmap(programme, year + 2, Phase.SCORING, INSTALLER)
    values = _add_values()
    unit, posts, member = _add_people()
    measures = list(_measures(size, year, chance, themes, values, unit, posts))
    letters = {theme.id: theme.code for theme in themes}
    codes = [f"{letters[measure['theme_id']]}{measure['id']}" for measure in measures]
    insert_all(Measure, measures)
    _insert_words(measures, codes)
    insert_all(Likeness, _likenesses(measures, chance))
    insert_all(Entry, _entries(measures, codes, programme.id))
    insert_all(Item, _items(size, roadmaps))
    insert_all(StatusReport, _reports(size, chance))
    _add_round(scoring, member)
    draft = _add_proposal(State.DRAFT, year + 1, values, unit)
    proposal = _add_proposal(State.IN_SCORING, year + 2, values, unit)
    return Forms(f"/proposals/{draft}/edit", f"/scoring/{year + 2}/{proposal}")


def _add_values() -> dict[Kind, list[int]]:
    for kind in Kind:
        for position in range(1, 6):
            key = f"{kind.value}-{position}"
            add_value(kind, key, f"Arvo {position}", f"Värde {position}", position, INSTALLER)
    found: dict[Kind, list[int]] = {}
    for value in db.session.scalars(db.select(ClassificationValue)):
        found.setdefault(value.kind, []).append(value.id)
    return found


def _add_people() -> tuple[Unit, list[Post], User]:
    unit = add_unit("digi", "Kehittämisyksikkö", "Utvecklingsenheten", INSTALLER)
    posts = [
        add_post(f"p{number}", f"Johtaja {number}", f"Chef {number}", unit, INSTALLER)
        for number in "123"
    ]
    add_user("proposer", "Ehdottaja", "fi", [Role.PROPOSER], INSTALLER, unit=unit, invented=True)
    member = add_user("member", "Jäsen", "fi", [Role.MEMBER], INSTALLER, unit=unit, invented=True)
    return unit, posts, member


def _measures(
    size: int,
    year: int,
    chance: random.Random,
    themes: list[Theme],
    values: dict[Kind, list[int]],
    unit: Unit,
    posts: list[Post],
) -> Iterator[dict[str, Any]]:
    sizes = [*Size, None]
    for number in range(1, size + 1):
        first, second = chance.randrange(len(FIRST_FI)), chance.randrange(len(SECOND_FI))
        yield {
            "id": number,
            "name_fi": f"{FIRST_FI[first]} {SECOND_FI[second]} {number}",
            "name_sv": f"{FIRST_SV[first]} {SECOND_SV[second]} {number}",
            "problem_fi": PROBLEM_FI,
            "problem_sv": PROBLEM_SV,
            **{f"{kind.value}_id": chance.choice([*ids, None]) for kind, ids in values.items()},
            "impact": chance.choice(sizes),
            "cost_class": chance.choice(sizes),
            "first_year": year - number % 2,
            "last_year": year,
            "unit_id": unit.id,
            "lead_post_id": chance.choice(posts).id,
            "theme_id": chance.choice(themes).id,
            "publicity": Publicity.PUBLIC,
            "state": State.APPROVED,
            "created_at": clock.now(),
            "changed_at": clock.now(),
        }


def _insert_words(measures: list[dict[str, Any]], codes: list[str]) -> None:
    # There are so many that they go in by the driver alone, in the order of the index.
    common = search.words(PROBLEM_FI, PROBLEM_SV)
    rows = sorted(
        (word, measure["id"])
        for measure, code in zip(measures, codes, strict=True)
        for word in common | search.words(measure["name_fi"], measure["name_sv"], code)
    )
    statement = "INSERT INTO measure_word (word, measure_id) VALUES (?, ?)"
    db.session.connection().exec_driver_sql(statement, rows)


def _likenesses(measures: list[dict[str, Any]], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Give words by which look-alikes are found, as many and as unevenly shared as in real texts.

    The texts of the measures would not do: they are put together of a few words.
    """
    letters = "aeiloknrstuvmp"
    vocabulary = [
        "".join(chance.choices(letters, k=chance.randint(4, 14))) for _ in range(VOCABULARY)
    ]
    shares = [1 / (20 + rank) for rank in range(VOCABULARY)]
    for measure in measures:
        names = {"fi": measure["name_fi"], "sv": measure["name_sv"]}
        row = {"measure_id": measure["id"], "edition": "invented", "digest": measure["id"]}
        for lang in ("fi", "sv"):
            chosen = list(dict.fromkeys(chance.choices(vocabulary, shares, k=26)))
            row[f"name_{lang}"] = " ".join([*search.words(names[lang]), *chosen[:4]])
            row[f"problem_{lang}"] = " ".join(chosen[4:])
        yield row


def _entries(
    measures: list[dict[str, Any]], codes: list[str], programme_id: int
) -> Iterator[dict[str, Any]]:
    for measure, code in zip(measures, codes, strict=True):
        yield {
            "id": measure["id"],
            "measure_id": measure["id"],
            "programme_id": programme_id,
            "theme_id": measure["theme_id"],
            "code": code,
            "code_order": code_order(code),
        }


def _items(size: int, roadmaps: list[Roadmap]) -> Iterator[dict[str, Any]]:
    for number in range(1, size + 1):
        yield {
            "roadmap_id": roadmaps[number % 2].id,
            "entry_id": number,
            "membership": Membership.NOT_FOLLOWED if number % 13 == 0 else Membership.APPROVED,
            "position": number,
        }


def _reports(size: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    today, now = clock.today(), clock.now()
    for number in range(1, size + 1):
        if number % 9 == 0:
            continue
        days = sorted(chance.sample(range(1, 400), 2), reverse=True)
        for each in days:
            yield _report(number, chance, today - timedelta(each), now, newest=each == days[-1])


def _report(
    measure_id: int, chance: random.Random, as_of: date, now: datetime, *, newest: bool
) -> dict[str, Any]:
    return {
        "measure_id": measure_id,
        "status": chance.choice(list(Status)),
        "note_fi": NOTE_FI,
        "note_sv": NOTE_SV,
        "as_of": as_of,
        "precision": Precision.DAY,
        "newest": newest,
        "reported_at": now,
    }


def _add_round(roadmap: Roadmap, member: User) -> None:
    """Open the round in which a member scores on three criteria."""
    today = clock.today()
    criteria = [
        Criterion(key=f"c{number}", name_fi="Peruste", name_sv="Grund", weight=number)
        for number in (1, 2, 3)
    ]
    opens, closes = today - timedelta(7), today + timedelta(7)
    found = Round(roadmap_id=roadmap.id, opens_on=opens, closes_on=closes, criteria=criteria)
    db.session.add(found)
    db.session.flush()
    db.session.add(Scorer(round_id=found.id, user_id=member.id))


def _add_proposal(state: State, year: int, values: dict[Kind, list[int]], unit: Unit) -> int:
    """Add a complete proposal for a year and return its id."""
    return add_measure(
        INSTALLER,
        name_fi="Sähköinen arkisto",
        name_sv="Elektroniskt arkiv",
        problem_fi=PROBLEM_FI,
        problem_sv=PROBLEM_SV,
        **{f"{kind.value}_id": ids[0] for kind, ids in values.items()},
        impact=Size.M,
        cost_class=Size.M,
        unit_id=unit.id,
        first_year=year,
        last_year=year,
        state=state,
    ).id


def insert_all(model: type[Model], rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows, so many at once."""
    rest = iter(rows)
    while batch := list(itertools.islice(rest, BATCH)):
        db.session.execute(insert(model.__table__), batch)
