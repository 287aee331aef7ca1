"""Two people in one proposal: both texts are shown, the writer chooses, and nothing is lost."""

import re

import pytest
from werkzeug.datastructures import MultiDict

from app.measures.states import State
from tests.client import sign_in_as
from tests.forms import Form, forms_of
from tests.html import classes_of, document_of, elements, first, text_of
from tests.measures.proposals import card, fresh, saved

FI, SV = "suomeksi", "ruotsiksi"


def edit_of(measure_id: int) -> str:
    return f"/proposals/{measure_id}/edit"


def form_of(response) -> Form:
    """Return the form of a proposal that an answer shows, also when it cannot be saved any more."""
    return next(each for each in forms_of(response) if each.element.get("data-autosave"))


def send(client, form: Form, data: dict[str, str], button: str = "save", **given):
    return client.post(form.action, data=MultiDict(form.filled(data, button)), **given)


def choices(response) -> dict[str, list[str]]:
    """Return the two texts of each field that both have changed, by the field's legend."""
    return {
        text_of(first(each, "legend")): [
            text_of(text) for text in elements(each, "p") if "as-typed" in classes_of(text)
        ]
        for each in elements(document_of(response).root, "fieldset")
        if "conflict" in classes_of(each)
    }


def marked(response) -> list[str]:
    return [text_of(each) for each in elements(document_of(response).root, "mark")]


def value(form: Form, name: str) -> str:
    return dict(form.filled({}))[name].lstrip("\n")


@pytest.fixture
def ella(client):
    return sign_in_as(client, "proposer")


@pytest.fixture
def saara(app):
    """Return the secretary, who may edit the texts of a draft."""
    return sign_in_as(app.test_client(), "secretary")


@pytest.fixture
def colleague(app):
    """Return a proposer of the same unit."""
    return sign_in_as(app.test_client(), "proposer")


@pytest.fixture
def refused(ella, colleague):
    """Return the answer to Ella: both changed the Finnish name, and each something else."""
    page = edit_of(saved(cost_once=100, partners="Kunta"))
    hers = form_of(ella.get(page))
    first_one = {"name_fi": "Asukas varaa ajan puhelimella", "cost_once": "500", "partners": ""}
    assert colleague.submit(page, first_one, button="save").status_code == 303
    data = {"name_fi": "Asukas varaa ajan verkossa", "name_sv": "Ellas namn"}
    response = send(ella, hers, data)
    assert response.status_code == 409
    return response


def test_what_both_have_changed_stands_side_by_side(refused) -> None:
    assert choices(refused) == {
        f"Mitä tekisit? ({FI})": ["Asukas varaa ajan puhelimella", "Asukas varaa ajan verkossa"]
    }
    assert marked(refused) == ["puhelimella", "verkossa"]
    text = text_of(document_of(refused).root)
    assert re.search(rf"Vain sinä olet muuttanut: Mitä tekisit\? \({SV}\)\.", text)
    form = form_of(refused)
    assert fresh(1).name_fi == "Asukas varaa ajan puhelimella"
    assert value(form, "name_fi") == "Asukas varaa ajan verkossa"
    assert value(form, "take_name_fi") == "yours"
    assert value(form, "cost_once") == "500", "nobody's change is taken back unseen"
    assert value(form, "partners") == ""


def test_keeping_ones_own(ella, refused) -> None:
    assert send(ella, form_of(refused), {}).status_code == 303
    measure = fresh(1)
    assert measure.name_fi == "Asukas varaa ajan verkossa"
    assert (measure.name_sv, measure.cost_once, measure.partners) == ("Ellas namn", 500, "")


def test_taking_theirs_in_one_field(ella, refused) -> None:
    assert send(ella, form_of(refused), {"take_name_fi": "theirs"}).status_code == 303
    measure = fresh(1)
    assert measure.name_fi == "Asukas varaa ajan puhelimella"
    assert (measure.name_sv, measure.cost_once) == ("Ellas namn", 500)


