"""What is typed is kept for its writer alone, found again, and let go of when it is saved."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from werkzeug.datastructures import MultiDict

from app.audit.models import Event
from app.core import clock
from app.core.database import writing
from app.core.idempotency import keep_result
from app.core.revision import Revision
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import State
from app.proposing import working_copies
from app.proposing.models import WorkingCopy
from app.proposing.working_copies import Mark
from tests.client import sign_in_as
from tests.forms import forms_of
from tests.html import document_of, elements, text_of
from tests.measures.proposals import card, fresh, saved

NEW = "/proposals/new"
KEEP = "/proposals/working-copy"
DISCARD = "/proposals/working-copy/discard"
QUIET = {"Accept": "application/json"}


def copies() -> list[WorkingCopy]:
    return list(db.session.scalars(select(WorkingCopy).order_by(WorkingCopy.id)))


def typed(copy: WorkingCopy) -> dict[str, str]:
    return dict(copy.typed)


def edit_of(measure_id: int) -> str:
    return f"/proposals/{measure_id}/edit"


def keep_of(measure_id: int) -> str:
    return f"/proposals/working-copy/{measure_id}"


class Tab:
    """A tab of a browser with the form of a proposal, whose script keeps what is typed."""

    def __init__(self, client, page: str) -> None:
        self.client = client
        response = client.get(page)
        assert response.status_code == 200, response.status
        self.text = text_of(document_of(response).root)
        self.form = next(f for f in forms_of(response) if f.element.get("data-autosave"))

    @property
    def keep_at(self) -> str:
        return self.form.element.get("data-autosave", "")

    def fields(self, **data: str) -> MultiDict:
        return MultiDict(self.form.filled(data))

    def value(self, name: str) -> str:
        return dict(self.form.filled({}))[name].lstrip("\n")

    def type(self, **data: str):
        return self.client.post(self.keep_at, data=self.fields(**data), headers=QUIET)

    def save(self, button: str = "save", **data: str):
        return self.client.post(self.form.action, data=MultiDict(self.form.filled(data, button)))


@pytest.fixture
def ella(client):
    return sign_in_as(client, "proposer")


def test_what_is_typed_into_a_new_form_is_kept_as_it_is(ella) -> None:
    answer = Tab(ella, NEW).type(name_fi="  Puoli lau", cost_once="12 5x", legal_deadline="2027-0")
    assert answer.status_code == 200
    (copy,) = copies()
    assert (copy.measure_id, copy.version) == (None, 0)
    assert typed(copy)["name_fi"] == "  Puoli lau"
    assert answer.json["address"] == f"{NEW}?copy={copy.key}"
    here = clock.local(copy.saved_at)
    assert answer.json["time"] == f"{here.hour}.{here.minute:02}"
    assert db.session.scalars(select(func.count()).select_from(Measure)).one() == 0
    again = Tab(ella, answer.json["address"])
    assert again.value("name_fi") == "Puoli lau"
    assert again.value("cost_once") == "12 5x"
    assert again.value("legal_deadline") == "2027-0"
    assert "etkä tallentanut" in again.text


def test_it_is_no_change_of_the_city(ella) -> None:
    tab = Tab(ella, NEW)
    before = db.session.scalars(select(func.max(Event.id))).one()
    revision = db.session.scalars(select(Revision.number)).one()
    for text in ("K", "Ki", "Kir"):
        tab.type(name_fi=text)
    db.session.rollback()
    assert len(copies()) == 1
    assert db.session.scalars(select(func.max(Event.id))).one() == before
    assert db.session.scalars(select(Revision.number)).one() == revision


def test_the_page_of_new_proposals_lists_what_was_begun(ella) -> None:
    Tab(ella, NEW).type(name_sv="Ett namn")
    Tab(ella, NEW).type(problem_fi="Miksi? " * 30)
    Tab(ella, NEW).type(cost_once="1")
    page = ella.get(NEW)
    links = [
        each for each in elements(document_of(page).root, "a") if "copy=" in each.get("href", "")
    ]
    texts = [text_of(each) for each in links if "lang=" not in each.get("href", "")]
    assert texts[0] == "Nimetön ehdotus"
    assert texts[1].startswith("Miksi? Miksi?")
    assert len(texts[1]) < 90
    assert texts[2].startswith("Ett namn")
    tab = Tab(ella, links[2].get("href"))
    assert tab.value("name_sv") == "Ett namn"


def test_saving_lets_go_of_the_copy_and_late_requests_bring_nothing_back(ella) -> None:
    tab = Tab(ella, NEW)
    tab.type(name_fi="Nimi")
    assert tab.save(name_fi="Nimi 2").status_code == 303
    assert copies() == []
    late = tab.type(name_fi="Nimi 2")
    assert late.status_code == 409
    measure = db.session.scalars(select(Measure)).one()
    assert late.json["address"] == edit_of(measure.id)
    assert copies() == []
    # The address that the tab had leads to what it was saved as.
    key = tab.value("key")
    assert ella.get(f"{NEW}?copy={key}").location == edit_of(measure.id)


@pytest.mark.parametrize("changes", [{}, {"name_fi": "Toinen nimi"}])
def test_saving_an_edit_lets_go_of_its_copy_too(ella, changes) -> None:
    measure_id = saved()
    tab = Tab(ella, edit_of(measure_id))
    tab.type(name_fi="Puoli")
    assert tab.save(**changes).status_code == 303
    assert copies() == []
    assert tab.type(name_fi="Myöhässä").status_code == 409
    assert copies() == []
    assert fresh(measure_id).name_fi == changes.get("name_fi", card()["name_fi"])
    assert "tallentanut" not in Tab(ella, edit_of(measure_id)).text


def test_a_form_with_errors_keeps_its_copy(ella) -> None:
    tab = Tab(ella, NEW)
    tab.type(problem_fi="Miksi?")
    assert tab.save(problem_fi="Miksi?").status_code == 422
    assert len(copies()) == 1


def test_an_edit_is_gone_on_with(ella) -> None:
    measure_id = saved(cost_once=100, impact="S")
    answer = Tab(ella, edit_of(measure_id)).type(name_fi="Uusi nimi", cost_once="")
    (copy,) = copies()
    assert (copy.measure_id, copy.version) == (measure_id, 1)
    assert fresh(measure_id).name_fi == card()["name_fi"]
    for address in (edit_of(measure_id), answer.json["address"]):
        tab = Tab(ella, address)
        assert (tab.value("name_fi"), tab.value("cost_once")) == ("Uusi nimi", "")
        assert "etkä tallentanut" in tab.text
    assert tab.save().status_code == 303
    measure = fresh(measure_id)
    assert (measure.name_fi, measure.cost_once, measure.version) == ("Uusi nimi", None, 2)
    assert copies() == []


def test_what_was_typed_and_taken_back_is_nothing_to_go_on_with(ella) -> None:
    measure_id = saved()
    tab = Tab(ella, edit_of(measure_id))
    tab.type(name_fi="Uusi nimi")
    tab.type()
    assert "tallentanut" not in Tab(ella, edit_of(measure_id)).text


def test_one_never_conflicts_with_what_was_kept_for_oneself(ella) -> None:
    measure_id = saved()
    tab = Tab(ella, edit_of(measure_id))
    for text in ("A", "AB", "ABC"):
        assert tab.type(name_fi=text).status_code == 200
    assert tab.save(name_fi="ABC").status_code == 303
    assert fresh(measure_id).name_fi == "ABC"


def test_two_tabs_of_one_person_keep_both_texts(ella) -> None:
    measure_id = saved()
    first, second = Tab(ella, edit_of(measure_id)), Tab(ella, edit_of(measure_id))
    first.type(name_fi="Ensimmäinen")
    second.type(name_fi="Toinen")
    assert [typed(each)["name_fi"] for each in copies()] == ["Ensimmäinen", "Toinen"]


def test_a_copy_that_two_tabs_have_opened_is_taken_over_by_one(ella) -> None:
    measure_id = saved()
    Tab(ella, edit_of(measure_id)).type(name_fi="Alku")
    first, second = Tab(ella, edit_of(measure_id)), Tab(ella, edit_of(measure_id))
    first.type(name_fi="Alku ja jatko")
    assert [typed(each)["name_fi"] for each in copies()] == ["Alku ja jatko"]
    second.type(name_fi="Alku ja toinen jatko")
    second.type(name_fi="Alku ja toinen jatko vielä")
    texts = [typed(each)["name_fi"] for each in copies()]
    assert texts == ["Alku ja jatko", "Alku ja toinen jatko vielä"]
    # The one that is saved leaves the other alone.
    assert second.save(name_fi="Alku ja toinen jatko").status_code == 303
    assert [typed(each)["name_fi"] for each in copies()] == ["Alku ja jatko"]


def test_saving_without_having_typed_again_lets_go_of_what_was_opened(ella) -> None:
    Tab(ella, NEW).type(name_fi="Nimi")
    (copy,) = copies()
    assert Tab(ella, f"{NEW}?copy={copy.key}").save().status_code == 303
    assert copies() == []


def test_saving_what_was_opened_leaves_what_another_tab_has_typed_since(ella) -> None:
    first = Tab(ella, NEW)
    first.type(name_fi="Nimi")
    second = Tab(ella, f"{NEW}?copy={copies()[0].key}")
    first.type(name_fi="Nimi ja lisää")
    assert second.save().status_code == 303
    assert [typed(each)["name_fi"] for each in copies()] == ["Nimi ja lisää"]


def test_throwing_away(ella) -> None:
    measure_id = saved()
    Tab(ella, edit_of(measure_id)).type(name_fi="Uusi nimi")
    response = ella.submit(edit_of(measure_id), action=DISCARD)
    assert response.location == edit_of(measure_id)
    assert copies() == []
    assert Tab(ella, edit_of(measure_id)).value("name_fi") == card()["name_fi"]
    # A second press finds it gone.
    assert ella.forge(DISCARD, {"key": "a" * 32}).location == "/proposals"


@pytest.mark.parametrize(
    "next_", ["https://example.org/", "//example.org", "\\\\x", "\0", "x" * 3000]
)
def test_throwing_away_leads_to_no_other_host(ella, next_: str) -> None:
    assert ella.forge(DISCARD, {"key": "x", "next": next_}).location == "/proposals"


def test_nobody_else_sees_or_changes_a_copy(app, ella) -> None:
    measure_id = saved()
    Tab(ella, edit_of(measure_id)).type(name_fi="Salaisuus")
    Tab(ella, NEW).type(name_fi="Salaisuus")
    before = [(each.key, each.fields) for each in copies()]
    for person in ("secretary", "proposer2"):
        other = sign_in_as(app.test_client(), person)
        for key, _fields in before:
            assert "Salaisuus" not in other.get(f"{NEW}?copy={key}").text
            assert "Salaisuus" not in other.get(f"{edit_of(measure_id)}?copy={key}").text
            other.forge(DISCARD, {"key": key})
            other.forge(KEEP, {"key": key, "name_fi": "Toisen"}, headers=QUIET)
    hers = [(each.key, each.fields) for each in copies() if "Salaisuus" in each.fields]
    assert hers == before


def test_who_may_keep_what(app, client) -> None:
    draft, submitted = saved(), saved(State.SUBMITTED)
    key = {"key": "a" * 32, "name_fi": "x"}
    answers = {}
    for person in ("viewer", "proposer2", "member", "administrator"):
        other = sign_in_as(app.test_client(), person)
        answers[person] = [
            other.forge(address, key, headers=QUIET).status_code
            for address in (KEEP, keep_of(draft), keep_of(submitted), keep_of(999_999))
        ]
    assert answers == {
        "viewer": [403, 403, 403, 403],
        "proposer2": [200, 404, 404, 404],
        "member": [403, 403, 403, 403],
        "administrator": [403, 403, 403, 403],
    }


def test_without_a_session_it_is_said_quietly_and_nothing_is_kept(app, ella) -> None:
    tab = Tab(ella, NEW)
    with writing():
        db.session.execute(db.text("UPDATE session SET seen_at = '2020-01-01 00:00:00.000000'"))
    answer = tab.type(name_fi="Myöhässä")
    assert (answer.status_code, answer.data) == (401, b"")
    assert "HX-Redirect" not in answer.headers
    assert db.session.execute(db.text("SELECT count(*) FROM kept_form")).scalar() == 0
    assert copies() == []
    sign_in_as(ella, "proposer")
    assert tab.type(name_fi="Myöhässä").status_code == 200, "the token stays good for that person"
    assert typed(copies()[0])["name_fi"] == "Myöhässä"


def test_somebody_else_who_signs_in_never_gets_the_text(ella) -> None:
    tab = Tab(ella, NEW)
    with writing():
        db.session.execute(db.text("UPDATE session SET seen_at = '2020-01-01 00:00:00.000000'"))
    sign_in_as(ella, "secretary")
    assert tab.type(name_fi="Ellan").status_code == 400
    assert copies() == []


def test_who_else_is_writing_is_told(app, ella) -> None:
    measure_id = saved()
    saara = sign_in_as(app.test_client(), "secretary")
    Tab(ella, edit_of(measure_id)).type(name_fi="Ellan")
    tab = Tab(saara, edit_of(measure_id))
    assert "Ella Esimerkki kirjoittaa" in tab.text
    assert tab.type(name_fi="Saaran").json["others"].startswith("Ella Esimerkki kirjoittaa")
    # One's own copy is no news.
    assert "Ella Esimerkki kirjoittaa" not in Tab(ella, edit_of(measure_id)).text
    with writing():
        long_ago = clock.now() - timedelta(minutes=31)
        db.session.execute(update(WorkingCopy).values(saved_at=long_ago))
    assert "kirjoittaa" not in Tab(saara, edit_of(measure_id)).text
    assert "kirjoittaa" not in Tab(ella, edit_of(measure_id)).text


def test_what_was_typed_while_the_state_changed_is_shown_to_copy(app, ella) -> None:
    measure_id = saved()
    tab = Tab(ella, edit_of(measure_id))
    tab.type(name_fi="Ellan nimi")
    assert (
        sign_in_as(app.test_client(), "proposer")
        .forge(f"/proposals/{measure_id}/submit")
        .status_code
        == 303
    )
    assert tab.type(name_fi="Ellan nimi 2").status_code == 200
    response = ella.get(edit_of(measure_id))
    assert response.status_code == 200
    assert "Ellan nimi 2" in response.text
    form = next(f for f in forms_of(response) if f.element.get("data-autosave"))
    assert form.buttons() == []
    ella.forge(DISCARD, {"key": copies()[0].key})
    assert ella.get(edit_of(measure_id)).status_code == 409


@pytest.mark.parametrize("key", ["", "x", "A" * 32, "a" * 33, "\0", "ä" * 32, "a" * 100_000])
def test_a_key_that_is_none_of_ours(ella, key: str) -> None:
    assert ella.forge(KEEP, {"key": key, "name_fi": "x"}, headers=QUIET).status_code == 409
    assert ella.forge(DISCARD, {"key": key}).status_code == 303
    assert ella.get(NEW, query_string={"copy": key}).status_code == 200
    assert copies() == []


@pytest.mark.parametrize("name", ["copy", "copy_version", "version", "base_version"])
@pytest.mark.parametrize("value", ["\0", "x" * 5000, "-1", "9" * 400, "ä:b c:", "' OR 1=1 --"])
def test_odd_values_of_what_is_not_shown(ella, name: str, value: str) -> None:
    measure_id = saved()
    tab = Tab(ella, edit_of(measure_id))
    data = {**dict(tab.fields(name_fi="Uusi")), name: value}
    assert ella.post(tab.keep_at, data=data, headers=QUIET).status_code == 200
    assert ella.get(edit_of(measure_id)).status_code == 200
    assert ella.post(edit_of(measure_id), data=data).status_code in {303, 403, 409}


def test_only_fields_of_the_form_are_kept_and_no_control_characters(ella) -> None:
    data = {"key": "a" * 32, "name_fi": "a\0b\x1bc\r\nd", "state": "approved", "then": "submit"}
    assert ella.forge(KEEP, data, headers=QUIET).status_code == 200
    assert json.loads(copies()[0].fields) == [["name_fi", "abc\nd"]]
    assert Tab(ella, NEW + "?copy=" + "a" * 32).value("name_fi") == "abc d"


def test_too_much_is_refused_and_what_was_kept_stays(ella) -> None:
    tab = Tab(ella, NEW)
    tab.type(name_fi="Nimi")
    answer = tab.type(description_fi="x" * working_copies.LONGEST)
    assert (answer.status_code, answer.json["said"]) == (
        409,
        "Teksti on liian pitkä tallennettavaksi.",
    )
    assert tab.type(description_fi="x" * 3_000_000).status_code == 413
    assert typed(copies()[0])["name_fi"] == "Nimi"


def test_there_is_an_end_to_what_one_begins(app, actor) -> None:
    proposer = actor("proposer")
    with writing():
        for number in range(working_copies.MOST):
            key = f"{number:032x}"
            working_copies.keep(proposer, key, [], Mark("", ""), None, 0)
    client = sign_in_as(app.test_client(), "proposer")
    answer = client.forge(KEEP, {"key": "f" * 32, "name_fi": "x"}, headers=QUIET)
    assert answer.status_code == 409
    # What was begun goes on being kept.
    assert client.forge(KEEP, {"key": "0" * 32, "name_fi": "x"}, headers=QUIET).status_code == 200


def test_the_page_asks_as_much_however_many_there_are(ella, query_counter) -> None:
    counts = []
    for _ in range(3):
        Tab(ella, NEW).type(name_fi="Nimi")
        with query_counter() as statements:
            ella.get(NEW)
        counts.append(len(statements))
    assert counts[0] == counts[2]


def test_of_person_gives_titles_addresses_and_times(app, ella, actor) -> None:
    measure_id = saved()
    Tab(ella, edit_of(measure_id)).type(name_fi="Uusi nimi")
    Tab(ella, NEW).type(name_fi="", name_sv="Nytt namn")
    with app.test_request_context():
        found = working_copies.of_person(actor("proposer"))
        new = working_copies.of_person(actor("proposer"), new=True)
        assert working_copies.of_person(actor("secretary")) == []
    assert [each.title.value for each in found] == ["Nytt namn", "Uusi nimi"]
    assert [each.title.is_other for each in found] == [True, False]
    assert found[1].address.startswith(f"{edit_of(measure_id)}?copy=")
    assert [each.title.value for each in new] == ["Nytt namn"]
    assert all(ella.get(each.address).status_code == 200 for each in found)


def test_the_receipt_of_another_form_is_no_proposal(ella, actor) -> None:
    key = uuid4().hex
    with writing():
        keep_result(actor("proposer"), key, "/people/3")
    assert ella.get(f"{NEW}?copy={key}").status_code == 200


def test_ones_own_data_has_it(ella) -> None:
    Tab(ella, NEW).type(name_fi="Oma teksti")
    data = json.loads(ella.get("/my/data.json").text)
    (part,) = [each for each in data["parts"] if each["place"] == "working_copy.user_id"]
    assert ["name_fi", "Oma teksti"] in part["rows"][0]["fields"]
