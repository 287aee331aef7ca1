"""A member's review: who may give one, when, and what it must say."""

import re

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError

from app.accounts import queries as people
from app.accounts.models import Unit
from app.accounts.operations import INSTALLER
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.extensions import db
from app.measures import operations as measures
from app.measures.states import State
from app.organisation import operations as organisation
from app.scoring import criterion_operations
from app.scoring.criteria import DEFAULT_CRITERIA
from app.scoring.models import Rating, Review
from app.scoring.operations import Judgement, save_review
from app.scoring.states import ProposedOutcome, ReviewState
from tests.client import HTMX
from tests.measures.proposals import fresh, saved, unit_id
from tests.scoring.rounds import COUNTED, YEAR, close_round, judge, open_round, review_of, the_round

FULL = {f"rating_{key}": "4" for key in COUNTED} | {"proposed_outcome": "approve"}


@pytest.fixture
def measure_id(app, actor) -> int:
    """Return a measure in scoring, for a round that is open."""
    open_round(actor("secretary"))
    return saved(State.IN_SCORING)


def address(measure_id: int) -> str:
    return f"/scoring/{YEAR}/{measure_id}"


def count(model: type) -> int:
    return db.session.scalars(select(func.count()).select_from(model)).one()


def test_a_review_is_submitted(client, sign_in, actor, measure_id) -> None:
    sign_in(client, "member")
    data = {**FULL, "rating_protection": "2", "comment": "Hyvä"}
    response = client.submit(address(measure_id), data, button="submit")
    assert (response.status_code, response.location) == (303, f"/scoring/{YEAR}")
    own = review_of(actor("member"), measure_id)
    assert own.state is ReviewState.SUBMITTED
    assert own.submitted_at is not None
    assert own.proposed_outcome is ProposedOutcome.APPROVE
    assert own.comment == "Hyvä"
    assert own.measure_version == fresh(measure_id).version
    assert sorted(rating.value for rating in own.ratings) == [2, 4, 4, 4, 4, 4]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_missing_is_told_beside_it(client, sign_in, actor, measure_id, headers) -> None:
    sign_in(client, "member")
    data = {"rating_effect": "5", "comment": "Kesken"}
    response = client.submit(address(measure_id), data, button="submit", headers=headers)
    assert response.status_code == 422
    for key in COUNTED[1:]:
        assert f'id="rating_{key}-error"' in response.text
    assert 'id="rating_effect-error"' not in response.text
    assert 'id="rating_protection-error"' not in response.text
    assert 'id="proposed_outcome-error"' in response.text
    # The summary leads to the fields in the order of the page.
    asked = re.findall('href="#(rating_[a-z_]+|proposed_outcome)"', response.text)
    assert asked == [*(f"rating_{key}" for key in COUNTED[1:]), "proposed_outcome"]
    assert "Kesken" in response.text
    assert response.text.lstrip().startswith("<!DOCTYPE") is not bool(headers)
    assert review_of(actor("member"), measure_id) is None


def test_a_draft_may_be_half_way_and_goes_on_later(client, sign_in, actor, measure_id) -> None:
    sign_in(client, "member")
    response = client.submit(address(measure_id), {"rating_effect": "5"}, button="draft")
    assert response.location == address(measure_id)
    own = review_of(actor("member"), measure_id)
    assert (own.state, own.submitted_at) == (ReviewState.DRAFT, None)
    first = own.version
    client.submit(address(measure_id), {**FULL, "rating_effect": "2"}, button="submit")
    own = review_of(actor("member"), measure_id)
    assert own.version == first + 1
    assert own.state is ReviewState.SUBMITTED
    assert sorted(rating.value for rating in own.ratings) == [2, 4, 4, 4, 4]
    assert count(Rating) == 5


def test_a_submitted_review_is_changed_and_stays_submitted(client, sign_in, actor, measure_id):
    sign_in(client, "member")
    client.submit(address(measure_id), FULL, button="submit")
    assert 'value="draft"' not in client.get(address(measure_id)).text
    data = {**FULL, "intent": "draft", "version": "1", "measure_version": "1", "comment": "X"}
    client.forge(address(measure_id), data)
    own = review_of(actor("member"), measure_id)
    assert (own.state, own.comment, own.version) == (ReviewState.SUBMITTED, "X", 2)


def test_htmx_is_sent_on_by_its_own_header(client, sign_in, measure_id) -> None:
    sign_in(client, "member")
    response = client.submit(address(measure_id), FULL, button="submit", headers=HTMX)
    assert (response.status_code, response.headers["HX-Redirect"]) == (204, f"/scoring/{YEAR}")


