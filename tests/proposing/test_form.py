"""The form of a proposal: what it asks for, what it refuses, and that it loses nothing."""

from datetime import date
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from app.core import clock
from app.core.database import writing
from app.core.fields import printable
from app.core.idempotency import keep_result
from app.extensions import db
from app.measures.models import Measure, Step
from app.measures.states import Publicity, State
from app.measures.workflow import REQUIRED
from app.vocabulary.models import ClassificationValue
from app.vocabulary.states import Kind
from tests.client import sign_in_as
from tests.forms import Form, forms_of
from tests.html import classes_of, document_of, elements, first, text_of
from tests.measures.proposals import card, filled_in, fresh, saved, unit_id, value_id

NEW = "/proposals/new"
NAME = {"name_fi": "Asukas varaa ajan itse"}


def wrong_fields(response) -> set[str]:
    """Return the names of the fields that an answer shows an error at."""
    return {
        element.get("id", "").removesuffix("-error")
        for element in document_of(response).root.iter("p")
        if "field-error" in classes_of(element)
    }


def only_measure() -> Measure:
    return db.session.scalars(select(Measure)).one()


def count() -> int:
    return db.session.scalars(select(func.count()).select_from(Measure)).one()


def proposal_form(client, page: str) -> Form:
    """Return the form of a proposal as its page gives it."""
    return next(form for form in forms_of(client.get(page)) if form.button("save") is not None)


def post(client, form: Form, data: dict[str, str], **kwargs):
    return client.post(form.action, data=MultiDict(form.filled(data, "save")), **kwargs)


@pytest.fixture
def ella(client):
    return sign_in_as(client, "proposer")


def test_a_draft_needs_but_a_name(ella) -> None:
    response = ella.submit(NEW, NAME, button="save")
    measure = only_measure()
    assert response.status_code == 303
    assert response.location == f"/proposals/{measure.id}/edit"
    assert (measure.state, measure.name_fi, measure.name_sv) == (State.DRAFT, NAME["name_fi"], "")
    assert measure.unit_id == unit_id("library")
    assert measure.first_year == 2026, "the roadmap that collects is offered"
    assert ella.get(response.location).status_code == 200


def test_a_save_asks_no_more_than_it_needs(ella, query_counter) -> None:
    page = f"/proposals/{saved()}/edit"
    form = proposal_form(ella, page)
    with query_counter() as statements:
        response = post(ella, form, {"problem_fi": "Miksi jonossa kuluu tunti?"})
    assert (response.status_code, response.location) == (303, page)
    assert len(statements) == 20, statements
    # Nothing is chosen anew, so nothing is asked of what there is to choose from.
    assert not any(" FROM classification_value" in each for each in statements)


def test_what_is_chosen_anew_must_be_offered_and_what_is_saved_may_stay(ella) -> None:
    measure_id = saved()
    page = f"/proposals/{measure_id}/edit"
    form = proposal_form(ella, page)
    with writing():
        for value in db.session.scalars(select(ClassificationValue)):
            value.retired = True
    assert post(ella, form, {"problem_fi": "Miksi jonossa kuluu tunti?"}).status_code == 303
    form = proposal_form(ella, page)
    other = value_id(Kind.LEVEL, "unit")
    sent = MultiDict(form.filled({}, "save"))
    assert sent["level_id"] == str(fresh(measure_id).level_id)
    sent["level_id"] = str(other)
    response = ella.forge(page, sent)
    assert wrong_fields(response) == {"level_id"}


def test_a_draft_without_a_name(ella) -> None:
    response = ella.submit(NEW, {"problem_fi": "Miksi?", "name_sv": "  "}, button="save")
    assert response.status_code == 422
    assert wrong_fields(response) == {"name_fi"}
    assert proposal_form_of(response).filled({})
    assert dict(proposal_form_of(response).filled({}))["problem_fi"] == "Miksi?"
    assert count() == 0


def proposal_form_of(response) -> Form:
    return next(form for form in forms_of(response) if form.button("save") is not None)


