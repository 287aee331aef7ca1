"""What the city board changes is written down one by one, and carried out with its decision."""

import json

import pytest

from app.core.errors import Refused
from app.extensions import db
from app.measures.models import Entry
from app.measures.states import Publicity, Size
from app.programmes.models import Programme
from app.programmes.states import Phase
from app.roadmaps import board_queries, changes
from app.roadmaps.board_section import summary
from app.roadmaps.states import BoardOutcome, ChangeKind, Membership
from tests.client import HTMX
from tests.measures.proposals import fresh
from tests.roadmaps.drafts import (
    approved,
    assemble,
    before_board,
    board_decides,
    edit,
    item_of,
    move,
    proposal,
    snapshots,
    take_off,
    the_roadmap,
    write_down,
)
from tests.scoring.rounds import YEAR

PAGE = f"/roadmaps/{YEAR}"
CHANGES = f"{PAGE}/board-changes"


@pytest.fixture
def ids(app, actor) -> list[int]:
    """Return the measures of a roadmap that waits for the city board."""
    return before_board(actor("secretary"), actor("chair"), count=3)


def written() -> list[tuple[ChangeKind, str]]:
    return [(each.kind, each.field) for each in board_queries.changes_of(proposal())]


def approve_with_changes(actor) -> dict[str, object]:
    """Record the approval, and return what was kept, by the id of the measure."""
    board_decides(actor("board-secretary"), BoardOutcome.APPROVED_WITH_CHANGES)
    return {item["measure"]: item for item in json.loads(snapshots()[-1].content)["items"]}


def test_what_is_taken_off_is_not_approved(actor, ids) -> None:
    # The button may be pressed twice.
    for _press in range(2):
        take_off(ids[0], actor("board-secretary"))
    assert len(board_queries.changes_of(proposal())) == 1
    kept = approve_with_changes(actor)
    assert list(kept) == ids[1:]
    assert [item_of(each).membership for each in ids] == [
        Membership.REMOVED,
        Membership.APPROVED,
        Membership.APPROVED,
    ]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name_fi": "Uusi nimi", "name_sv": "Nytt namn"}),
        ("description", {"description_fi": "Näin", "description_sv": "Så här"}),
        ("cost", {"cost_class": Size.L, "cost_once": 90000, "cost_yearly": None}),
        ("years", {"first_year": 2026, "last_year": 2028}),
    ],
)
def test_what_is_changed_is_in_the_records_and_in_the_approval(actor, ids, field, values) -> None:
    write_down(ids[0], field, actor("board-secretary"), **values)
    kept = approve_with_changes(actor)
    for name, value in values.items():
        assert getattr(fresh(ids[0]), name) == value
        assert kept[ids[0]][name] == value
    assert kept[ids[1]]["name_fi"] == fresh(ids[1]).name_fi


def test_another_theme_gives_another_code(actor, ids) -> None:
    theme = next(each for each in board_queries.themes(_programme()) if each.code == "B")
    write_down(ids[0], "theme", actor("board-secretary"), theme_id=theme.id)
    kept = approve_with_changes(actor)
    assert (kept[ids[0]]["code"], kept[ids[0]]["theme"]["code"]) == ("B1", "B")
    entry = db.session.query(Entry).filter_by(measure_id=ids[0]).one()
    assert (entry.code, entry.theme_id, fresh(ids[0]).theme_id) == ("B1", theme.id, theme.id)
    # Its place is after the measures of the earlier theme, on the roadmap and in what was kept.
    assert list(kept) == [*ids[1:], ids[0]]
    places = [item_of(each).position for each in kept]
    assert places == sorted(places) == [each["position"] for each in kept.values()]


def _programme() -> Programme:
    return db.session.get_one(Programme, the_roadmap().programme_id)


def test_another_post_is_responsible(actor, ids) -> None:
    post = board_queries.posts()[0]
    write_down(ids[0], "lead_post", actor("board-secretary"), lead_post_id=post.id)
    assert approve_with_changes(actor)[ids[0]]["lead_post"]["key"] == post.key
    assert fresh(ids[0]).lead_post_id == post.id


