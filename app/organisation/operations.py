"""What can happen to units and posts."""

import re
import unicodedata
from itertools import chain, count

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from app.accounts import sessions
from app.accounts.models import Post, RoleGrant, Unit, User
from app.accounts.queries import units_and_below
from app.audit.operations import record_added, recorded
from app.audit.tags import Kind, Tag
from app.core.errors import Refused, Stale
from app.core.policy import Action, Actor, Role, can
from app.extensions import db

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
"""What a unit or a post may be called by in files."""

KEY_RULE = _l(
    "A key is made of the letters a–z, digits and hyphens, and begins with a letter or a digit."
)

_LONGEST_MADE = 40


def add_unit(
    key: str, name_fi: str, name_sv: str, actor: Actor, parent_key: str | None = None
) -> Unit:
    """Add a unit; without a parent it is a sector.

    Args:
        key: What files call it; made of the Finnish name when empty.
        name_fi: Its name in Finnish.
        name_sv: Its name in Swedish.
        actor: Who adds it.
        parent_key: The key of the unit that it is a part of.

    Raises:
        Refused: The actor may not, the key is taken, or the parent is retired.
    """
    _must_manage(actor)
    parent = None
    if parent_key:
        parent = db.session.scalars(select(Unit).where(Unit.key == parent_key)).one()
        _must_be_in_use(parent)
    unit = Unit(
        key=_free_key(key, name_fi, Unit),
        name_fi=name_fi,
        name_sv=name_sv,
        parent_id=parent.id if parent else None,
    )
    db.session.add(unit)
    db.session.flush()
    record_added(Tag.UNIT_ADDED, actor, Kind.UNIT, unit)
    return unit


def edit_unit(
    unit: Unit, version: int, actor: Actor, *, name_fi: str, name_sv: str, parent_id: int | None
) -> None:
    """Rename a unit, or put it under another one.

    Raises:
        Stale: Somebody else has changed the unit since `version`.
        Refused: The actor may not, the new parent is retired, or it is the unit itself or below it.
    """
    _must_manage(actor)
    _check_version(unit, version)
    moved = parent_id != unit.parent_id
    if moved:
        _check_place(unit, parent_id)
    with recorded(Tag.UNIT_EDITED, actor, Kind.UNIT, unit):
        unit.name_fi, unit.name_sv, unit.parent_id = name_fi, name_sv, parent_id
        unit.version += 1
    if moved:
        _ask_proposers_for_new_tokens()


def _check_place(unit: Unit, parent_id: int | None) -> None:
    """Refuse a parent under which the unit can't be put.

    All units are locked first, so that two moves at once cannot close a circle together.
    """
    db.session.execute(select(Unit.id).order_by(Unit.id).with_for_update()).all()
    if parent_id is None:
        return
    if parent_id in units_and_below([unit.id]):
        raise Refused(_l("A unit cannot be under itself, nor under a unit that is below it."))
    _must_be_in_use(db.session.get_one(Unit, parent_id))


def _ask_proposers_for_new_tokens() -> None:
    """Let proposers get new session tokens: what lies below their unit may have changed."""
    query = select(RoleGrant.user_id).where(RoleGrant.role == Role.PROPOSER).distinct()
    for user_id in db.session.scalars(query):
        sessions.ask_for_new_tokens(user_id)


def retire_unit(unit: Unit, actor: Actor) -> None:
    """Retire a unit: it keeps what it owns, and gets nothing new.

    Raises:
        Refused: The actor may not, or people, posts or units in use are left in it.
    """
    _must_manage(actor)
    if unit.retired:
        return
    left = [text for count, text in _left_in(unit) if count]
    if left:
        raise Refused(*left)
    with recorded(Tag.UNIT_EDITED, actor, Kind.UNIT, unit):
        unit.retired = True
        unit.version += 1


def _left_in(unit: Unit) -> list[tuple[int, object]]:
    people = select(func.count(User.id)).where(User.unit_id == unit.id, User.disabled_on.is_(None))
    posts = select(func.count(Post.id)).where(Post.unit_id == unit.id, ~Post.retired)
    units = select(func.count(Unit.id)).where(Unit.parent_id == unit.id, ~Unit.retired)
    return [
        (_count(people), _l("There are people in the unit. Move them to another unit first.")),
        (_count(posts), _l("There are posts in the unit. Move or retire them first.")),
        (_count(units), _l("There are units below the unit. Move or retire them first.")),
    ]


def _count(query: Select[int]) -> int:
    return db.session.scalar(query) or 0


