"""The changes with which the city board approves: written down one by one, applied together."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.accounts.models import Post
from app.audit.operations import given, record, recorded
from app.audit.tags import Kind, Tag
from app.core.errors import Refused
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.measures import operations as measures
from app.measures.models import Entry, Measure
from app.programmes.models import Roadmap, Theme
from app.programmes.states import Phase
from app.roadmaps import board_queries, queries, snapshot
from app.roadmaps.assembling import give_code, item_recorded
from app.roadmaps.diff import Key, Part, parts_of
from app.roadmaps.models import BoardChange, BoardProposal, Item
from app.roadmaps.states import ChangeKind, Membership
from app.roadmaps.subject import Subject, kind_of

NAME = ("name_fi", "name_sv")

COLUMNS: Mapping[str, Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "measure": MappingProxyType(
            {
                "name": NAME,
                "description": ("description_fi", "description_sv"),
                "cost": ("cost_class", "cost_once", "cost_yearly"),
                "years": ("first_year", "last_year"),
                "lead_post": ("lead_post_id",),
                "theme": ("theme_id",),
            }
        ),
        "theme": MappingProxyType({"name": NAME}),
        "programme": MappingProxyType({"name": NAME, "years": ("first_year", "last_year")}),
    }
)
"""What the board may change of each part of a text, and the columns that this sets."""

FIELDS: Mapping[str, LazyString] = MappingProxyType(
    {
        "name": _l("Name"),
        "description": _l("Description"),
        "cost": _l("Cost"),
        "years": _l("Years"),
        "lead_post": _l("Responsible post"),
        "theme": _l("Theme"),
    }
)
"""What the fields are called."""


def take_off(subject: Subject, proposal: BoardProposal, key: Key, actor: Actor) -> BoardChange:
    """Write down that the board takes a measure off; once, however often the button is pressed.

    Raises:
        Refused: The actor may not, the proposal is not before the board, or the measure is not on
            it or is changed in another way.
    """
    _check(subject, proposal, actor)
    item = _item(proposal, key)
    for change in board_queries.changes_of(proposal):
        if change.item_id == item.id:
            if change.kind is ChangeKind.REMOVED:
                return change
            raise Refused(_l("Remove the other changes of this measure first."))
    return _write(subject, proposal, ChangeKind.REMOVED, {"item_id": item.id}, actor)


def write_down(
    subject: Subject,
    proposal: BoardProposal,
    key: Key,
    field: str,
    values: Mapping[str, Any],
    actor: Actor,
) -> BoardChange:
    """Write down what the board lets a field say; an earlier change of the field is replaced.

    Args:
        subject: The roadmap or the programme.
        proposal: What is before the board.
        key: The measure or the theme, or the programme itself.
        field: A field of `COLUMNS`.
        values: Its columns and what they say then.
        actor: Who writes it down.

    Raises:
        Refused: The actor may not, the proposal is not before the board, the part is not on it, is
            taken off, or says the same already.
    """
    _check(subject, proposal, actor)
    if set(values) != set(COLUMNS[key[0]].get(field, ())):
        raise Refused(_l("This cannot be changed."))
    content = snapshot.parsed(proposal)
    part = parts_of(content).get(key)
    if part is None:
        raise Refused(_l("This is not in what was proposed."))
    if all(part[name] == value for name, value in shown(values).items()):
        raise Refused(_l("This is what was proposed."))
    about: dict[str, Any] = {}
    if key[0] == "measure":
        about = {"item_id": _item(proposal, key).id}
    elif key[0] == "theme":
        about = {"theme_id": key[1]}
    for other in board_queries.changes_of(proposal):
        if (other.item_id, other.theme_id) == (about.get("item_id"), about.get("theme_id")):
            if other.kind is ChangeKind.REMOVED:
                raise Refused(_l("The measure is taken off; remove that change first."))
            if other.field == field:
                strike_out(subject, proposal, other, actor)
    return _write(subject, proposal, ChangeKind.EDITED, about, actor, field, values)


def strike_out(
    subject: Subject, proposal: BoardProposal, change: BoardChange, actor: Actor
) -> None:
    """Remove a change that was written down.

    Raises:
        Refused: The actor may not, or the proposal is not before the board.
    """
    _check(subject, proposal, actor)
    before = _values_of(change)
    db.session.delete(change)
    db.session.flush()
    record(Tag.BOARD_CHANGE_REMOVED, actor, kind_of(subject), subject.id, before=before)


def apply(subject: Subject, proposal: BoardProposal, actor: Actor) -> str:
    """Let the records say what the board changed, and return the text that it approved."""
    content, changes = snapshot.parsed(proposal), board_queries.changes_of(proposal)
    for change in changes:
        if change.item_id is not None:
            _apply_to_item(content, change, actor)
        else:
            _apply_to_programme(subject, content, change, actor)
    if isinstance(subject, Roadmap) and any(change.field == "theme" for change in changes):
        # A measure of another theme has another code, and its place is among the like.
        places = {row.Measure.id: row.Item.position for row in queries.contents(subject)}
        for part in content["items"]:
            part["position"] = places[part["measure"]]
        content["items"].sort(key=lambda part: part["position"])
    return snapshot.canonical(content)


def keyed(rows: Sequence[BoardChange]) -> list[tuple[BoardChange, Key]]:
    """Return changes, each with the part of the text that it is of."""
    measure_of = board_queries.measures_of({each.item_id for each in rows if each.item_id})
    found: list[tuple[BoardChange, Key]] = []
    for each in rows:
        if each.item_id is not None:
            found.append((each, ("measure", measure_of[each.item_id])))
        elif each.theme_id is not None:
            found.append((each, ("theme", each.theme_id)))
        else:
            found.append((each, ("programme", 0)))
    return found


def shown(values: Mapping[str, Any]) -> Part:
    """Return columns as the text of a proposal has them, with the names of what they refer to."""
    found = dict(values)
    if "lead_post_id" in found:
        post = db.session.get(Post, found.pop("lead_post_id") or 0)
        found["lead_post"] = post and snapshot.post_named(post)
    if "theme_id" in found:
        theme = db.session.get(Theme, found.pop("theme_id"))
        found["theme"] = theme and snapshot.theme_named(theme)
    return found


def _check(subject: Subject, proposal: BoardProposal, actor: Actor) -> None:
    if not can(actor, Action.DECIDE_FOR_BOARD):
        raise Refused(_l("Your role does not include this action."))
    newest = board_queries.newest(BoardProposal, subject)
    if subject.phase is not Phase.BEFORE_BOARD or newest is None or newest.id != proposal.id:
        raise Refused(_l("This proposal is no longer before the city board."))


def _item(proposal: BoardProposal, key: Key) -> Item:
    """Return the item of a measure on the proposed roadmap; Refused when it is not on it."""
    item = None
    if key in parts_of(snapshot.parsed(proposal)):
        item = board_queries.item_of(proposal.roadmap_id, key[1])
    if item is None:
        raise Refused(_l("This is not in what was proposed."))
    return item


def _write(
    subject: Subject,
    proposal: BoardProposal,
    kind: ChangeKind,
    about: Mapping[str, int],
    actor: Actor,
    field: str = "",
    values: Mapping[str, Any] | None = None,
) -> BoardChange:
    value = snapshot.canonical(values) if values else ""
    change = BoardChange(proposal_id=proposal.id, kind=kind, field=field, value=value, **about)
    db.session.add(change)
    db.session.flush()
    after = _values_of(change)
    record(Tag.BOARD_CHANGE_ADDED, actor, kind_of(subject), subject.id, after=after)
    return change


def _values_of(change: BoardChange) -> dict[str, Any]:
    """Return what the record says of a change: the columns that it sets, not their JSON."""
    ((_change, (kind, number)),) = keyed([change])
    about = {f"{kind}_id": number} if number else {}
    values = json.loads(change.value) if change.value else {}
    return given({**about, "kind": change.kind, **values})


def _apply_to_item(content: dict[str, Any], change: BoardChange, actor: Actor) -> None:
    item = db.session.get_one(Item, change.item_id)
    entry = db.session.get_one(Entry, item.entry_id)
    if change.kind is ChangeKind.REMOVED:
        with item_recorded(Tag.ITEM_REMOVED, item, actor):
            item.membership = Membership.REMOVED
        content["items"] = [
            each for each in content["items"] if each["measure"] != entry.measure_id
        ]
        return
    measure = db.session.get_one(Measure, entry.measure_id)
    part = next(each for each in content["items"] if each["measure"] == measure.id)
    values = json.loads(change.value)
    follows = {"stale": None} if change.field in {"name", "description"} else {}
    measures.change(measure, actor, **values, **follows)
    part |= shown(values)
    if change.field == "theme":
        roadmap = db.session.get_one(Roadmap, item.roadmap_id)
        give_code(roadmap, item, db.session.get_one(Theme, values["theme_id"]), actor)
        part["code"] = entry.code


def _apply_to_programme(
    subject: Subject, content: dict[str, Any], change: BoardChange, actor: Actor
) -> None:
    """Change a theme or, where the change names none, the programme itself."""
    values = json.loads(change.value)
    theme = db.session.get(Theme, change.theme_id or 0)
    row, part = (
        (subject, content["programme"])
        if theme is None
        else (theme, next(each for each in content["themes"] if each["theme"] == theme.id))
    )
    tag = Tag.PROGRAMME_EDITED if theme is None else Tag.THEME_EDITED
    with recorded(tag, actor, Kind.PROGRAMME, row, subject_id=subject.id):
        for name, value in values.items():
            setattr(row, name, value)
    part |= values