def test_taking_theirs_altogether(ella, refused) -> None:
    response = send(ella, form_of(refused), {}, button="theirs")
    assert response.location == edit_of(1)
    measure = fresh(1)
    assert (measure.name_fi, measure.version) == ("Asukas varaa ajan puhelimella", 2)
    assert measure.name_sv == card()["name_sv"]
    assert value(form_of(ella.get(edit_of(1))), "name_sv") == card()["name_sv"]


def test_a_choice_survives_what_is_wrong_elsewhere(ella, refused) -> None:
    response = send(ella, form_of(refused), {"take_name_fi": "theirs", "cost_once": "x"})
    assert response.status_code == 422
    assert send(ella, form_of(response), {"cost_once": "7"}).status_code == 303
    assert (fresh(1).name_fi, fresh(1).cost_once) == ("Asukas varaa ajan puhelimella", 7)


def test_a_third_save_in_the_meantime_is_a_conflict_again(ella, colleague, refused) -> None:
    colleague.submit(edit_of(1), {"name_fi": "Kolmas nimi", "cost_once": "9"}, button="save")
    again = send(ella, form_of(refused), {})
    assert again.status_code == 409
    assert choices(again)[f"Mitä tekisit? ({FI})"] == ["Kolmas nimi", "Asukas varaa ajan verkossa"]
    assert send(ella, form_of(again), {}).status_code == 303
    assert fresh(1).name_fi == "Asukas varaa ajan verkossa"


def test_different_fields_ask_for_no_choice(ella, saara) -> None:
    measure_id = saved()
    hers = form_of(ella.get(edit_of(measure_id)))
    saara.submit(edit_of(measure_id), {"name_sv": "Ett bättre namn"}, button="save")
    response = send(ella, hers, {"problem_fi": "Miksi näin?"})
    assert response.status_code == 409
    assert choices(response) == {}
    assert send(ella, form_of(response), {}).status_code == 303
    measure = fresh(measure_id)
    assert (measure.name_sv, measure.problem_fi) == ("Ett bättre namn", "Miksi näin?")


@pytest.mark.parametrize("base", ["", "x", "name_fi:", ":::", "\0", "name_fi:00000000", "ä" * 9000])
def test_a_form_that_does_not_say_what_it_began_from_asks_for_everything(ella, base) -> None:
    measure_id = saved()
    hers = form_of(ella.get(edit_of(measure_id)))
    ella.submit(edit_of(measure_id), {"name_fi": "Toinen"}, button="save")
    data = MultiDict(hers.filled({"name_sv": "Mitt"}, "save"))
    data["base_version"] = base
    response = ella.post(edit_of(measure_id), data=data)
    assert response.status_code == 409
    assert list(choices(response)) == [f"Mitä tekisit? ({FI})", f"Mitä tekisit? ({SV})"]


@pytest.mark.parametrize("answer", ["", "x", "THEIRS", "\0"])
def test_an_answer_that_is_none_keeps_ones_own(ella, refused, answer: str) -> None:
    data = MultiDict(form_of(refused).filled({}, "save"))
    data["take_name_fi"] = answer
    data["take_state"] = data["take_id"] = "theirs"
    assert ella.post(edit_of(1), data=data).status_code == 303
    assert fresh(1).name_fi == "Asukas varaa ajan verkossa"


def test_a_long_text_is_shown_whole(ella) -> None:
    long = "Ostamme uuden järjestelmän ja opetamme sen käytön. " * 60
    measure_id = saved(description_fi=f"{long}Alku.")
    hers = form_of(ella.get(edit_of(measure_id)))
    ella.submit(edit_of(measure_id), {"description_fi": f"{long}Eri."}, button="save")
    response = send(ella, hers, {"description_fi": f"{long}Muu."})
    ((theirs, yours),) = choices(response).values()
    assert (theirs, yours) == (f"{long}Eri.", f"{long}Muu.")
    assert marked(response) == ["Eri.", "Muu."]