def bring_back_unit(unit: Unit, actor: Actor) -> None:
    """Take a retired unit into use again.

    Raises:
        Refused: The actor may not, or the unit above it is retired.
    """
    _must_manage(actor)
    if not unit.retired:
        return
    if unit.parent_id is not None:
        _must_be_in_use(db.session.get_one(Unit, unit.parent_id))
    with recorded(Tag.UNIT_EDITED, actor, Kind.UNIT, unit):
        unit.retired = False
        unit.version += 1


def add_post(
    key: str,
    title_fi: str,
    title_sv: str,
    unit: Unit,
    actor: Actor,
    *,
    holder: User | None = None,
    deputy: User | None = None,
) -> Post:
    """Add a director's post in `unit`.

    Args:
        key: What files call it; made of the Finnish title when empty.
        title_fi: Its title in Finnish.
        title_sv: Its title in Swedish.
        unit: The unit that it belongs to.
        actor: Who adds it.
        holder: Who holds it.
        deputy: Who deputises for its holder.

    Raises:
        Refused: The actor may not, the key is taken, the unit is retired, or holder and deputy are
            one person.
    """
    _must_manage(actor)
    _must_be_in_use(unit)
    post = Post(
        key=_free_key(key, title_fi, Post), title_fi=title_fi, title_sv=title_sv, unit_id=unit.id
    )
    _put_into(post, holder, deputy)
    db.session.add(post)
    db.session.flush()
    record_added(Tag.POST_ADDED, actor, Kind.POST, post)
    return post


def edit_post(
    post: Post,
    version: int,
    actor: Actor,
    *,
    title_fi: str,
    title_sv: str,
    unit: Unit,
    holder: User | None,
    deputy: User | None,
) -> None:
    """Change a post: its title, its unit, who holds it and who deputises.

    Raises:
        Stale: Somebody else has changed the post since `version`.
        Refused: The actor may not, the new unit is retired, or holder and deputy are one person.
    """
    _must_manage(actor)
    _check_version(post, version)
    if unit.id != post.unit_id:
        _must_be_in_use(unit)
    with recorded(Tag.POST_EDITED, actor, Kind.POST, post):
        post.title_fi, post.title_sv, post.unit_id = title_fi, title_sv, unit.id
        _put_into(post, holder, deputy)
        post.version += 1


def _put_into(post: Post, holder: User | None, deputy: User | None) -> None:
    if holder is not None and deputy is not None and holder.id == deputy.id:
        raise Refused(_l("Nobody deputises for themself."))
    for person, present in ((holder, post.holder_id), (deputy, post.deputy_id)):
        if person is not None and person.disabled_on is not None and person.id != present:
            raise Refused(_l("Somebody who cannot sign in can't hold a post."))
    post.holder_id = holder.id if holder else None
    post.deputy_id = deputy.id if deputy else None


def retire_post(post: Post, actor: Actor) -> None:
    """Retire a post: it keeps what it leads, and gets nothing new.

    Raises:
        Refused: The actor may not.
    """
    _set_retired(post, actor, retired=True)


def bring_back_post(post: Post, actor: Actor) -> None:
    """Take a retired post into use again.

    Raises:
        Refused: The actor may not, or the unit of the post is retired.
    """
    if post.retired:
        _must_be_in_use(db.session.get_one(Unit, post.unit_id))
    _set_retired(post, actor, retired=False)


def _set_retired(post: Post, actor: Actor, *, retired: bool) -> None:
    _must_manage(actor)
    if post.retired is not retired:
        with recorded(Tag.POST_EDITED, actor, Kind.POST, post):
            post.retired = retired
            post.version += 1


def _must_manage(actor: Actor) -> None:
    if not can(actor, Action.MANAGE_UNITS):
        raise Refused(_l("Your role does not include this action."))


def _must_be_in_use(unit: Unit) -> None:
    if unit.retired:
        raise Refused(_l("The unit is retired: it gets nothing new."))


def _check_version(row: Unit | Post, version: int) -> None:
    if row.version != version:
        raise Stale


def _free_key(wanted: str, name: str, model: type[Unit] | type[Post]) -> str:
    """Return the key that is wanted, or else one made of a name, if nothing is called so yet."""
    keys = frozenset(db.session.scalars(select(model.key)))
    if wanted:
        if not KEY.fullmatch(wanted):
            raise Refused(KEY_RULE)
        if wanted in keys:
            raise Refused(_l("This key is taken already. Choose another one."))
        return wanted
    # Letters lose their dots and rings, all other characters become hyphens.
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_MADE] or "x"
    numbers = (f"{made}-{number}" for number in count(2))
    return next(key for key in chain([made], numbers) if key not in keys)
