"""How the form of a proposal is laid out: its languages, its help, what came back, who is in."""

import pytest
from sqlalchemy import select

from app.accounts import operations as accounts
from app.accounts import queries as people
from app.accounts.models import Post
from app.accounts.operations import INSTALLER
from app.audit.models import Values
from app.core.database import writing
from app.extensions import db
from app.measures import operations
from app.measures.models import Measure
from app.measures.queries import post_ids_of
from app.measures.states import State
from tests.client import sign_in_as
from tests.forms import forms_of
from tests.html import classes_of, document_of, elements, first, text_of
from tests.measures.proposals import fresh, saved

NEW = "/proposals/new"


def edit_page(measure_id: int) -> str:
    return f"/proposals/{measure_id}/edit"


def form_of(response):
    return next(f for f in forms_of(response) if f.button("save") is not None).element


def pair(form, name: str):
    for fieldset in form.iter("fieldset"):
        names = [each.get("name") for each in elements(fieldset, "input", "textarea")]
        if f"{name}_fi" in names:
            return fieldset, names
    raise AssertionError(name)


def badges(form, name: str) -> dict[str, str]:
    """Return what is said of the sides of a pair, by the field that it is said of."""
    fieldset, _names = pair(form, name)
    return {
        label.get("for", ""): text_of(each)
        for label in fieldset.iter("label")
        for each in label.iter("span")
        if "badge" in classes_of(each)
    }


@pytest.mark.parametrize(("person", "order"), [("proposer", "fi sv"), ("proposer2", "sv fi")])
def test_the_readers_own_language_comes_first(client, person: str, order: str) -> None:
    form = form_of(sign_in_as(client, person).get(NEW))
    for name in ("problem", "name", "description"):
        fieldset, names = pair(form, name)
        assert names == [f"{name}_{lang}" for lang in order.split()]
        languages = [each.get("lang") for each in elements(fieldset, "input", "textarea")]
        assert languages == order.split()


def test_the_other_language_can_be_written_alone(client) -> None:
    stina = sign_in_as(client, "proposer2")
    assert stina.submit(NEW, {"name_fi": "Suomeksi"}, "save").status_code == 303
    assert db.session.scalars(select(Measure.name_fi)).all() == ["Suomeksi"]


def test_a_side_that_is_missing_or_does_not_follow_says_so(client) -> None:
    ella = sign_in_as(client, "proposer")
    missing = form_of(ella.get(edit_page(saved(problem_sv="", description_sv="Mer"))))
    assert badges(missing, "problem") == {"problem_sv": "puuttuu"}
    assert badges(missing, "description") == {"description_fi": "puuttuu"}
    assert badges(missing, "name") == {}
    stale = form_of(ella.get(edit_page(saved(stale="sv"))))
    assert badges(stale, "name") == {"name_sv": "ei päivitetty suomenkielisen tekstin muututtua"}
    assert badges(stale, "description") == {}
    stale = form_of(ella.get(edit_page(saved(stale="fi"))))
    assert badges(stale, "problem") == {
        "problem_fi": "ei päivitetty ruotsinkielisen tekstin muututtua"
    }
    assert badges(form_of(ella.get(NEW)), "name") == {}


@pytest.mark.parametrize(("person", "word"), [("proposer", "simerki"), ("proposer2", "exempel")])
def test_every_field_has_help_with_an_example(client, person: str, word: str) -> None:
    form = form_of(sign_in_as(client, person).get(NEW))
    hints = {each.get("id"): text_of(each) for each in form.iter("p") if "hint" in classes_of(each)}
    asked = list(form.iter("fieldset"))
    inside = {id(each) for group in asked for each in elements(group, "input", "textarea")}
    asked += [
        each
        for each in elements(form, "input", "select", "textarea")
        if id(each) not in inside and each.get("type") not in {"hidden", "submit"}
    ]
    assert len(asked) > 20
    for each in asked:
        described = (each.get("aria-describedby") or "").split()
        text = " ".join(hints.get(name, "") for name in described)
        assert word in text, (each.get("id") or text_of(each), text)


def test_limits_are_said_and_counted(client) -> None:
    form = form_of(sign_in_as(client, "proposer").get(NEW))
    limited = {
        each.get("name"): each.get("data-limit")
        for each in elements(form, "input", "textarea")
        if each.get("data-limit")
    }
    assert limited["problem_sv"] == "2000"
    assert {"name_fi", "description_fi", "legal_act", "partners", "funding_call"} <= limited.keys()
    # A browser would cut a longer text off without a word.
    assert not [each for each in elements(form, "input", "textarea") if each.get("maxlength")]
    for limit in set(limited.values()):
        assert f"Enintään {limit} merkkiä." in text_of(form)


def test_why_it_came_back_stands_above_each_field_concerned(app, client, actor) -> None:
    measure_id = saved(State.SUBMITTED)
    with writing():
        operations.move(
            fresh(measure_id),
            "return",
            actor("secretary"),
            "Paljonko, ja <i>kenelle</i>?",
            concerned=["problem", "cost_class", "post_ids"],
        )
    ella = sign_in_as(client, "proposer")
    response = ella.get(edit_page(measure_id))
    groups = [each for each in form_of(response).iter("div") if "concerned" in classes_of(each)]
    assert [text_of(first(each, ".//p")) for each in groups] == ["Paljonko, ja <i>kenelle</i>?"] * 3
    inside = [
        {each.get("name") for each in elements(group, "input", "textarea")} for group in groups
    ]
    assert inside == [{"problem_fi", "problem_sv"}, {"cost_class"}, {"post_ids"}]
    for group in groups:
        assert group.get("aria-describedby") == first(group, ".//p").get("id")
    notice = next(
        each
        for each in document_of(response).root.iter("div")
        if {"notice", "warning"} <= classes_of(each)
    )
    links = [each.get("href") for each in notice.iter("a")]
    assert links == ["#problem_fi", "#cost_class", "#post_ids"]
    ella.submit(edit_page(measure_id), button="submit")
    with writing():
        operations.move(fresh(measure_id), "return", actor("secretary"), "Vielä yksi asia")
    again = form_of(ella.get(edit_page(measure_id)))
    assert not [each for each in again.iter("div") if "concerned" in classes_of(each)]


