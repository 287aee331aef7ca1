"""What stands on a roadmap: placing, assembling, codes, taking off and putting back."""

import re
from contextlib import AbstractContextManager

from flask_babel import lazy_gettext as _l

from app.audit.operations import record_added, recorded
from app.audit.tags import Kind, Tag
from app.core.errors import Refused, Stale
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.measures import operations as measures
from app.measures.models import Entry, Measure
from app.programmes.models import Programme, Roadmap, Theme
from app.roadmaps import queries
from app.roadmaps.models import Item
from app.roadmaps.states import Membership
from app.roadmaps.workflow import ASSEMBLING


def place(
    roadmap: Roadmap,
    entry: Entry,
    membership: Membership,
    position: int,
    actor: Actor,
    number: int | None = None,
) -> Item:
    """Put an entry on a roadmap.

    Args:
        roadmap: The year's roadmap.
        entry: The measure in the roadmap's programme.
        membership: How it stands there.
        position: Its place in the order, from 1.
        actor: Who puts it there.
        number: Its running number in a list that had no codes.
    """
    item = Item(
        roadmap_id=roadmap.id,
        entry_id=entry.id,
        membership=membership,
        position=position,
        number=number,
    )
    db.session.add(item)
    db.session.flush()
    record_added(Tag.ITEM_PLACED, actor, Kind.MEASURE, item, subject_id=entry.measure_id)
    return item


def correct(
    item: Item, membership: Membership, position: int, actor: Actor, number: int | None
) -> None:
    """Let an item stand on its roadmap as an imported file says; the arguments are `place`'s."""
    with item_recorded(Tag.ITEM_CHANGED, item, actor):
        item.membership = membership
        item.position = position
        item.number = number


def item_recorded(tag: Tag, item: Item, actor: Actor) -> AbstractContextManager[None]:
    """Record, of its measure, what the block changes of an item."""
    measure_id = db.session.get_one(Entry, item.entry_id).measure_id
    return recorded(tag, actor, Kind.MEASURE, item, subject_id=measure_id, naming=("roadmap_id",))


def assemble(roadmap: Roadmap, actor: Actor) -> int:
    """Put the approved measures of the year on its roadmap, and give codes where there are none.

    Measures go by theme. A code is the theme's code and the next number after the highest that the
    programme has used in it; a measure that has a code in the programme keeps it.

    Returns:
        The number of measures that were put on it.

    Raises:
        Refused: The actor may not, or the roadmap is not being drafted.
    """
    _check_assembling(roadmap, actor)
    programme = db.session.get_one(Programme, roadmap.programme_id)
    new = sorted(queries.measures_to_place(roadmap), key=_theme_order)
    for position, measure in enumerate(new, start=queries.last_position(roadmap) + 1):
        entry = queries.entry_of(measure, programme.id) or _enter(measure, programme, actor)
        place(roadmap, entry, Membership.PROPOSED, position, actor)
    for item, entry, measure, _theme in queries.contents(roadmap):
        theme = measure.theme
        if item.membership is Membership.REMOVED or entry.code or theme is None:
            continue
        if theme.programme_id == programme.id:
            measures.place_under(entry, theme, next_code(theme), measure, actor)
    return len(new)


def _enter(measure: Measure, programme: Programme, actor: Actor) -> Entry:
    """Put a measure into a programme, under its theme and with the next code if that is of it."""
    theme = measure.theme
    if theme is None or theme.programme_id != programme.id:
        return measures.enter(measure, programme, actor)
    return measures.enter(measure, programme, actor, theme, next_code(theme))


def _theme_order(measure: Measure) -> tuple[int, int]:
    return (measure.theme.position if measure.theme else 0, measure.id)


def next_code(theme: Theme) -> str:
    """Return the next code of a theme: the number after the highest ever used in its programme."""
    code = re.compile(rf"{re.escape(theme.code)}(\d+)")
    used = [int(match[1]) for text in queries.codes_of(theme) if (match := code.fullmatch(text))]
    return f"{theme.code}{max(used, default=0) + 1}"


def remove_item(roadmap: Roadmap, item: Item, actor: Actor) -> None:
    """Take a proposed measure off the roadmap; its code stays its own.

    Raises:
        Refused: The actor may not, the roadmap is not being drafted, or the measure is approved.
    """
    _check_assembling(roadmap, actor)
    if item.membership is not Membership.PROPOSED:
        raise Stale
    with item_recorded(Tag.ITEM_REMOVED, item, actor):
        item.membership = Membership.REMOVED


def put_back_item(roadmap: Roadmap, item: Item, actor: Actor) -> None:
    """Put a removed measure back on the roadmap.

    Raises:
        Refused: The actor may not, the roadmap is not being drafted, or the measure stands on it.
    """
    _check_assembling(roadmap, actor)
    if item.membership is not Membership.REMOVED:
        raise Stale
    with item_recorded(Tag.ITEM_PLACED, item, actor):
        item.membership = Membership.PROPOSED


def _check_assembling(roadmap: Roadmap, actor: Actor) -> None:
    if not can(actor, Action.MANAGE_ROADMAP):
        raise Refused(_l("Your role does not include this action."))
    if roadmap.phase not in ASSEMBLING:
        raise Refused(_l("The roadmap can be changed only while it is drafted."))