def test_submitting_an_empty_form_asks_for_everything_at_its_field(ella) -> None:
    response = ella.submit(NEW, button="submit")
    assert response.status_code == 422
    given = {"unit_id", "first_year"}
    assert wrong_fields(response) == {
        f"{name}_fi" if name in {"name", "problem"} else name for name in REQUIRED.keys() - given
    }
    summary = first(document_of(response).root, ".//div[@class='error-summary']")
    assert len(list(elements(summary, "a"))) == len(REQUIRED) - len(given)
    assert count() == 0


def test_errors_stand_at_the_readers_language(client) -> None:
    stina = sign_in_as(client, "proposer2")
    assert wrong_fields(stina.submit(NEW, button="save")) == {"name_sv"}


def test_a_whole_proposal_is_submitted(ella) -> None:
    data = filled_in(
        cost_once="12 500",
        cost_yearly="3\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}€",
        legal_act=" Arkistolaki   831/1994 ",
        legal_section="7 §",
        legal_deadline="2027-12-31",
        last_year=str(clock.today().year + 2),
        origin="resident",
        description_fi="Rivi\r\n\r\ntoinen\n",
    )
    response = ella.submit(NEW, data, button="submit")
    measure = only_measure()
    assert response.location == f"/measures/{measure.id}"
    assert measure.state is State.SUBMITTED
    for name, value in card(impact="M", cost_class="S").items():
        assert getattr(measure, name) == value, name
    assert (measure.cost_once, measure.cost_yearly) == (12500, 3000)
    assert measure.legal_act == "Arkistolaki 831/1994"
    assert measure.legal_deadline == date(2027, 12, 31)
    assert measure.description_fi == "Rivi\n\ntoinen"
    assert measure.origin == "resident"
    assert db.session.scalars(select(Step.transition)).all() == ["submit"]


def test_opening_and_saving_changes_nothing(ella) -> None:
    measure_id = saved(
        description_fi="Rivi\n\n  toinen", cost_once=1250000, cost_yearly=0, legal_section="7 §"
    )
    before = fresh(measure_id).changed_at
    assert ella.submit(f"/proposals/{measure_id}/edit", button="save").status_code == 303
    measure = fresh(measure_id)
    assert (measure.version, measure.changed_at) == (1, before)
    assert measure.cost_yearly == 0, "zero is not the same as not given"


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"source_id": ("source", "law")}, "legal_act"),
        ({"development_model_id": ("development_model", "network")}, "partners"),
    ],
)
def test_what_one_choice_asks_of_another_field(ella, given, wrong: str) -> None:
    ids = {name: str(value_id(Kind(kind), key)) for name, (kind, key) in given.items()}
    data = {**filled_in(), **ids}
    response = ella.submit(NEW, data, button="submit")
    assert (response.status_code, wrong_fields(response)) == (422, {wrong})
    assert ella.submit(NEW, {**data, wrong: "Laki"}, button="submit").status_code == 303


@pytest.mark.parametrize("typed", ["12,50", "-5", "1e3", "noin 5", "²", "1" * 10, "1" * 5000, "٣"])
def test_what_is_no_whole_sum_of_euros(ella, typed: str) -> None:
    response = ella.submit(NEW, {**NAME, "cost_once": typed}, button="save")
    assert (response.status_code, wrong_fields(response)) == (422, {"cost_once"})
    assert dict(proposal_form_of(response).filled({}))["cost_once"] == typed


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name_fi", "x" * 201),
        ("problem_sv", "x" * 2001),
        ("description_fi", "x" * 5001),
        ("partners", "x" * 501),
        ("legal_act", "x" * 301),
        ("legal_section", "x" * 61),
        ("cost_once", "5\0"),
        ("legal_deadline", "31.12.2027"),
        ("legal_deadline", "2027-02-30"),
    ],
)
def test_bad_input_comes_back_with_its_error(ella, field: str, value: str) -> None:
    response = ella.submit(NEW, {**NAME, field: value}, button="save")
    assert (response.status_code, wrong_fields(response)) == (422, {field})
    assert count() == 0


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("name_fi", "Nimi\0 tässä", "Nimi tässä"),
        ("problem_fi", "Miksi\x1b[31m\r\n\tpitää?", "Miksi[31m\n\tpitää?"),
        ("description_sv", "\x07", ""),
    ],
)
def test_invisible_characters_are_taken_out_and_told_of(ella, field, typed, kept) -> None:
    response = ella.submit(NEW, {**NAME, field: typed}, button="save")
    assert (response.status_code, wrong_fields(response)) == (422, {field})
    assert dict(proposal_form_of(response).filled({}))[field].lstrip("\n") == kept
    assert count() == 0