def test_the_writer_is_the_contact_at_first(client, actor) -> None:
    ella = sign_in_as(client, "proposer")
    ella.submit(NEW, {"name_fi": "Uusi"}, "save")
    measure = db.session.scalars(select(Measure)).one()
    assert measure.contact_id == actor("proposer").user_id
    assert ella.submit(edit_page(measure.id), {"contact_id": ""}, "save").status_code == 303
    assert fresh(measure.id).contact_id is None


def offered_contacts(client, page: str) -> list[str]:
    (select_,) = [
        each
        for each in form_of(client.get(page)).iter("select")
        if each.get("name") == "contact_id"
    ]
    return [text_of(each) for each in select_.iter("option")][1:]


def test_the_contact_is_of_the_unit_and_stays_offered(client, actor) -> None:
    with writing():
        library = next(unit for unit in people.units() if unit.key == "library")
        kaija = accounts.add_user("kaija", "Kaija Kuviteltu", "fi", [], INSTALLER, unit=library)
        kaija_id = kaija.id
    ella, measure_id = sign_in_as(client, "proposer"), saved()
    assert offered_contacts(ella, NEW) == ["Ella Esimerkki", "Kaija Kuviteltu"]
    assert ella.submit(edit_page(measure_id), {"contact_id": kaija_id}, "save").status_code == 303
    with writing():
        kaija = people.user(kaija_id)
        kaija.unit_id = None
        accounts.disable(kaija, INSTALLER)
    assert offered_contacts(ella, edit_page(measure_id)) == ["Ella Esimerkki", "Kaija Kuviteltu"]
    assert offered_contacts(ella, NEW) == ["Ella Esimerkki"]
    sent = dict(form_sent(ella, NEW, name_fi="Uusi"))
    for stranger in (actor("proposer2").user_id, kaija_id, 99999):
        response = ella.post(NEW, data={**sent, "contact_id": str(stranger)})
        assert response.status_code == 422


def form_sent(client, page: str, **given: str):
    form = next(f for f in forms_of(client.get(page)) if f.button("save") is not None)
    return form.filled(given, "save")


def post_id(key: str) -> int:
    return db.session.scalars(select(Post.id).where(Post.key == key)).one()


def test_further_posts_are_kept_and_recorded_with_the_rest(client) -> None:
    ella, measure_id = sign_in_as(client, "proposer"), saved()
    first_post, second = post_id("service-director"), post_id("technical-director")
    ella.submit(edit_page(measure_id), {"post_ids": [second, first_post], "cost_once": "5"}, "save")
    assert post_ids_of(measure_id) == [first_post, second]
    assert fresh(measure_id).version == 2
    after = db.session.scalars(select(Values.after).order_by(Values.event_id.desc()).limit(1)).one()
    assert f'"post_ids":[{first_post},{second}]' in after
    assert '"cost_once":5' in after
    history = text_of(document_of(ella.get(f"/measures/{measure_id}/history")).root)
    assert "Muut vastuulliset tehtävät tai virat" in history
    assert "Palvelujohtaja" in history
    ella.submit(edit_page(measure_id), {}, "save")
    assert fresh(measure_id).version == 2
    ella.submit(edit_page(measure_id), {"post_ids": []}, "save")
    assert post_ids_of(measure_id) == []
    assert fresh(measure_id).version == 3


def test_the_lead_post_is_not_among_the_further_ones(client) -> None:
    ella, lead, other = (
        sign_in_as(client, "proposer"),
        post_id("service-director"),
        post_id("technical-director"),
    )
    ella.submit(NEW, {"name_fi": "Uusi", "lead_post_id": lead, "post_ids": [lead, other]}, "save")
    assert post_ids_of(db.session.scalars(select(Measure.id)).one()) == [other]


def test_a_post_that_has_been_retired_stays_where_it_is(client) -> None:
    ella, measure_id, retired = sign_in_as(client, "proposer"), saved(), post_id("service-director")
    ella.submit(edit_page(measure_id), {"post_ids": [retired]}, "save")
    with writing():
        db.session.get_one(Post, retired).retired = True
    assert ella.submit(edit_page(measure_id), {"name_fi": "Uusi"}, "save").status_code == 303
    assert post_ids_of(measure_id) == [retired]
    for value in (str(retired), "99999", "x", "\0", "9" * 5000):
        sent = [*form_sent(ella, NEW, name_fi="Uusi"), ("post_ids", value)]
        body = {name: [v for n, v in sent if n == name] for name, _value in sent}
        assert ella.post(NEW, data=body).status_code == 422


def test_the_secretary_chooses_the_unit(client) -> None:
    saara = sign_in_as(client, "secretary")
    response = saara.submit(NEW, {"name_fi": "Uusi"}, "save")
    assert response.status_code == 422
    assert "unit_id-error" in response.text
