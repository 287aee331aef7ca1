"""Units and posts: adding, renaming, moving, retiring, and who holds a post."""

import pytest
from sqlalchemy import select

from app.accounts import operations as accounts
from app.accounts import queries as people
from app.accounts.models import Post, Unit, User
from app.accounts.operations import INSTALLER
from app.audit.models import Event
from app.audit.tags import Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.extensions import db
from app.measures.queries import options_for
from app.organisation import operations
from tests.client import HTMX
from tests.html import document_of, elements, text_of


def unit(key: str) -> Unit:
    return db.session.scalars(select(Unit).where(Unit.key == key)).one()


def post(key: str) -> Post:
    return db.session.scalars(select(Post).where(Post.key == key)).one()


def user(key: str) -> User:
    return db.session.scalars(select(User).where(User.key == key)).one()


def move(key: str, parent: str | None, version: int | None = None) -> None:
    with writing():
        moved = unit(key)
        operations.edit_unit(
            moved,
            moved.version if version is None else version,
            INSTALLER,
            name_fi=moved.name_fi,
            name_sv=moved.name_sv,
            parent_id=unit(parent).id if parent else None,
        )


def retire(key: str) -> None:
    with writing():
        operations.retire_unit(unit(key), INSTALLER)


def count(tag: Tag) -> int:
    return len(db.session.scalars(select(Event).where(Event.tag == tag)).all())


@pytest.fixture
def admin(client, sign_in):
    return sign_in(client, "administrator")


def empty_streets() -> None:
    with writing():
        user("proposer2").unit_id = user("member2").unit_id = None
        operations.retire_post(post("technical-director"), INSTALLER)


def test_a_unit_moves_and_takes_what_is_below_it_along(app, actor) -> None:
    move("services", "streets")
    assert [each.key for each in people.units()] == [
        "development",
        "streets",
        "services",
        "library",
    ]
    assert actor("proposer2").unit_ids == {
        unit(key).id for key in ("streets", "services", "library")
    }
    move("services", None)
    assert actor("proposer2").unit_ids == {unit("streets").id}
    assert count(Tag.UNIT_EDITED) == 2


@pytest.mark.parametrize(("key", "parent"), [("services", "services"), ("services", "library")])
def test_a_unit_is_never_below_itself(app, key: str, parent: str) -> None:
    with pytest.raises(Refused):
        move(key, parent)
    assert unit(key).parent_id is None


def test_two_moves_after_each_other_close_no_circle(app) -> None:
    move("services", "streets")
    with pytest.raises(Refused):
        move("streets", "library")


def test_a_stale_save_is_refused(app) -> None:
    version = unit("library").version
    move("library", "streets", version)
    with pytest.raises(Stale):
        move("library", "services", version)


def test_what_is_made_of_a_name_is_a_key_that_nobody_has(app) -> None:
    with writing():
        keys = [
            operations.add_unit(key, name, "Namn", INSTALLER).key
            for key, name in (
                ("", "Äänekosken Öljy & Åbo"),
                ("", "Äänekosken öljy, Åbo"),
                ("own", "Nimi"),
                ("", "???"),
            )
        ]
    assert keys == ["aanekosken-oljy-abo", "aanekosken-oljy-abo-2", "own", "x"]
    for key in ("own", "Ö", "a b", "x" * 65):
        with pytest.raises(Refused), writing():
            operations.add_unit(key, "Nimi", "Namn", INSTALLER)


@pytest.mark.parametrize("key", ["services", "development", "streets"])
def test_a_unit_with_people_posts_or_units_is_not_retired(app, key: str) -> None:
    with pytest.raises(Refused) as refused:
        retire(key)
    assert len(refused.value.reasons) == {"services": 3, "development": 1, "streets": 2}[key]
    assert not unit(key).retired


