"""Editing the facts of an approved measure: who may, what of it, and that nothing is lost."""

import pytest
from sqlalchemy import select

from app.accounts.models import Post
from app.accounts.operations import INSTALLER
from app.accounts.queries import actor_of, user_by_key
from app.audit.models import Event
from app.audit.operations import recorded
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.database import writing
from app.extensions import db
from app.measures.editing import PROPOSED, editable
from app.measures.models import Step
from app.measures.states import Publicity, Size, State
from app.measures.workflow import EDITED
from tests.client import sign_in_as
from tests.forms import forms_of
from tests.html import document_of, first, text_of
from tests.measures.proposals import fresh, saved

PAGE = "/measures/{}/facts"


def post_of(holder: str, deputy: str | None = None) -> int:
    """Let somebody hold a post, perhaps with a deputy, and return the post."""
    post = db.session.scalars(select(Post).order_by(Post.id)).first()
    with writing(), recorded(Tag.POST_EDITED, INSTALLER, Kind.POST, post):
        post.holder_id = user_by_key(holder).id
        post.deputy_id = user_by_key(deputy).id if deputy else None
    return post.id


@pytest.fixture
def led(client) -> int:
    """Return an approved measure that the viewer leads, with the administrator as deputy."""
    return saved(State.APPROVED, lead_post_id=post_of("viewer", "administrator"))


def names_in(form) -> set[str]:
    return {element.get("name", "") for element in form.element.iter() if element.get("name")}


def test_the_menu_marks_where_the_measure_stands(client, led: int) -> None:
    sign_in_as(client, "secretary")
    for page, place in ((PAGE.format(led), "/"), ("/proposals/new", "/proposals")):
        menu = first(document_of(client.get(page)).root, ".//nav[@class='main-menu wrap']")
        marked = [link.get("href") for link in menu.iter("a") if link.get("aria-current")]
        assert marked == [place]


def facts_form(person, measure_id: int):
    page = person.get(PAGE.format(measure_id))
    return next(form for form in forms_of(page) if form.button("save") is not None)


@pytest.mark.parametrize("person", ["viewer", "administrator", "secretary"])
def test_who_leads_the_measure_and_the_secretary_edit_it(client, led: int, person: str) -> None:
    sign_in_as(client, person)
    address = PAGE.format(led)
    assert f'href="{address}"' in client.get(f"/measures/{led}").text
    response = client.submit(address, {"impact": "L", "cost_once": "12 500"}, button="save")
    assert (response.status_code, response.location) == (303, f"/measures/{led}")
    measure = fresh(led)
    assert (measure.impact, measure.cost_once, measure.state) == (Size.L, 12_500, State.APPROVED)
    step = db.session.scalars(select(Step)).one()
    assert (step.transition, {*step.concerned.split()}) == (EDITED, {"cost_once", "impact"})
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.tag, event.subject_id) == (Tag.MEASURE_EDITED, led)
    assert event.actor_id == user_by_key(person).id


@pytest.mark.parametrize("person", ["proposer", "member", "chair", "board-secretary"])
def test_nobody_else_edits_it(client, led: int, person: str) -> None:
    sign_in_as(client, person)
    address = PAGE.format(led)
    assert f'href="{address}"' not in client.get(f"/measures/{led}").text
    assert client.get(address).status_code == 403
    assert client.forge(address, {"version": "1", "impact": "L"}).status_code == 403
    assert client.forge(f"{address}/working-copy", {"key": "0" * 32}).status_code == 403
    assert fresh(led).impact is Size.M


def test_a_post_that_leads_another_measure_does_not_help(client) -> None:
    post_of("viewer")
    measure_id = saved(State.APPROVED)
    sign_in_as(client, "viewer")
    assert client.get(PAGE.format(measure_id)).status_code == 403
    assert client.get("/measures/999999/facts").status_code == 404


@pytest.mark.parametrize("state", [state for state in State if state is not State.APPROVED])
def test_only_what_is_approved_is_the_leads(app, state: State) -> None:
    lead = post_of("viewer")
    measure = fresh(saved(state, lead_post_id=lead))
    viewer = actor_of(user_by_key("viewer").id, clock.today())
    assert viewer.post_ids == {lead}
    assert editable(measure, viewer) == frozenset()


def test_the_lead_sets_the_facts_and_the_secretary_the_place_too(app, client, led: int) -> None:
    closed = {"unit_id", "contact_id", "origin", "funding_call", "publicity", "secrecy_basis"}
    place = {"theme_id", "lead_post_id"}
    saara = sign_in_as(app.test_client(), "secretary")
    lead = sign_in_as(client, "viewer")
    assert names_in(facts_form(lead, led)) & PROPOSED == PROPOSED - closed - place
    assert names_in(facts_form(saara, led)) & PROPOSED == PROPOSED - closed
    for name in closed | place:
        data = {"version": "1", name: "1"}
        assert lead.forge(PAGE.format(led), data).status_code == 403
    for name in closed:
        assert saara.forge(PAGE.format(led), {"version": "1", name: "1"}).status_code == 403
    assert fresh(led).publicity is Publicity.NOT_YET_PUBLIC


def test_what_was_never_given_may_stay_so_but_nothing_is_blanked(client) -> None:
    measure_id = saved(
        State.APPROVED, lead_post_id=post_of("viewer"), source_id=None, problem_fi="", problem_sv=""
    )
    sign_in_as(client, "viewer")
    address = PAGE.format(measure_id)
    assert client.submit(address, {"impact": "S"}, button="save").status_code == 303
    assert client.submit(address, {"level_id": ""}, button="save").status_code == 422
    measure = fresh(measure_id)
    assert (measure.impact, measure.source_id) == (Size.S, None)
    assert measure.level_id is not None


def test_a_text_in_one_language_leaves_the_other_behind(client, led: int) -> None:
    sign_in_as(client, "viewer")
    client.submit(PAGE.format(led), {"name_fi": "Uusi nimi"}, button="save")
    assert fresh(led).stale == "sv"
    client.submit(PAGE.format(led), {"still_matches": "y"}, button="save")
    assert fresh(led).stale is None


def test_two_at_once_lose_nothing(app, client, led: int) -> None:
    lead = sign_in_as(client, "viewer")
    deputy = sign_in_as(app.test_client(), "administrator")
    form = facts_form(lead, led)
    deputy.submit(PAGE.format(led), {"name_fi": "Sijaisen nimi"}, button="save")
    sent = form.filled({"name_fi": "Haltijan nimi"}, "save")
    answer = lead.post(form.action, data=dict(sent))
    assert answer.status_code == 409
    text = text_of(document_of(answer).root)
    assert "Sijaisen" in text
    assert "Haltijan" in text
    assert fresh(led).name_fi == "Sijaisen nimi"


def test_what_is_typed_is_kept_and_found_again(client, led: int) -> None:
    lead = sign_in_as(client, "viewer")
    form = facts_form(lead, led)
    kept = lead.forge(
        f"/measures/{led}/facts/working-copy",
        {**dict(form.filled({}, "save")), "name_fi": "Kesken jäänyt"},
    )
    assert kept.json["address"].startswith(f"/measures/{led}/facts?copy=")
    assert "Kesken jäänyt" in lead.get(kept.json["address"]).text
    assert kept.json["address"] in lead.get("/my").text.replace("&amp;", "&")


def test_who_may_do_what_says_so(client) -> None:
    sign_in_as(client, "viewer")
    assert "vastaavan tehtävän tai viran haltija" in client.get("/policy?lang=fi").text
