"""What can happen to a roadmap and to what stands on it."""

from app.extensions import db
from app.measures.models import Entry
from app.programmes.models import Roadmap
from app.roadmaps.models import Item
from app.roadmaps.states import Membership


def place(
    roadmap: Roadmap,
    entry: Entry,
    membership: Membership,
    position: int,
    number: int | None = None,
) -> Item:
    """Put an entry on a roadmap.

    Args:
        roadmap: The year's roadmap.
        entry: The measure in the roadmap's programme.
        membership: How it stands there.
        position: Its place in the order, from 1.
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
    return item