def test_markup_in_either_text_is_text(ella) -> None:
    measure_id = saved()
    hers = form_of(ella.get(edit_of(measure_id)))
    theirs, yours = "Yksi <script>alert(1)</script> </p>", "Yksi <img src=x onerror=alert(1)>"
    ella.submit(edit_of(measure_id), {"name_fi": theirs}, button="save")
    response = send(ella, hers, {"name_fi": yours})
    assert choices(response) == {f"Mitä tekisit? ({FI})": [theirs, yours]}


def test_it_is_a_fragment_for_htmx(ella) -> None:
    measure_id = saved()
    hers = form_of(ella.get(edit_of(measure_id)))
    ella.submit(edit_of(measure_id), {"name_fi": "Toinen välilehti"}, button="save")
    response = send(ella, hers, {"name_fi": "Tämä"}, headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert not document_of(response).is_page
    assert [each.tag for each in document_of(response).root.iterfind("*")] == ["form"]


def test_a_text_typed_while_the_state_changed_is_kept_on_the_page(ella) -> None:
    measure_id = saved()
    hers = form_of(ella.get(edit_of(measure_id)))
    ella.forge(f"/proposals/{measure_id}/submit")
    response = send(ella, hers, {"name_fi": "Myöhästynyt"})
    assert response.status_code == 409
    form = form_of(response)
    assert value(form, "name_fi") == "Myöhästynyt"
    assert form.buttons() == []
    assert fresh(measure_id).state is State.SUBMITTED
    assert fresh(measure_id).name_fi == card()["name_fi"]


def test_what_was_not_saved_before_another_saved_is_compared_when_opened(ella, colleague) -> None:
    page = edit_of(saved())
    hers = form_of(ella.get(page))
    keep = hers.element.get("data-autosave", "")
    quiet = {"Accept": "application/json"}
    typed = MultiDict(hers.filled({"name_fi": "Asukas varaa ajan verkossa"}))
    assert ella.post(keep, data=typed, headers=quiet).status_code == 200
    other = {"name_fi": "Asukas varaa ajan puhelimella", "cost_once": "5"}
    # She types on in the same form, and the other's page knows nothing of it.
    colleague_form = MultiDict(hers.filled(other, "save"))
    colleague_form["key"] = "b" * 32
    with colleague.session_transaction() as cookie, ella.session_transaction() as own:
        cookie["csrf_token"] = own["csrf_token"]
    assert colleague.post(page, data=colleague_form).status_code == 303

    opened = ella.get(page)
    assert opened.status_code == 200
    texts = ["Asukas varaa ajan puhelimella", "Asukas varaa ajan verkossa"]
    assert choices(opened) == {f"Mitä tekisit? ({FI})": texts}
    # What is kept of it while the choice is open stays behind, so that it is asked again.
    form = form_of(opened)
    assert ella.post(keep, data=MultiDict(form.filled({})), headers=quiet).status_code == 200
    form = form_of(ella.get(page))
    assert send(ella, form, {"take_name_fi": "theirs"}).status_code == 303
    assert (fresh(1).name_fi, fresh(1).cost_once) == (texts[0], 5)
    assert choices(ella.get(page)) == {}


def test_a_new_form_that_was_saved_and_goes_on_is_kept_as_another(ella) -> None:
    form = form_of(ella.get("/proposals/new"))
    assert send(ella, form, {"name_fi": "Nimi"}).status_code == 303
    ella.submit(edit_of(1), {"name_fi": "Parempi nimi"}, button="save")
    response = send(ella, form, {"name_fi": "Kolmas nimi"})
    assert response.status_code == 409
    again = form_of(response)
    assert value(again, "key") != value(form, "key")
    keep = ella.post(
        again.element.get("data-autosave", ""),
        data=MultiDict(again.filled({"name_fi": "Neljäs nimi"})),
        headers={"Accept": "application/json"},
    )
    assert keep.status_code == 200
    assert send(ella, again, {"name_fi": "Neljäs nimi"}).status_code == 303
    assert fresh(1).name_fi == "Neljäs nimi"
