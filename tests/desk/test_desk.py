"""The desk: which proposals stand on it, what it says of them, and what it is narrowed to."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import update

from app.comments.models import Comment
from app.comments.states import Audience
from app.core import clock
from app.core.database import writing
from app.desk import queries
from app.desk.filters import Filters
from app.desk.states import QUEUE, Problem
from app.extensions import db
from app.measures.models import Measure, Step
from app.measures.operations import move
from app.measures.states import State
from app.measures.workflow import missing
from app.translating.workflow import waiting
from app.vocabulary.states import Kind
from tests.client import LintingClient, sign_in_as
from tests.desk.city import proposed, user_id
from tests.html import document_of, elements, first, rows_of, text_of
from tests.measures.proposals import fresh, saved, unit_id, value_id
from tests.meetings.agendas import arranged
from tests.scoring.rounds import open_round

NAME, UNIT, STATE, WAITING, SHORTCOMINGS, NEXT = range(1, 7)


@pytest.fixture
def secretary(client: LintingClient) -> LintingClient:
    """Return a client signed in as the secretary."""
    return sign_in_as(client, "secretary")


def rows(client: LintingClient, where: str = "") -> list[list[str]]:
    """Return the rows of the queue, narrowed by the query of the address."""
    root = document_of(client.get(f"/desk?lang=fi{where}")).root
    return [row for table in root.iter("table") for row in rows_of(table)]


def names(client: LintingClient, where: str = "") -> list[str]:
    return [row[NAME] for row in rows(client, where)]


def figures(client: LintingClient) -> dict[str, tuple[int, str]]:
    """Return the key figures by what they count, each with its address."""
    found = {}
    for link in document_of(client.get("/desk?lang=fi")).root.iter("a"):
        if link.get("class") == "figure":
            number, label = (text_of(each) for each in link)
            found[label] = int(number), link.get("href", "")
    return found


def moved(measure_id: int, days: int, transition: str = "submit") -> None:
    """Let a proposal have come into its state so many days ago."""
    measure = fresh(measure_id)
    with writing():
        db.session.add(
            Step(
                measure_id=measure_id,
                transition=transition,
                target=measure.state,
                made_at=clock.now() - timedelta(days=days),
            )
        )


def test_it_lists_what_is_not_decided(secretary) -> None:
    for state in State:
        saved(state, name_fi=f"Ehdotus {state}")
    # Those first that wait for the secretary.
    assert names(secretary) == [f"Ehdotus {state}" for state in QUEUE]
    assert names(secretary, "&state=draft") == ["Ehdotus draft"]
    assert names(secretary, "&state=approved") == names(secretary)


def test_an_empty_desk_says_so(secretary) -> None:
    assert document_of(secretary.get("/desk")).root.find(".//div[@class='empty']") is not None
    saved(State.SUBMITTED)
    assert document_of(secretary.get("/desk")).root.find(".//div[@class='empty']") is None


def test_the_menu_leads_the_secretary_there_alone(app, secretary) -> None:
    assert 'href="/desk"' in secretary.get("/proposals").text
    assert 'href="/desk"' not in sign_in_as(app.test_client(), "chair").get("/proposals").text


def test_how_long_it_waits_does_not_begin_anew_with_an_edit(secretary) -> None:
    old, new = saved(State.SUBMITTED, name_fi="Vanha"), saved(State.SUBMITTED, name_fi="Uusi")
    moved(old, 20)
    moved(old, 1, "edited")
    moved(new, 3)
    assert [row[WAITING] for row in rows(secretary)] == ["20 päivää", "3 päivää"]
    assert names(secretary, "&days=20") == ["Vanha"]
    assert names(secretary, "&days=21") == []
    assert names(secretary, "&days=3") == ["Vanha", "Uusi"]


def test_a_resubmission_and_comments_are_marked(secretary, actor) -> None:
    again, returned = saved(State.SUBMITTED, name_fi="Taas"), saved(State.SUBMITTED, name_fi="Ei")
    with writing():
        for measure_id in (again, returned):
            move(fresh(measure_id), "return", actor("secretary"), "Täydennä")
        move(fresh(again), "submit", actor("proposer"))
        said = {"author_id": user_id("proposer"), "made_at": clock.now(), "measure_id": again}
        db.session.add(Comment(audience=Audience.SIGNED_IN, text="x", **said))
        db.session.add(Comment(audience=Audience.STEERING_GROUP, text="x", **said))
        db.session.add(
            Comment(audience=Audience.SIGNED_IN, text="", removed_at=clock.now(), **said)
        )
    marked, plain = names(secretary)
    assert marked.startswith("Taas Jätetty uudelleen palautuksen jälkeen 2 kommenttia, ")
    assert plain == "Ei"


def test_every_shortcoming_is_found_by_its_filter(app, actor) -> None:
    texts = ("", "Teksti")
    for fi, sv, description_fi, stale in product(texts, texts, texts, (None, "fi", "sv")):
        saved(
            State.RETURNED,
            name_fi="Nimi",
            name_sv=sv,
            problem_fi=fi,
            problem_sv=sv,
            description_fi=description_fi,
            stale=stale,
        )
    law, network = value_id(Kind.SOURCE, "law"), value_id(Kind.DEVELOPMENT_MODEL, "network")
    for given in (
        {"source_id": law},
        {"source_id": law, "legal_act": "Kirjastolaki"},
        {"development_model_id": network},
        {"development_model_id": network, "partners": "Loviisa"},
        *({name: None} for name in ("impact", "cost_class", "theme_id", "unit_id", "first_year")),
        *({f"{kind}_id": None} for kind in Kind),
    ):
        saved(State.RETURNED, **given)
    wanted: dict[Problem, set[int]] = {problem: set() for problem in queries.PROBLEMS}
    for measure in db.session.query(Measure):
        lacking = {each.language for each in waiting(measure) if each.missing}
        found = {
            Problem.MISSING: bool(missing(measure)),
            Problem.NO_FINNISH: "fi" in lacking,
            Problem.NO_SWEDISH: "sv" in lacking,
            Problem.STALE: measure.stale is not None,
        }
        for problem, is_there in found.items():
            if is_there:
                wanted[problem].add(measure.id)
    today = clock.today()
    for problem, ids in wanted.items():
        assert ids, problem
        chosen = Filters(problem=problem)
        condition = queries.asked_for(chosen, actor("secretary"), today)
        page = queries.proposals(condition, chosen, 100, "fi")
        assert {each.measure.id for each in page} == ids, problem
        counted = queries.counts(actor("secretary"), 14, today)
        assert counted.problems[problem] == len(ids)


def test_every_figure_counts_the_rows_that_it_leads_to(secretary) -> None:
    moved(saved(State.SUBMITTED), 30)
    saved(State.SUBMITTED, name_sv="", problem_sv="")
    saved(State.IN_SCORING, name_fi="", problem_fi="")
    saved(State.RETURNED, impact=None, stale="sv")
    saved(State.POSTPONED)
    saved(State.DRAFT, stale="fi", impact=None)
    found = figures(secretary)
    assert len(found) == 10
    for label, (number, url) in found.items():
        page = secretary.get(url.partition("#")[0])
        assert len(rows_of(next(document_of(page).root.iter("table")))) == number, label


def test_the_queue_is_narrowed_and_sorted(secretary) -> None:
    saved(State.SUBMITTED, name_fi="B", unit_id=unit_id("library"), first_year=2026)
    saved(State.IN_SCORING, name_fi="A", unit_id=unit_id("streets"), first_year=2027)
    assert names(secretary, f"&unit={unit_id('streets')}") == ["A"]
    assert names(secretary, "&year=2026") == ["B"]
    assert names(secretary, "&state=in_scoring") == ["A"]
    for sort, order in {
        "": ["B", "A"],
        "state": ["B", "A"],
        "-state": ["A", "B"],
        "name": ["A", "B"],
        "-name": ["B", "A"],
        "unit": ["A", "B"],
        "waiting": ["B", "A"],
        "-waiting": ["A", "B"],
        "nonsense": ["B", "A"],
    }.items():
        assert names(secretary, f"&sort={sort}") == order, sort


def test_each_choice_is_said_and_can_be_taken_off(secretary) -> None:
    proposed()
    unit = f"unit={unit_id('library')}"
    chosen = {"state=submitted", "problem=no_sv", unit, "year=2027", "days=3"}
    page = secretary.get(f"/desk?lang=fi&{'&'.join(chosen)}")
    chips = [link for link in document_of(page).root.iter("a") if link.get("class") == "chip"]
    assert [text_of(chip).removeprefix("Poista rajaus: ") for chip in chips] == [
        "Tila: jätetty",
        "Ruotsi puuttuu",
        "Yksikkö: Kirjasto",
        "Ensimmäinen vuosi: 2027",
        "Odottanut vähintään 3 päivää",
    ]
    left = [
        set(chip.get("href", "").partition("?")[2].partition("#")[0].split("&")) for chip in chips
    ]
    assert all(len(each) == len(chosen) - 1 and each < chosen for each in left)
    assert len({frozenset(each) for each in left}) == len(chosen)


@pytest.mark.parametrize(
    "where",
    [
        "&state=x&unit=x&year=x&problem=x&days=x&sort=x&page=x",
        "&unit=0&year=0&days=0&page=0",
        "&unit=-1&year=-1&days=-1&page=-1",
        "&unit=999999999999&year=99999&page=1&days=%00",
        "&state=%00&problem=%ED%A0%80&sort=%F0",
        f"&unit={'9' * 3000}",
    ],
)
def test_nonsense_narrows_nothing(secretary, where: str) -> None:
    saved(State.SUBMITTED)
    if "99999&" not in where:
        assert len(rows(secretary, where)) == 1
    assert secretary.get(f"/desk?{where}").status_code == 200


def test_look_alikes_are_counted_until_scoring(secretary) -> None:
    saved(State.SUBMITTED, name_fi="Kirjaston lainat muistuttavat puhelimessa")
    saved(State.IN_SCORING, name_fi="Kirjaston lainat muistuttavat puhelimessa")
    saved(State.SUBMITTED, name_fi="Katujen auraus", problem_fi="Lumi?", name_sv="", problem_sv="")
    shown = {row[STATE] + row[NAME][:3]: row[SHORTCOMINGS] for row in rows(secretary)}
    assert "1 samankaltainen" in shown["jätettyKir"]
    assert "samankaltainen" not in shown["pisteytettävänäKir"]
    assert names(secretary, "&problem=alike") == ["Kirjaston lainat muistuttavat puhelimessa"]


def test_a_shortcoming_leads_to_where_it_is_mended(secretary) -> None:
    one = saved(State.SUBMITTED, name_fi="Lainat", name_sv="", problem_sv="", stale="fi")
    saved(State.RETURNED, name_fi="Lainat", name_sv="Lån")
    root = document_of(secretary.get("/desk?lang=fi")).root
    found = [link.get("href", "") for link in first(root, ".//table").iter("a")]
    for language in ("fi", "sv"):
        assert found.count(f"/translations/{one}/{language}") == 1, "here or as what is next"
    address, _, fragment = next(each for each in found if "#" in each).partition("#")
    there = document_of(secretary.get(address)).root
    assert any(each.get("id") == fragment for each in there.iter())


def test_the_next_thing_to_do_is_named(secretary, actor) -> None:
    open_round(actor("secretary"))
    incomplete = saved(State.SUBMITTED, impact=None)
    untranslated = saved(State.IN_SCORING, name_sv="", problem_sv="")
    ready, early = saved(State.SUBMITTED), saved(State.SUBMITTED, first_year=2027)
    returned, scored = saved(State.RETURNED), saved(State.IN_SCORING)
    postponed = saved(State.POSTPONED)
    root = document_of(secretary.get("/desk?lang=fi")).root
    found = {}
    for row in first(root, ".//table/tbody").iter("tr"):
        (box,) = row.iter("input")
        cell = list(row)[NEXT]
        link = cell.find("a")
        found[int(box.get("value", ""))] = link.get("href") if link is not None else text_of(cell)
    assert found == {
        incomplete: f"/desk/preview?id={incomplete}&deed=return",
        untranslated: f"/translations/{untranslated}/sv",
        ready: f"/desk/preview?id={ready}&deed=open_scoring",
        early: "Odottaa pisteytyskierrosta",
        returned: "Odottaa yksikköä",
        scored: "Odottaa jäseniä",
        postponed: f"/desk/preview?id={postponed}&deed=open_scoring",
    }


def test_the_day_by_which_units_submit_is_counted_from_the_next_meeting(secretary, actor) -> None:
    arranged(actor("secretary"), days=24)
    lead = first(document_of(secretary.get("/desk?lang=fi")).root, ".//p[@class='lead']")
    assert "10 päivää jäljellä" in text_of(lead)


def test_all_of_a_page_are_ticked_without_a_script(secretary) -> None:
    for _ in range(3):
        saved(State.SUBMITTED)
    page = secretary.get("/desk?lang=fi&ticked=all")
    boxes = [each for each in elements(document_of(page).root, "input") if each.get("name") == "id"]
    assert [each.get("checked") is not None for each in boxes] == [True] * 3
    assert "3 ehdotusta on valittu." in page.text
    sent = secretary.submit("/desk?ticked=all", button="return")
    assert len(rows_of(next(document_of(sent).root.iter("table")))) == 3


def test_pages_hold_fifty(secretary) -> None:
    for number in range(51):
        saved(State.SUBMITTED, name_fi=f"Ehdotus {number:02}")
    assert len(rows(secretary, "&sort=name")) == 50
    assert names(secretary, "&sort=name&page=2") == ["Ehdotus 50"]
    assert secretary.get("/desk?page=3").location == "/desk?page=2"


def test_the_queries_do_not_depend_on_the_rows(app, secretary, actor, query_counter) -> None:
    def count(where: str = "") -> int:
        secretary.get(f"/desk?{where}")
        with query_counter() as statements:
            secretary.get(f"/desk?{where}")
        return len([each for each in statements if each.startswith(("SELECT", "WITH"))])

    def fill() -> None:
        proposed(state=State.IN_SCORING)
        measure_id = proposed()
        moved(measure_id, 3)
        with writing():
            author = user_id("proposer")
            db.session.add(
                Comment(
                    measure_id=measure_id,
                    author_id=author,
                    audience=Audience.SIGNED_IN,
                    text="x",
                    made_at=clock.now(),
                )
            )

    open_round(actor("secretary"))
    fill()
    one = count()
    for _ in range(2):
        fill()
    assert count() == one
    for _ in range(17):
        fill()
    # Every row has a unit and a value of its own to be read.
    with writing():
        db.session.execute(update(Measure).where(Measure.id % 2 == 0).values(unit_id=1))
    assert count() == one
    assert count("sort=unit&days=1") == one
    assert one <= 25