def test_lone_surrogates_and_what_no_xml_may_hold_are_not_printable() -> None:
    assert printable("a\ud800b\n\tc\0\ufffe\uffff") == "ab\n\tc"


@pytest.mark.parametrize(
    "field", ["source_id", "theme_id", "unit_id", "lead_post_id", "first_year", "impact", "origin"]
)
@pytest.mark.parametrize("value", ["99999", "-1", "x", "\0", "9" * 5000, "1;DROP TABLE measure"])
def test_a_choice_that_is_not_offered(ella, field: str, value: str) -> None:
    form = dict(proposal_form(ella, NEW).filled(NAME, "save"))
    response = ella.post(NEW, data={**form, field: value})
    assert (response.status_code, wrong_fields(response)) == (422, {field})
    assert count() == 0


def test_lone_surrogates_and_bytes_that_are_no_text(ella) -> None:
    form = dict(proposal_form(ella, NEW).filled({}, "save"))
    for raw in (b"%ED%A0%80", b"%FF%FE", b"%C3"):
        body = b"name_fi=Nimi" + raw + b"&csrf_token=" + form["csrf_token"].encode()
        body += b"&unit_id=" + form["unit_id"].encode() + b"&then=save"
        response = ella.post(NEW, data=body, content_type="application/x-www-form-urlencoded")
        assert response.status_code in {303, 422}
    for name in db.session.scalars(select(Measure.name_fi)):
        name.encode("utf-8")


def test_a_megabyte_of_text(ella) -> None:
    response = ella.submit(NEW, {**NAME, "description_fi": "x" * 1_000_000}, button="save")
    assert response.status_code in {413, 422}
    assert count() == 0


def test_markup_is_shown_as_text(ella) -> None:
    markup = "<b onclick=alert(1)>'\"&amp;</textarea><script>alert(1)</script>"
    ella.submit(NEW, {"name_fi": markup, "problem_fi": markup}, button="save")
    measure = only_measure()
    assert measure.name_fi == measure.problem_fi == markup
    for page in (f"/proposals/{measure.id}/edit", f"/measures/{measure.id}", "/proposals"):
        root = document_of(ella.get(page)).root
        assert markup in text_of(root) or markup in "".join(root.itertext())
        assert not [each for each in root.iter("script") if "alert" in text_of(each)]
        assert not [each for each in root.iter() if each.get("onclick")]


def test_years_in_the_wrong_order(ella) -> None:
    year = clock.today().year
    data = {**NAME, "first_year": str(year + 2), "last_year": str(year + 1)}
    response = ella.submit(NEW, data, button="save")
    assert (response.status_code, wrong_fields(response)) == (422, {"last_year"})


def test_secrecy_has_a_basis(ella) -> None:
    data = {**NAME, "publicity": "secret"}
    response = ella.submit(NEW, data, button="save")
    assert (response.status_code, wrong_fields(response)) == (422, {"secrecy_basis"})
    ella.submit(NEW, {**data, "secrecy_basis": "JulkL 24 § 1 mom. 7 k."}, button="save")
    assert only_measure().publicity is Publicity.SECRET


def offered(page: Form, name: str) -> list[str]:
    select_ = next(each for each in page.element.iter("select") if each.get("name") == name)
    return [text_of(option) for option in select_.iter("option")][1:]


def test_choices_are_in_the_readers_language_and_order(client) -> None:
    finnish = proposal_form(sign_in_as(client, "proposer"), NEW)
    assert offered(finnish, "source_id") == ["Laki", "Strategia"]
    assert offered(finnish, "theme_id") == ["Palvelut", "Tieto", "Kyvykkyydet"]
    assert offered(finnish, "unit_id") == ["Kirjasto"]
    swedish = proposal_form(sign_in_as(client, "proposer2"), NEW)
    assert offered(swedish, "source_id") == ["Lag", "Strategi"]
    assert offered(swedish, "unit_id") == ["Gator"]
    everything = proposal_form(sign_in_as(client, "secretary"), NEW)
    assert len(offered(everything, "unit_id")) == 4


