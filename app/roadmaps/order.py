"""The order of what stands on a roadmap: by theme and code, until the secretary moves something."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.core.errors import Refused
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.measures.models import Entry
from app.programmes.models import Roadmap, Theme
from app.roadmaps import queries
from app.roadmaps.models import Item
from app.roadmaps.workflow import ASSEMBLING

_LAST = 1_000_000
"""What stands for the place of a theme, or the number of a list, where there is none."""

Key = tuple[int, bool, str, int, int]


def check_assembling(roadmap: Roadmap, actor: Actor) -> None:
    """Raise Refused unless `actor` may change what stands on the roadmap now."""
    if not can(actor, Action.MANAGE_ROADMAP):
        raise Refused(_l("Your role does not include this action."))
    if roadmap.phase not in ASSEMBLING:
        raise Refused(_l("The roadmap can be changed only while it is drafted."))


def place_for(roadmap: Roadmap, entry: Entry, theme: Theme | None) -> int:
    """Return the position for what comes onto a roadmap, and make room there.

    It comes after all that stand before it by theme and code, wherever these have been moved.
    """
    own = _key(None, entry, theme)
    place = 1 + max(
        (row.Item.position for row in queries.standing(roadmap) if _key(*row) < own), default=0
    )
    behind = update(Item).where(Item.roadmap_id == roadmap.id, Item.position >= place)
    db.session.execute(behind.values(position=Item.position + 1))
    return place


def move_item(roadmap: Roadmap, item: Item, seen: int, actor: Actor, *, up: bool) -> bool:
    """Let an item change places with the one above or below it.

    Args:
        roadmap: The year's roadmap.
        item: What is moved.
        seen: The position in which the actor saw it. A button that is pressed twice moves once.
        actor: Who moves it.
        up: Whether it goes up.

    Returns:
        Whether it was moved; not where it is elsewhere by now, or first or last already.

    Raises:
        Refused: The actor may not, or the roadmap is not being drafted.
    """
    check_assembling(roadmap, actor)
    order = [row.Item for row in queries.standing(roadmap)]
    if item not in order or item.position != seen:
        return False
    place = order.index(item)
    other = place - 1 if up else place + 1
    if other not in range(len(order)):
        return False
    order[place], order[other] = order[other], order[place]
    _number(order)
    (measure_id,) = queries.measure_ids([item])
    record(
        Tag.ITEMS_ORDERED,
        actor,
        Kind.ROADMAP,
        roadmap.id,
        before={"measure_id": measure_id, "position": place + 1},
        after={"measure_id": measure_id, "position": other + 1},
    )
    return True


def sort_by_code(roadmap: Roadmap, actor: Actor) -> bool:
    """Put what stands on a roadmap in the order of themes and codes; False when it is in it.

    Raises:
        Refused: The actor may not, or the roadmap is not being drafted.
    """
    check_assembling(roadmap, actor)
    rows = queries.standing(roadmap)
    in_order = sorted(rows, key=lambda row: _key(*row))
    if in_order == list(rows):
        return False
    _number([row.Item for row in in_order])
    record(Tag.ITEMS_ORDERED, actor, Kind.ROADMAP, roadmap.id)
    return True


def is_by_code(rows: list[queries.Content]) -> bool:
    """Tell whether what stands on a roadmap is in the order of themes and codes."""
    keys = [_key(row.Item, row.Entry, row.Theme) for row in rows]
    return keys == sorted(keys)


def _key(item: Item | None, entry: Entry, theme: Theme | None) -> Key:
    """Return by what an item is put in order; what has no theme, or no code yet, comes last."""
    number = item.number if item else None
    return (
        theme.position if theme else _LAST,
        not entry.code_order,
        entry.code_order,
        number or _LAST,
        entry.id,
    )


def _number(order: list[Item]) -> None:
    """Give items the positions from 1 in this order."""
    for position, item in enumerate(order, start=1):
        item.position = position
    db.session.flush()
