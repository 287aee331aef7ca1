"""Writing a translation beside its source: what is saved, what it clears, what comes next."""

from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.operations import INSTALLER
from app.audit.models import Event
from app.audit.tags import Tag
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.extensions import db
from app.measures import operations as measures
from app.measures.models import Measure, Step
from app.measures.states import State
from app.measures.workflow import EDITED
from app.roadmaps.models import Snapshot
from app.translating.operations import translate
from tests.client import HTMX, LintingClient
from tests.html import document_of, elements, first
from tests.measures.proposals import fresh, saved

ONLY_FINNISH = {"name_sv": "", "problem_sv": ""}
TYPED = {"name": "Invånaren bokar själv", "problem": "Varför bara per telefon?"}


@pytest.fixture
def translator(client, sign_in) -> LintingClient:
    return sign_in(client, "secretary")


def address(measure_id: int, language: str = "sv") -> str:
    return f"/translations/{measure_id}/{language}"


def events() -> list[Tag]:
    return list(db.session.scalars(select(Event.tag).order_by(Event.id)))


def snapshots() -> list[tuple[int, str]]:
    query = select(Snapshot.id, Snapshot.content).order_by(Snapshot.id)
    return [tuple(row) for row in db.session.execute(query)]


def test_source_and_target_stand_side_by_side(translator: LintingClient) -> None:
    measure_id = saved(State.SUBMITTED, **ONLY_FINNISH, description_fi="Yksi\nKaksi")
    root = document_of(translator.get(address(measure_id))).root
    pairs = [each for each in elements(root, "fieldset") if "translation" in each.get("class")]
    assert len(pairs) == 3
    for pair, name in zip(pairs, ("name", "problem", "description"), strict=True):
        source = first(pair, ".//div[@lang='fi']")
        field = next(elements(pair, "input", "textarea"))
        assert field.get("name") == name
        assert field.get("lang") == "sv"
        assert source.get("id") in field.get("aria-describedby")
        order = list(pair.iter())
        assert order.index(source) < order.index(field)
    assert "Yksi\nKaksi" in "".join(first(pairs[2], ".//div[@lang='fi']").itertext())


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.IN_SCORING, State.APPROVED])
def test_a_translation_is_saved_and_recorded(translator: LintingClient, state: State) -> None:
    measure_id = saved(state, **ONLY_FINNISH)
    before = fresh(measure_id).version
    response = translator.submit(address(measure_id), TYPED, "next")
    assert (response.status_code, response.location) == (303, "/translations")
    measure = fresh(measure_id)
    assert (measure.name_sv, measure.problem_sv) == tuple(TYPED.values())
    assert (measure.version, measure.stale, measure.state) == (before + 1, None, state)
    assert events()[-1] is Tag.MEASURE_EDITED
    edited = select(Step).where(Step.measure_id == measure_id, Step.transition == EDITED)
    is_handed_over = state in {State.SUBMITTED, State.IN_SCORING}
    assert len(db.session.scalars(edited).all()) == is_handed_over


def test_a_part_may_be_translated_and_the_rest_waits(translator: LintingClient) -> None:
    measure_id = saved(State.SUBMITTED, **ONLY_FINNISH)
    translator.submit(address(measure_id), {"name": "Namn"})
    assert "puuttuu: ongelma" in translator.get("/translations").text


@pytest.mark.parametrize(
    ("typed", "stale"),
    [
        ({"problem": "Varför nu?"}, None),
        ({"still_fits": "y"}, None),
        ({"problem": "Varför nu?", "still_fits": "y"}, None),
    ],
)
def test_what_lagged_behind_follows_when_it_is_written_or_still_fits(
    translator: LintingClient, typed: dict[str, Any], stale: str | None
) -> None:
    measure_id = saved(State.SUBMITTED, stale="sv")
    translator.submit(address(measure_id), typed, "next")
    assert fresh(measure_id).stale is stale


def test_the_other_language_never_lags_behind_its_translation(translator: LintingClient) -> None:
    """Both are looked at together, so that a better translation leaves the source as it was."""
    measure_id = saved(State.SUBMITTED, description_fi="Näin", stale=None)
    translator.submit(
        address(measure_id), {"description": "Så", "name": "Invånaren bokar själv sin tid"}
    )
    assert fresh(measure_id).stale is None