def test_a_later_change_of_a_field_takes_the_place_of_the_earlier(actor, ids) -> None:
    for name in ("Yksi", "Kaksi"):
        write_down(ids[0], "name", actor("board-secretary"), name_fi=name, name_sv=name)
    assert written() == [(ChangeKind.EDITED, "name")]
    assert approve_with_changes(actor)[ids[0]]["name_fi"] == "Kaksi"


def test_what_was_edited_meanwhile_stays_unless_the_board_changed_it(actor, ids) -> None:
    edit(ids[0], name_fi="Muokattu", cost_once=5)
    write_down(ids[0], "name", actor("board-secretary"), name_fi="Hallitus", name_sv="Styrelsen")
    kept = approve_with_changes(actor)
    assert (kept[ids[0]]["name_fi"], kept[ids[0]]["cost_once"]) == ("Hallitus", None)
    assert (fresh(ids[0]).name_fi, fresh(ids[0]).cost_once) == ("Hallitus", 5)


@pytest.mark.parametrize("person", ["secretary", "chair", "viewer", "administrator"])
def test_only_the_board_secretary_writes_them_down(actor, ids, person: str) -> None:
    with pytest.raises(Refused):
        take_off(ids[0], actor(person))
    with pytest.raises(Refused):
        write_down(ids[0], "name", actor(person), name_fi="A", name_sv="B")
    assert written() == []


def test_what_cannot_be_changed_is_refused(actor, ids) -> None:
    secretary = actor("board-secretary")
    same = {"name_fi": fresh(ids[0]).name_fi, "name_sv": fresh(ids[0]).name_sv}
    for field, values in (
        ("state", {"state": "draft"}),
        ("name", {"name_fi": "A"}),
        ("name", {"state": "draft"}),
        ("name", same),
    ):
        with pytest.raises(Refused):
            write_down(ids[0], field, secretary, **values)
    with pytest.raises(Refused):
        write_down(99, "name", secretary, name_fi="A", name_sv="B")
    take_off(ids[0], secretary)
    with pytest.raises(Refused):
        write_down(ids[0], "name", secretary, name_fi="A", name_sv="B")
    write_down(ids[1], "name", secretary, name_fi="A", name_sv="B")
    with pytest.raises(Refused):
        take_off(ids[1], secretary)


@pytest.mark.parametrize("outcome", [BoardOutcome.APPROVED, BoardOutcome.APPROVED_WITH_CHANGES])
def test_the_outcome_fits_the_changes(actor, ids, outcome) -> None:
    if outcome is BoardOutcome.APPROVED:
        take_off(ids[0], actor("board-secretary"))
    with pytest.raises(Refused):
        board_decides(actor("board-secretary"), outcome)
    assert the_roadmap().phase is Phase.BEFORE_BOARD


def test_changes_of_an_earlier_proposal_do_not_count(actor, ids) -> None:
    take_off(ids[0], actor("board-secretary"))
    earlier = proposal()
    move("withdraw_from_board", actor("chair"), "Yksi puuttui")
    approved()
    assemble(actor("secretary"))
    move("propose_to_board", actor("chair"))
    assert written() == []
    with pytest.raises(Refused):
        changes.take_off(the_roadmap(), earlier, ("measure", ids[1]), actor("board-secretary"))
    board_decides(actor("board-secretary"))
    assert item_of(ids[0]).membership is Membership.APPROVED


def test_the_summary_is_in_both_languages_and_keeps_secrets(app, actor, ids) -> None:
    take_off(ids[0], actor("board-secretary"))
    write_down(
        ids[1], "cost", actor("board-secretary"), cost_class=Size.L, cost_once=9, cost_yearly=None
    )
    with app.test_request_context():
        said = summary(proposal())
    assert "A1 Asukas varaa ajan itse: " in said
    assert "A1 Invånaren bokar tid själv: " in said
    assert "→ 9 €" in said.replace("\xa0", " ")