def test_a_retired_unit_gets_nothing_new(app, actor) -> None:
    empty_streets()
    retire("streets")
    retire("streets")
    assert count(Tag.UNIT_EDITED) == 1
    streets = unit("streets")

    def add_user() -> None:
        accounts.add_user("new", "Uusi", "fi", [], INSTALLER, unit=streets)

    for thing in (
        lambda: operations.add_unit("below", "Alla", "Under", INSTALLER, parent_key="streets"),
        lambda: operations.add_post("there", "Johtaja", "Chef", streets, INSTALLER),
        lambda: operations.bring_back_post(post("technical-director"), INSTALLER),
        lambda: move("library", "streets"),
        add_user,
    ):
        with pytest.raises(Refused):
            thing()
        db.session.rollback()
    offered = options_for(actor("secretary"), clock.today()).units
    assert "streets" not in {each.key for each in offered}
    with writing():
        operations.bring_back_unit(unit("streets"), INSTALLER)
    assert not unit("streets").retired


def test_a_unit_is_not_brought_back_below_a_retired_one(app) -> None:
    with writing():
        for person in db.session.scalars(select(User)):
            person.unit_id = None
        operations.retire_post(post("service-director"), INSTALLER)
        operations.retire_unit(unit("library"), INSTALLER)
        operations.retire_unit(unit("services"), INSTALLER)
    with pytest.raises(Refused), writing():
        operations.bring_back_unit(unit("library"), INSTALLER)


def test_only_administrators_change_units_and_posts(app, actor) -> None:
    for key in ("secretary", "chair", "proposer"):
        who = actor(key)
        for thing in (
            lambda who=who: operations.add_unit("n", "N", "N", who),
            lambda who=who: operations.retire_unit(unit("streets"), who),
            lambda who=who: operations.bring_back_unit(unit("streets"), who),
            lambda who=who: operations.retire_post(post("service-director"), who),
            lambda who=who: operations.add_post("n", "N", "N", unit("streets"), who),
        ):
            with pytest.raises(Refused):
                thing()


def edit_post(holder: str | None, deputy: str | None) -> None:
    with writing():
        edited = post("service-director")
        operations.edit_post(
            edited,
            edited.version,
            INSTALLER,
            title_fi="Johtaja",
            title_sv="Chef",
            unit=unit("streets"),
            holder=user(holder) if holder else None,
            deputy=user(deputy) if deputy else None,
        )


def test_a_post_has_a_holder_and_a_deputy_who_are_two_people(app) -> None:
    edit_post("member", "member2")
    assert post("service-director").holder_id == user("member").id
    assert post("service-director").unit_id == unit("streets").id
    edit_post(None, None)
    assert post("service-director").deputy_id is None
    assert count(Tag.POST_EDITED) == 2
    with pytest.raises(Refused):
        edit_post("member", "member")


def test_somebody_who_is_disabled_keeps_a_post_and_gets_none(app) -> None:
    edit_post("member", None)
    with writing():
        accounts.disable(user("member"), INSTALLER)
        accounts.disable(user("member2"), INSTALLER)
    edit_post("member", "member3")
    with pytest.raises(Refused):
        edit_post("member2", "member3")


def rows(response) -> list[str]:
    document = document_of(response).root
    return [text_of(each) for each in elements(document, "th") if each.get("scope") == "row"]


def test_a_unit_is_added_renamed_moved_and_retired_on_the_pages(admin) -> None:
    names = {"name_fi": "Arkisto", "name_sv": "Arkivet"}
    response = admin.submit("/units", {**names, "parent_id": str(unit("services").id)})
    assert response.status_code == 303
    made = unit("arkisto")
    page = f"/units/{made.id}"
    admin.submit(page, {"name_fi": "Asiakirjat", "parent_id": ""}, action=page)
    assert (unit("arkisto").name_fi, unit("arkisto").parent_id) == ("Asiakirjat", None)
    assert "Asiakirjat" in rows(admin.get("/units"))
    admin.submit(page, action=f"{page}/retire")
    assert unit("arkisto").retired
    assert "Asiakirjat poistettu käytöstä" in rows(admin.get("/units"))
    offered = admin.get("/people/new").text
    assert "Asiakirjat" not in offered
    admin.submit(page, action=f"{page}/bring-back")
    assert not unit("arkisto").retired