@pytest.mark.parametrize("state", [State.SUBMITTED, State.APPROVED])
def test_writing_the_language_that_is_ahead_leaves_the_other_behind(
    translator: LintingClient, state: State
) -> None:
    measure_id = saved(state, stale="fi", description_fi="Näin")
    assert "still_fits" not in translator.get(address(measure_id)).text
    translator.submit(address(measure_id), {"description": "Så"})
    assert fresh(measure_id).stale == "fi"


def test_nothing_written_is_said_and_nothing_recorded(translator: LintingClient) -> None:
    measure_id = saved(State.SUBMITTED, **ONLY_FINNISH)
    before = events()
    response = translator.submit(address(measure_id), button="next")
    assert response.status_code == 422
    assert "Mitään ei ole vielä kirjoitettu" in response.text
    assert events() == before


def test_a_translation_is_not_emptied(translator: LintingClient) -> None:
    measure_id = saved(State.SUBMITTED, stale="sv")
    response = translator.submit(address(measure_id), {"name": ""})
    assert response.status_code == 422
    assert fresh(measure_id).name_sv == "Invånaren bokar tid själv"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x" * 201, "Kirjoita enintään 200 merkkiä."),
        ("x" * 1_000_000, "Kirjoita enintään 200 merkkiä."),
        ("a\0b", "näkymättömiä ohjausmerkkejä"),
        ("a\ud800b".encode("utf-8", "surrogatepass"), ""),
    ],
)
def test_bad_input_is_refused_in_words(
    translator: LintingClient, text: str | bytes, says: str
) -> None:
    measure_id = saved(State.SUBMITTED, **ONLY_FINNISH)
    version = fresh(measure_id).version
    response = translator.forge(address(measure_id), {"version": version, "name": text})
    assert response.status_code in ({422} if says else {303, 422})
    assert says.lower() in response.text.lower()


def test_what_was_typed_stays_after_an_error(translator: LintingClient) -> None:
    measure_id = saved(State.SUBMITTED, **ONLY_FINNISH)
    typed = {"name": "x" * 201, "problem": "Varför just nu?"}
    response = translator.submit(address(measure_id), typed, headers=HTMX)
    assert response.status_code == 422
    assert "Varför just nu?" in response.text
    assert "<main" not in response.text


def test_a_stale_save_shows_both_texts_and_can_be_repeated(translator: LintingClient) -> None:
    measure_id = saved(State.SUBMITTED, **ONLY_FINNISH)
    seen = fresh(measure_id).version
    with writing():
        measures.change(fresh(measure_id), INSTALLER, name_sv="Någon annans namn")
    data = {"version": seen, "name": "Mitt namn", "then": "next"}
    response = translator.forge(address(measure_id), data)
    assert response.status_code == 409
    assert "Någon annans namn" in response.text
    assert "Mitt namn" in response.text
    assert fresh(measure_id).name_sv == "Någon annans namn"
    data["version"] = fresh(measure_id).version
    assert f'value="{data["version"]}"' in response.text
    assert translator.forge(address(measure_id), data).status_code == 303
    assert fresh(measure_id).name_sv == "Mitt namn"


@pytest.mark.parametrize("given", [ONLY_FINNISH, {"stale": "sv"}])
def test_a_double_click_saves_once(translator: LintingClient, given: dict[str, Any]) -> None:
    measure_id = saved(State.SUBMITTED, **given)
    data = {"version": fresh(measure_id).version, **TYPED, "still_fits": "y", "then": "queue"}
    answers = [translator.forge(address(measure_id), data) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert events().count(Tag.MEASURE_EDITED) == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"name_fi": "Väärennetty"},
        {"state": "approved"},
        {"stale": "fi"},
        {"unit_id": "4"},
        {"version": "999"},
    ],
)
def test_forged_fields_are_refused_and_recorded(
    translator: LintingClient, forged: dict[str, str]
) -> None:
    measure_id = saved(State.SUBMITTED, **ONLY_FINNISH)
    data = {"version": fresh(measure_id).version, **TYPED, **forged}
    assert translator.forge(address(measure_id), data).status_code == 403
    assert events()[-1] is Tag.ACCESS_REFUSED
    assert fresh(measure_id).name_sv == ""


def test_a_text_without_a_source_is_not_written(translator: LintingClient) -> None:
    measure_id = saved(State.SUBMITTED, **ONLY_FINNISH, description_fi="")
    data = {"version": fresh(measure_id).version, **TYPED, "description": "Utan källa"}
    assert translator.forge(address(measure_id), data).status_code == 303
    assert fresh(measure_id).description_sv == ""