def test_a_person_writes_a_change_down_and_records_it(client, sign_in, ids) -> None:
    sign_in(client, "board-secretary")
    page = client.get(f"{CHANGES}?part=measure-{ids[0]}&field=name")
    assert "Asukas varaa ajan itse" in page.text
    response = client.submit(
        f"{CHANGES}?part=measure-{ids[0]}&field=name",
        {"name_fi": "Hallituksen nimi", "name_sv": "Styrelsens namn"},
        action=CHANGES,
    )
    assert (response.status_code, response.location) == (303, CHANGES)
    assert "Hallituksen nimi" in client.get(CHANGES).text
    page = client.get(PAGE).text
    assert "Hallituksen nimi" in page
    assert "Styrelsens namn" in page
    data = {"decided_on": "2026-01-02", "section": "12", "outcome": "approved_with_changes"}
    assert client.submit(PAGE, data, action=f"{PAGE}/board").status_code == 303
    (decision,) = board_queries.decisions(the_roadmap())
    assert "Styrelsens namn" in decision.reason
    assert fresh(ids[0]).name_fi == "Hallituksen nimi"


def test_a_change_is_removed_however_often_it_is_pressed(client, sign_in, actor, ids) -> None:
    take_off(ids[0], actor("board-secretary"))
    sign_in(client, "board-secretary")
    (change,) = board_queries.changes_of(proposal())
    address = f"{CHANGES}/{change.id}/remove"
    assert [client.forge(address, {}).status_code for _time in range(2)] == [303, 303]
    assert written() == []


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("field", "given", "wrong"),
    [
        ("name", {"name_fi": "", "name_sv": "Namn"}, "name_fi"),
        ("cost", {"cost_class": "X"}, "cost_class"),
        ("cost", {"cost_class": "M", "cost_once": "paljon"}, "cost_once"),
        ("years", {"first_year": "2030", "last_year": "2027"}, "last_year"),
        ("theme", {"theme_id": "999"}, "theme_id"),
        ("theme", {"theme_id": "x"}, "theme_id"),
        ("lead_post", {"lead_post_id": ""}, "lead_post_id"),
    ],
)
def test_what_is_wrong_is_told(client, sign_in, ids, headers, field, given, wrong) -> None:
    sign_in(client, "board-secretary")
    data = {"part": f"measure-{ids[0]}", "field": field, "proposal": "1", **given}
    response = client.forge(CHANGES, data, headers=headers)
    assert response.status_code == 422
    assert f'id="{wrong}-error"' in response.text
    assert written() == []


@pytest.mark.parametrize(
    ("part", "field"),
    [("measure-99", "name"), ("theme-1", "name"), ("x", "name"), ("measure-1", "state"), ("", "")],
)
def test_nonsense_is_answered_kindly(client, sign_in, ids, part: str, field: str) -> None:
    sign_in(client, "board-secretary")
    assert client.get(f"{CHANGES}?part={part}&field={field}").status_code == 200
    assert client.forge(CHANGES, {"part": part, "field": field}).status_code == 400


def test_queries_do_not_grow_with_the_changes(client, sign_in, actor, ids, query_counter) -> None:
    sign_in(client, "board-secretary")
    counts = []
    for measure_id in ids:
        write_down(measure_id, "name", actor("board-secretary"), name_fi="Uusi", name_sv="Ny")
        with query_counter() as statements:
            client.get(CHANGES)
        counts.append(len(statements))
    assert counts == [counts[0]] * 3


def test_what_was_proposed_anew_meanwhile_is_told(client, sign_in, actor, ids) -> None:
    sign_in(client, "board-secretary")
    move("withdraw_from_board", actor("chair"), "Yksi puuttui")
    move("propose_to_board", actor("chair"))
    data = {"part": f"measure-{ids[0]}", "field": "off", "proposal": "1"}
    assert client.forge(CHANGES, data).status_code == 409
    assert written() == []


def test_what_one_may_not_read_is_not_shown(client, sign_in, actor, app) -> None:
    (measure_id,) = before_board(
        actor("secretary"), actor("chair"), publicity=Publicity.SECRET, secrecy_basis="JulkL 24 §"
    )
    sign_in(client, "board-secretary")
    assert "Asukas varaa" not in client.get(CHANGES).text
    data = {"part": f"measure-{measure_id}", "field": "off", "proposal": "1"}
    assert client.forge(CHANGES, data).status_code == 400