def test_a_retired_value_is_offered_only_where_it_is_chosen(ella) -> None:
    strategy = value_id(Kind.SOURCE, "strategy")
    has_it, lacks_it = saved(source_id=strategy), saved(source_id=None)
    with writing():
        db.session.get_one(ClassificationValue, strategy).retired = True
    edit = "/proposals/{}/edit".format
    assert offered(proposal_form(ella, edit(has_it)), "source_id") == ["Laki", "Strategia"]
    assert offered(proposal_form(ella, edit(lacks_it)), "source_id") == ["Laki"]
    assert offered(proposal_form(ella, NEW), "source_id") == ["Laki"]


def test_cost_classes_say_their_limits(ella) -> None:
    text = text_of(proposal_form(ella, NEW).element).replace("\N{NO-BREAK SPACE}", " ")
    assert "10 000 €" in text
    assert "50 000 €" in text


def test_errors_are_a_fragment_for_htmx(ella) -> None:
    response = ella.submit(NEW, button="save", headers={"HX-Request": "true"})
    assert response.status_code == 422
    assert not document_of(response).is_page
    assert wrong_fields(response) == {"name_fi"}
    saved_answer = ella.submit(NEW, NAME, button="save", headers={"HX-Request": "true"})
    assert saved_answer.status_code == 204
    assert saved_answer.headers["HX-Redirect"] == f"/proposals/{only_measure().id}/edit"