def test_a_form_that_comes_twice_makes_one_review(client, sign_in, actor, measure_id) -> None:
    sign_in(client, "member")
    sent = {"intent": "submit", "key": "0123456789abcdef", "version": "0", "measure_version": "1"}
    answers = [client.forge(address(measure_id), {**FULL, **sent}) for _time in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert count(Review) == 1
    assert review_of(actor("member"), measure_id).version == 1
    # Somebody who goes back to the form finds its key in it: other words are not thrown away.
    other = client.forge(address(measure_id), {**FULL, **sent, "comment": "Toinen"})
    assert other.status_code == 409
    assert "Toinen" in other.text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_two_windows_lose_neither_text(client, sign_in, actor, measure_id, headers) -> None:
    sign_in(client, "member")
    judge(actor("member"), measure_id, 1, submit=False, comment="ensimmäinen ikkuna")
    data = {**FULL, "intent": "submit", "version": "0", "measure_version": "1"}
    data["comment"] = "toinen ikkuna"
    response = client.forge(address(measure_id), data, headers=headers)
    assert response.status_code == 409
    assert "ensimmäinen ikkuna" in response.text
    assert "toinen ikkuna" in response.text
    assert review_of(actor("member"), measure_id).comment == "ensimmäinen ikkuna"
    # The form now carries the version that is kept, so saving it again replaces that one.
    assert 'name="version" value="1"' in response.text
    client.forge(address(measure_id), {**data, "version": "1"})
    assert review_of(actor("member"), measure_id).comment == "toinen ikkuna"


def test_a_stale_version_is_refused(app, actor, measure_id) -> None:
    judge(actor("member"), measure_id, 3)
    for version in (0, 2, 99):
        with pytest.raises(Stale), writing():
            save_review(
                the_round(),
                fresh(measure_id),
                actor("member"),
                Judgement(1),
                submit=False,
                version=version,
            )


def test_a_disqualified_member_says_why_and_rates_nothing(client, sign_in, actor, measure_id):
    sign_in(client, "member")
    response = client.submit(address(measure_id), FULL, button="disqualify")
    assert response.status_code == 422
    assert 'id="disqualification_reason-error"' in response.text
    data = {**FULL, "disqualification_reason": "Puoliso on toimittaja"}
    assert client.submit(address(measure_id), data, button="disqualify").status_code == 303
    own = review_of(actor("member"), measure_id)
    assert (own.disqualified, own.state) == (True, ReviewState.SUBMITTED)
    assert own.disqualification_reason == "Puoliso on toimittaja"
    assert (own.ratings, own.proposed_outcome) == ([], None)


@pytest.mark.parametrize("button", ["next", "submit", "draft", "skip"])
def test_a_reason_without_the_declaration_is_not_lost(client, sign_in, measure_id, button: str):
    sign_in(client, "member")
    data = {**FULL, "disqualification_reason": "Puoliso on toimittaja"}
    response = client.submit(address(measure_id), data, button=button)
    assert response.status_code == 422
    assert 'id="disqualification_reason-error"' in response.text
    assert "Puoliso on toimittaja" in response.text
    assert count(Review) == 0


def test_a_disqualification_is_taken_back(client, sign_in, actor, measure_id) -> None:
    sign_in(client, "member")
    data = {"disqualification_reason": "Puoliso on toimittaja"}
    client.submit(address(measure_id), data, button="disqualify")
    page = client.get(address(measure_id)).text
    assert "Puoliso on toimittaja" in page
    assert 'value="next"' not in page
    taken_back = f"{address(measure_id)}/take-back"
    sent = {"key": "0123456789abcdef", "version": "1"}
    for _time in range(2):
        answer = client.forge(taken_back, sent)
        assert (answer.status_code, answer.location) == (303, address(measure_id))
    own = review_of(actor("member"), measure_id)
    assert (own.disqualified, own.state, own.submitted_at) == (False, ReviewState.DRAFT, None)
    assert client.submit(address(measure_id), FULL, button="submit").status_code == 303
    assert review_of(actor("member"), measure_id).state is ReviewState.SUBMITTED
    assert client.forge(taken_back, {"version": "3"}).status_code == 409


def test_a_disqualification_stays_once_the_round_has_closed(client, sign_in, actor, measure_id):
    sign_in(client, "member")
    data = {"disqualification_reason": "Puoliso on toimittaja"}
    client.submit(address(measure_id), data, button="disqualify")
    close_round()
    assert "take-back" not in client.get(address(measure_id)).text
    assert client.forge(f"{address(measure_id)}/take-back", {"version": "1"}).status_code == 409
    assert review_of(actor("member"), measure_id).disqualified


def test_a_disqualification_removes_earlier_ratings(app, actor, measure_id) -> None:
    judge(actor("member"), measure_id, 5)
    reason = {"disqualified": True, "disqualification_reason": "Puoliso on toimittaja"}
    judge(actor("member"), measure_id, 5, **reason)
    assert count(Rating) == 0
    judge(actor("member"), measure_id, 2)
    own = review_of(actor("member"), measure_id)
    assert (own.disqualified, own.disqualification_reason) == (False, "")


@pytest.mark.parametrize(
    ("person", "may"),
    [
        ("member", True),
        ("member2", True),
        ("chair", True),
        ("secretary", False),
        ("proposer", False),
        ("viewer", False),
        ("board-secretary", False),
        ("administrator", False),
    ],
)
def test_who_scores(client, sign_in, actor, measure_id, person: str, may: bool) -> None:
    sign_in(client, person)
    expected = (200, 303) if may else (403, 403)
    read = client.get(address(measure_id)).status_code
    data = {**FULL, "intent": "submit", "measure_version": "1"}
    saved_it = client.forge(address(measure_id), data).status_code
    assert (read, saved_it) == expected
    assert count(Review) == may
    if not may:
        with pytest.raises(Refused):
            judge(actor(person), measure_id, 3)


@pytest.mark.parametrize("days", [(1, 3), (-3, -1)])
def test_nobody_scores_outside_the_days_of_the_round(client, sign_in, actor, days) -> None:
    open_round(actor("secretary"), *days)
    measure_id = saved(State.IN_SCORING)
    with pytest.raises(Refused):
        judge(actor("member"), measure_id, 3)
    sign_in(client, "member")
    assert 'value="submit"' not in client.get(address(measure_id)).text
    response = client.forge(address(measure_id), {**FULL, "intent": "submit", "comment": "Minun"})
    assert response.status_code == 409
    assert "Minun" in response.text
    assert count(Review) == 0


@pytest.mark.parametrize("state", [State.APPROVED, State.POSTPONED, State.REJECTED])
def test_what_is_decided_is_no_longer_scored(client, sign_in, actor, state: State) -> None:
    open_round(actor("secretary"))
    measure_id = saved(State.IN_SCORING)
    judge(actor("member"), measure_id, 3)
    with writing():
        fresh(measure_id).state = state
    with pytest.raises(Refused):
        judge(actor("member2"), measure_id, 3)
    sign_in(client, "member")
    page = client.get(address(measure_id))
    assert page.status_code == 200
    assert 'value="submit"' not in page.text


def test_a_draft_of_a_unit_is_not_found(client, sign_in, measure_id) -> None:
    sign_in(client, "member")
    assert client.get(address(saved(State.DRAFT))).status_code == 404
    assert client.get(address(saved(State.IN_SCORING, first_year=2025))).status_code == 404


def test_a_change_of_the_proposal_shows_as_changed_since(client, sign_in, actor, measure_id):
    judge(actor("member"), measure_id, 3)
    sign_in(client, "member")
    before = client.get(address(measure_id)).text
    with writing():
        measures.change(fresh(measure_id), INSTALLER, name_fi="Toinen nimi", cost_once=12345)
    after = client.get(address(measure_id)).text
    assert 'class="changes"' not in before
    changes = after.partition('<dl class="changes">')[2].partition("</dl>")[0]
    assert changes.count("<dt>") == 2
    assert "Toinen nimi" in changes
    assert "12\N{NO-BREAK SPACE}345\N{NO-BREAK SPACE}€" in changes
    for page in (f"/scoring/{YEAR}", "/my"):
        assert f'href="{address(measure_id)}"' in client.get(page).text, page
    client.submit(address(measure_id), button="submit")
    assert 'class="changes"' not in client.get(address(measure_id)).text
    assert f'href="{address(measure_id)}"' not in client.get("/my").text


def test_one_judges_what_one_has_seen(client, sign_in, actor, measure_id) -> None:
    sign_in(client, "member")
    seen = {**FULL, "intent": "next", "measure_version": "1", "comment": "Minun"}
    with writing():
        measures.change(fresh(measure_id), INSTALLER, name_fi="Toinen nimi")
    answer = client.forge(address(measure_id), seen, headers=HTMX)
    assert answer.status_code == 409
    assert "Minun" in answer.text
    assert count(Review) == 0
    # The answer shows the proposal as it is now, so it may be saved from there.
    assert 'name="measure_version" value="2"' in answer.text
    assert client.forge(address(measure_id), {**seen, "measure_version": "2"}).status_code == 303


def test_after_the_round_one_reads_what_one_said(client, sign_in, actor, measure_id) -> None:
    judge(actor("member"), measure_id, 3, comment="Sanoin näin")
    close_round()
    sign_in(client, "member")
    page = client.get(address(measure_id)).text
    assert "Sanoin näin" in page
    assert 'value="submit"' not in page


def _review(measure_id: int, user_id: int, **given) -> Review:
    fields = {
        "round_id": the_round().id,
        "measure_id": measure_id,
        "user_id": user_id,
        "state": ReviewState.DRAFT,
        "measure_version": 1,
        "saved_at": clock.now(),
        **given,
    }
    return Review(**fields)


@pytest.mark.parametrize(
    "given",
    [
        {"state": ReviewState.SUBMITTED},
        {"submitted_at": clock.now()},
        {"disqualified": True},
        {"ratings": "six"},
        {"ratings": "zero"},
    ],
)
def test_the_database_keeps_the_rules_of_a_review(app, actor, measure_id, given) -> None:
    values = {"six": 6, "zero": 0}
    if "ratings" in given:
        criterion_id = the_round().criteria[0].id
        given = {"ratings": [Rating(criterion_id=criterion_id, value=values[given["ratings"]])]}
    with pytest.raises(IntegrityError), writing():
        db.session.add(_review(measure_id, actor("member").user_id, **given))


def test_the_database_keeps_one_review_of_a_member(app, actor, measure_id) -> None:
    judge(actor("member"), measure_id, 3)
    with pytest.raises(IntegrityError), writing():
        db.session.add(_review(measure_id, actor("member").user_id))


def test_owning_the_measure_is_told_and_leads_to_the_declaration(client, sign_in, actor):
    open_round(actor("secretary"))
    member, other = (people.user_by_key(key) for key in ("member", "viewer"))
    unit = db.session.get_one(Unit, unit_id("streets"))
    with writing():
        held = organisation.add_post("a", "A", "A", unit, INSTALLER, holder=member)
        deputised = organisation.add_post(
            "b", "B", "B", unit, INSTALLER, holder=other, deputy=member
        )
    own = {
        "Tätä on ehdottanut yksikkösi": {"unit_id": unit_id("library")},
        "Hoidat virkaa": {"lead_post_id": held.id},
        "Olet toimenpiteestä vastaavan viran sijainen": {"lead_post_id": deputised.id},
        "Olet ehdotuksen yhteyshenkilö": {"contact_id": member.id},
        "Olet kirjoittanut ehdotuksen": {},
        "": {},
    }
    pages = {
        sentence: address(saved(State.IN_SCORING, **{"unit_id": unit.id, **fields}))
        for sentence, fields in own.items()
    }
    with writing():
        written = int(pages["Olet kirjoittanut ehdotuksen"].rpartition("/")[2])
        fresh(written).created_by_id = member.id
    sign_in(client, "member")
    for sentence, page in pages.items():
        text = client.get(page).text
        assert sentence in text
        assert ('href="#disqualification"' in text) is bool(sentence)
        assert 'id="disqualification"' in text


def test_a_criterion_speaks_its_own_words(client, sign_in, actor, measure_id) -> None:
    sign_in(client, "member")
    page = client.get(address(measure_id)).text
    words = [criterion.words_fi.splitlines() for criterion in DEFAULT_CRITERIA]
    assert all(word in page for each in words for word in each)
    assert "erittäin vähäinen" not in page
    assert "förändrar vardagen för många" in client.get(address(measure_id) + "?lang=sv").text


def test_what_was_forged_does_not_come_back_as_it_may_not_stand_on_a_page(
    client, sign_in, measure_id
) -> None:
    sign_in(client, "member")
    odd = {"key": "a\0b", "version": "\x01", "measure_version": "\x7f\0", "intent": "next"}
    response = client.forge(address(measure_id), odd)
    assert response.status_code == 422
    assert not set("\0\x01\x7f") & set(response.text)


def test_a_criterion_that_came_while_the_save_waited_can_be_rated_at_once(
    app, client, sign_in, actor, measure_id, query_counter
) -> None:
    sign_in(client, "member")
    names = {f"{name}_{lang}": "" for name in ("help", "words") for lang in ("fi", "sv")}
    done: list[bool] = []
    late = {**names, "name_fi": "Uusi", "name_sv": "Ny", "weight": 5}

    def add(*_args: object) -> None:
        # A write transaction begins by forgetting what was read before it.
        if done or not any("criterion" in each for each in statements):
            return
        done.append(True)
        with app.app_context(), writing():
            fields = {**late, "required": True, "counted": True}
            criterion_operations.add(the_round(), fields, actor("secretary"))

    data = {**FULL, "measure_version": str(fresh(measure_id).version), "intent": "next"}
    with query_counter() as statements:
        event.listen(db.session, "after_soft_rollback", add)
        response = client.forge(address(measure_id), data)
    event.remove(db.session, "after_soft_rollback", add)
    assert response.status_code == 409
    assert 'name="rating_uusi"' in response.text