def test_save_and_next_goes_through_the_queue(translator: LintingClient) -> None:
    first_id, second_id, third_id = (
        saved(State.SUBMITTED, name_fi=f"Ehdotus {number}", name_sv="") for number in range(3)
    )
    page = translator.get(f"{address(second_id)}?into=sv")
    assert "3 jäljellä jonossa" in page.text
    assert f'href="{address(third_id)}?into=sv"' in page.text
    response = translator.submit(f"{address(second_id)}?into=sv", {"name": "Två"}, "next")
    assert response.location == f"{address(third_id)}?into=sv"
    assert "2 jäljellä jonossa" in translator.get(response.location).text
    response = translator.submit(f"{address(third_id)}?into=sv", {"name": "Tre"}, "next")
    assert response.location == f"{address(first_id)}?into=sv"
    response = translator.submit(f"{address(first_id)}?into=sv", {"name": "Ett"}, "next")
    assert response.location == "/translations?into=sv"
    assert "Täällä ei odota mitään" in translator.get(response.location).text


def test_next_keeps_to_the_direction_that_was_chosen(translator: LintingClient) -> None:
    here = saved(State.SUBMITTED, name_fi="Tässä", name_sv="")
    both = saved(State.SUBMITTED, name_fi="Molemmat", name_sv="", problem_fi="")
    saved(State.SUBMITTED, name_sv="Bara svenska", name_fi="")
    response = translator.submit(f"{address(here)}?into=sv", {"name": "Här"}, "next")
    assert response.location == f"{address(both)}?into=sv"
    response = translator.submit(f"{address(both)}?into=sv", {"name": "Båda"}, "next")
    assert response.location == "/translations?into=sv"


def test_what_is_complete_says_so(translator: LintingClient) -> None:
    measure_id = saved(State.SUBMITTED)
    page = translator.get(address(measure_id))
    assert "käännös on valmis" in page.text


def test_what_has_no_source_is_not_asked_for(translator: LintingClient) -> None:
    measure_id = saved(State.DRAFT, name_fi="", problem_fi="")
    page = translator.get(address(measure_id))
    assert "Käännettävää ei ole" in page.text
    assert list(elements(first(document_of(page).root, ".//main"), "button")) == []
    response = translator.forge(address(measure_id), {"version": 1, "name": "Namn"})
    assert response.status_code == 422


def test_who_may_read_but_not_translate_now_sees_the_texts_read_only(client, sign_in) -> None:
    measure_id = saved(State.SUBMITTED, **ONLY_FINNISH)
    proposer = sign_in(client, "proposer")
    page = proposer.get(address(measure_id))
    assert page.status_code == 200
    fields = elements(document_of(page).root, "input", "textarea")
    assert all(each.get("readonly") is not None for each in fields if each.get("lang"))
    response = proposer.forge(address(measure_id), {"version": 1, **TYPED})
    assert response.status_code == 409
    assert TYPED["problem"] in response.text
    assert fresh(measure_id).name_sv == ""


@pytest.mark.parametrize("language", ["x", "FI", "en", "fi%00"])
def test_there_are_two_languages(translator: LintingClient, language: str) -> None:
    assert translator.get(address(saved(), language)).status_code == 404


def test_operation_asks_for_right_version_and_source_itself(app, actor) -> None:
    measure_id = saved(State.APPROVED, **ONLY_FINNISH)
    measure = fresh(measure_id)
    with pytest.raises(Refused), writing():
        translate(fresh(measure_id), "sv", measure.version, TYPED, actor("proposer"))
    with pytest.raises(Stale), writing():
        translate(fresh(measure_id), "sv", 99, TYPED, actor("secretary"))
    with pytest.raises(Refused), writing():
        translate(fresh(measure_id), "sv", 1, {"description": "Utan"}, actor("secretary"))
    rejected = saved(State.REJECTED, **ONLY_FINNISH)
    with pytest.raises(Refused), writing():
        translate(fresh(rejected), "sv", 1, TYPED, actor("secretary"))
    assert fresh(measure_id).name_sv == ""


def test_the_snapshots_of_what_the_board_approved_stay(demo_client, sign_in) -> None:
    translator = sign_in(demo_client, "secretary")
    before = snapshots()
    name = "Tehdään robotointistrategia"
    measure_id = db.session.scalars(select(Measure.id).where(Measure.name_fi == name)).one()
    response = translator.submit(address(measure_id), {"name": "En robotstrategi"})
    assert response.status_code == 303
    assert fresh(measure_id).name_sv == "En robotstrategi"
    assert snapshots() == before
    assert before