@pytest.mark.parametrize("button", ["save", "submit"])
def test_a_form_sent_twice_makes_one(ella, button: str) -> None:
    form = proposal_form(ella, NEW)
    data = MultiDict(form.filled(filled_in(), button))
    answers = [ella.post(NEW, data=data) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert count() == 1
    steps = db.session.scalars(select(Step)).all()
    assert len(steps) == (1 if button == "submit" else 0)


@pytest.mark.parametrize("button", ["save", "submit"])
def test_an_edit_sent_twice_is_done_once(ella, button: str) -> None:
    measure_id = saved()
    form = proposal_form(ella, f"/proposals/{measure_id}/edit")
    data = MultiDict(form.filled({"name_fi": "Uusi nimi"}, button))
    assert [ella.post(form.action, data=data).status_code for _ in range(2)] == [303, 303]
    assert fresh(measure_id).version == 2


def test_going_back_to_the_form_and_saving_again_changes_what_it_made(ella) -> None:
    form = proposal_form(ella, NEW)
    assert post(ella, form, NAME).status_code == 303
    assert post(ella, form, {"name_fi": "Parempi nimi"}).status_code == 303
    assert only_measure().name_fi == "Parempi nimi"
    response = post(ella, form, {"name_fi": "Kolmas nimi"})
    assert response.status_code == 409
    assert proposal_form_of(response).action == f"/proposals/{only_measure().id}/edit"
    assert post(ella, proposal_form_of(response), {}).status_code == 303
    assert only_measure().name_fi == "Kolmas nimi"


def test_a_form_sent_by_eight_at_once_makes_one(app) -> None:
    """The same person's form, each time through a connection of its own."""
    clients = [sign_in_as(app.test_client(), "proposer") for _ in range(8)]
    forms = [dict(proposal_form(each, NEW).filled(filled_in(), "submit")) for each in clients]
    start = Barrier(len(clients))
    answers: list[tuple[int, str]] = []

    def send(client, form) -> None:
        with app.app_context():
            start.wait()
            response = client.post(NEW, data={**form, "key": forms[0]["key"]})
            answers.append((response.status_code, response.location))

    threads = [Thread(target=send, args=each) for each in zip(clients, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert len(answers) == 8
    assert set(answers) == {(303, f"/measures/{only_measure().id}")}
    assert len(db.session.scalars(select(Step)).all()) == 1


@pytest.mark.parametrize("key", ["", "\0", "x" * 300, "ä", "a b"])
def test_a_key_that_is_none_of_ours_is_no_key(ella, key: str) -> None:
    form = dict(proposal_form(ella, NEW).filled(NAME, "save"))
    for _ in range(2):
        assert ella.post(NEW, data={**form, "key": key}).status_code == 303
    assert count() == 2


@pytest.mark.parametrize(("result", "code"), [("opened", 409), ("999999", 404)])
def test_a_key_of_another_form_is_refused(ella, actor, result: str, code: int) -> None:
    form = dict(proposal_form(ella, NEW).filled(NAME, "save"))
    with writing():
        keep_result(actor("proposer"), form["key"], result)
    assert ella.post(NEW, data=form).status_code == code
    assert count() == 0


@pytest.mark.parametrize("version", ["", "x", "-1", "0", "\0", "9" * 5000])
def test_a_version_that_is_no_version_is_a_conflict(ella, version: str) -> None:
    measure_id = saved()
    form = dict(proposal_form(ella, f"/proposals/{measure_id}/edit").filled({}, "save"))
    data = {**form, "version": version, "name_fi": "Toinen"}
    assert ella.post(f"/proposals/{measure_id}/edit", data=data).status_code == 409


def test_still_matches_is_asked_when_there_are_two_languages(ella) -> None:
    both, one = saved(), saved(name_sv="", problem_sv="")
    page = "/proposals/{}/edit".format
    assert "still_matches" in dict_of_names(proposal_form(ella, page(both)))
    assert "still_matches" not in dict_of_names(proposal_form(ella, page(one)))
    ella.submit(page(both), {"name_fi": "Uusi"}, button="save")
    assert fresh(both).stale == "sv"
    ella.submit(page(both), {"name_fi": "Uudempi", "still_matches": "y"}, button="save")
    assert fresh(both).stale is None


def dict_of_names(form: Form) -> set[str]:
    return {element.get("name", "") for element in form.element.iter() if element.get("name")}


def test_the_secretary_may_edit_but_not_blank_what_was_submitted(client) -> None:
    measure_id = saved(State.SUBMITTED)
    saara = sign_in_as(client, "secretary")
    page = f"/proposals/{measure_id}/edit"
    assert proposal_form(saara, page).button("submit") is None
    response = saara.submit(page, {"source_id": ""}, button="save")
    assert (response.status_code, wrong_fields(response)) == (422, {"source_id"})
    assert saara.submit(page, {"name_sv": "Ett bättre namn"}, button="save").status_code == 303
    assert fresh(measure_id).name_sv == "Ett bättre namn"


def test_a_proposal_that_can_no_longer_be_edited(client) -> None:
    measure_id = saved(State.SUBMITTED)
    ella = sign_in_as(client, "proposer")
    assert ella.get(f"/proposals/{measure_id}/edit").status_code == 409


def test_the_reason_of_a_return_stands_above_the_form(app, ella) -> None:
    measure_id = saved(State.SUBMITTED)
    saara = sign_in_as(app.test_client(), "secretary")
    page = f"/proposals/{measure_id}/return"
    empty = saara.submit(page, {"reason": " "}, action=page)
    assert (empty.status_code, wrong_fields(empty)) == (422, {"reason"})
    answer = saara.submit(page, {"reason": "Paljonko se <i>maksaa</i>?"}, action=page)
    assert answer.location == f"/measures/{measure_id}"
    assert fresh(measure_id).state is State.RETURNED
    text = text_of(document_of(ella.get(f"/proposals/{measure_id}/edit")).root)
    assert "Paljonko se <i>maksaa</i>?" in text


def test_buttons_of_the_measures_page(app, ella) -> None:
    whole, half = saved(), saved(source_id=None)
    page = ella.get(f"/measures/{whole}")
    assert f"/proposals/{whole}/submit" in {form.action for form in forms_of(page)}
    assert f'href="/proposals/{whole}/withdraw"' in page.text
    actions = {form.action for form in forms_of(ella.get(f"/measures/{half}"))}
    assert f"/proposals/{half}/submit" not in actions
    assert ella.forge(f"/proposals/{half}/submit").status_code == 409
    assert fresh(half).state is State.DRAFT
    ella.submit(f"/proposals/{whole}/withdraw", action=f"/proposals/{whole}/withdraw")
    assert fresh(whole).state is State.WITHDRAWN


def test_a_button_pressed_twice_does_its_work_once(app, ella) -> None:
    measure_id = saved()
    address = f"/proposals/{measure_id}/withdraw"
    assert [ella.forge(address).status_code for _press in range(2)] == [303, 303]
    assert db.session.scalars(select(Step.transition)).all() == ["withdraw"]
