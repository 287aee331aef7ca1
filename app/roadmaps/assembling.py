"""What stands on a roadmap: placing, assembling, codes, taking off and putting back."""

from contextlib import AbstractContextManager

from flask_babel import lazy_gettext as _l

from app.audit.operations import record_added, recorded
from app.audit.tags import Kind, Tag
from app.core.errors import Refused
from app.core.policy import Actor
from app.extensions import db
from app.measures import operations as measures
from app.measures.models import Entry, Measure
from app.programmes.models import Programme, Roadmap, Theme
from app.roadmaps import queries
from app.roadmaps.codes import may_be_coded, next_code
from app.roadmaps.models import Item
from app.roadmaps.order import check_assembling, place_for
from app.roadmaps.states import Membership


def place(
    roadmap: Roadmap,
    entry: Entry,
    membership: Membership,
    position: int,
    actor: Actor,
    number: int | None = None,
    carried_over_from: Item | None = None,
) -> Item:
    """Put an entry on a roadmap.

    Args:
        roadmap: The year's roadmap.
        entry: The measure in the roadmap's programme.
        membership: How it stands there.
        position: Its place in the order, from 1.
        actor: Who puts it there.
        number: Its running number in a list that had no codes.
        carried_over_from: Where it stood the year before, if it is carried over.
    """
    item = Item(
        roadmap_id=roadmap.id,
        entry_id=entry.id,
        membership=membership,
        position=position,
        number=number,
        carried_over_from_id=carried_over_from.id if carried_over_from else None,
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

    A code is the theme's code and the next number after the highest that the programme has ever
    used in it. A measure that has a code in the programme keeps it, unless it serves another theme
    of the programme by now and the city board has not approved it with that code.

    Returns:
        The number of measures that were put on it.

    Raises:
        Refused: The actor may not, or the roadmap is not being drafted.
    """
    check_assembling(roadmap, actor)
    programme = db.session.get_one(Programme, roadmap.programme_id)
    new = sorted(queries.measures_to_place(roadmap), key=_theme_order)
    for measure in new:
        entry = queries.entry_of(measure, programme.id) or _enter(measure, programme, actor)
        put_on(roadmap, entry, actor)
    approved = queries.with_standing_codes(programme.id)
    for row in queries.contents(roadmap):
        theme = row.Measure.theme
        if (
            row.Item.membership is not Membership.REMOVED
            and theme is not None
            and theme.programme_id == programme.id
            and may_be_coded(row.Entry, theme, approved)
        ):
            give_code(roadmap, row.Item, theme, actor)
    return len(new)


def put_on(
    roadmap: Roadmap, entry: Entry, actor: Actor, carried_over_from: Item | None = None
) -> Item:
    """Put an entry on a roadmap that is being drafted, where it belongs by theme and code.

    Args:
        roadmap: The year's roadmap.
        entry: The measure in the roadmap's programme.
        actor: Who puts it there.
        carried_over_from: Where it stood the year before, if it is carried over. What was taken
            off the roadmap comes back onto it.
    """
    theme = db.session.get(Theme, entry.theme_id) if entry.theme_id else None
    position = place_for(roadmap, entry, theme)
    item = queries.item_in(roadmap, entry)
    if item is None:
        return place(
            roadmap,
            entry,
            Membership.PROPOSED,
            position,
            actor,
            carried_over_from=carried_over_from,
        )
    with item_recorded(Tag.ITEM_PLACED, item, actor):
        item.membership = Membership.PROPOSED
        item.position = position
        item.carried_over_from_id = carried_over_from.id if carried_over_from else None
    return item


def give_code(roadmap: Roadmap, item: Item, theme: Theme, actor: Actor) -> None:
    """Put the entry of an item under a theme with the theme's next code, and the item after it."""
    entry = db.session.get_one(Entry, item.entry_id)
    measure = db.session.get_one(Measure, entry.measure_id)
    measures.place_under(entry, theme, next_code(theme), measure, actor)
    position = place_for(roadmap, entry, theme)
    with item_recorded(Tag.ITEM_CHANGED, item, actor):
        item.position = position


def _enter(measure: Measure, programme: Programme, actor: Actor) -> Entry:
    """Put a measure into a programme, under its theme and with the next code if that is of it."""
    theme = measure.theme
    if theme is None or theme.programme_id != programme.id:
        return measures.enter(measure, programme, actor)
    return measures.enter(measure, programme, actor, theme, next_code(theme))


def _theme_order(measure: Measure) -> tuple[int, int]:
    return (measure.theme.position if measure.theme else 0, measure.id)


def remove_item(roadmap: Roadmap, item: Item, actor: Actor) -> bool:
    """Take a proposed measure off the roadmap; its code stays its own. False if it is off already.

    Raises:
        Refused: The actor may not, the roadmap is not being drafted, the city board has approved
            the measure, or it was carried over, which is taken back instead.
    """
    check_assembling(roadmap, actor)
    if item.membership is Membership.REMOVED:
        return False
    if item.membership is not Membership.PROPOSED:
        raise Refused(_l("The city board has approved this, so it stays on the roadmap."))
    if item.carried_over_from_id is not None:
        raise Refused(_l("This was carried over. Take that decision back instead."))
    with item_recorded(Tag.ITEM_REMOVED, item, actor):
        item.membership = Membership.REMOVED
    return True


def put_back_item(roadmap: Roadmap, item: Item, actor: Actor) -> bool:
    """Put a removed measure back on the roadmap; False if it stands there already.

    Raises:
        Refused: The actor may not, or the roadmap is not being drafted.
    """
    check_assembling(roadmap, actor)
    if item.membership is not Membership.REMOVED:
        return False
    put_on(roadmap, db.session.get_one(Entry, item.entry_id), actor)
    return True