def test_why_a_unit_is_not_retired_is_said_on_its_page(admin) -> None:
    page = f"/units/{unit('streets').id}"
    response = admin.submit(page, action=f"{page}/retire")
    assert response.status_code == 409
    assert "Yksikössä on henkilöitä" in response.text
    assert "Yksikössä on tehtäviä" in response.text


def test_a_parent_below_the_unit_is_neither_offered_nor_taken(admin) -> None:
    page = f"/units/{unit('services').id}"
    document = document_of(admin.get(page)).root
    [field] = [each for each in elements(document, "select") if each.get("name") == "parent_id"]
    offered = {each.get("value") for each in field.iter("option")}
    assert offered == {"", str(unit("development").id), str(unit("streets").id)}
    forged = {"name_fi": "A", "name_sv": "B", "parent_id": str(unit("library").id), "version": "1"}
    assert admin.forge(page, forged).status_code == 422
    assert unit("services").name_fi == "Palvelut"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_stale_page_shows_both_texts(admin, headers) -> None:
    page = f"/units/{unit('library').id}"
    admin.submit(page, {"name_fi": "Ensimmäinen"}, action=page)
    stale = {"name_fi": "Toinen", "name_sv": "Biblioteket", "parent_id": "", "version": "1"}
    response = admin.forge(page, stale, headers=headers)
    assert response.status_code == 409
    assert "Ensimmäinen" in response.text
    assert "Toinen" in response.text
    assert unit("library").name_fi == "Ensimmäinen"


def test_what_is_wrong_with_a_unit_is_said(admin) -> None:
    response = admin.submit("/units", {"name_fi": "", "name_sv": "x" * 201, "key": "Ö"})
    assert response.status_code == 422
    for said in ("Anna nimi suomeksi.", "enintään 200", "Tunnuksessa voi olla"):
        assert said in response.text


def test_adding_twice_with_one_form_adds_once(admin) -> None:
    data = {"name_fi": "Arkisto", "name_sv": "Arkivet", "parent_id": "", "repeat": "k"}
    for _press in range(2):
        assert admin.forge("/units", data).status_code == 303
    assert [each.key for each in people.units()].count("arkisto") == 1
    assert "arkisto-2" not in {each.key for each in people.units()}


def test_a_post_is_added_given_to_somebody_and_retired_on_the_pages(admin) -> None:
    data = {"title_fi": "Arkistonjohtaja", "title_sv": "Arkivchef"}
    assert admin.submit("/posts", data).status_code == 422
    data["unit_id"] = str(unit("library").id)
    assert admin.submit("/posts", data).status_code == 303
    page = f"/posts/{post('arkistonjohtaja').id}"
    both = {"holder_id": str(user("member").id), "deputy_id": str(user("member").id)}
    response = admin.submit(page, both, action=page)
    assert response.status_code == 422
    assert "Kukaan ei ole itsensä sijainen" in response.text
    admin.submit(page, {"holder_id": both["holder_id"]}, action=page)
    assert "Matti Malli" in admin.get("/posts").text
    admin.submit(page, action=f"{page}/retire")
    assert post("arkistonjohtaja").retired
    admin.submit(page, action=f"{page}/bring-back")
    assert not post("arkistonjohtaja").retired


def test_a_stale_post_shows_both_holders(admin) -> None:
    page = f"/posts/{post('service-director').id}"
    admin.submit(page, {"holder_id": str(user("member").id)}, action=page)
    stale = {
        "title_fi": "Palvelujohtaja",
        "title_sv": "Servicedirektör",
        "unit_id": str(unit("services").id),
        "holder_id": str(user("member3").id),
        "version": "1",
    }
    response = admin.forge(page, stale)
    assert response.status_code == 409
    assert "Matti Malli" in response.text
    assert "Mikko Malli" in response.text
