"""Roles: giving them, ending them, and what must hold of them.

Duties are kept apart (ISO/IEC 27002:2022, 5.3): nobody gives themself a role or ends one of their
own. Only the single administrator of a small city may, as nobody else is there to do it; the
record shows it.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import or_, select

from app.accounts import sessions
from app.accounts.models import RoleGrant, User
from app.audit.operations import record, values_of
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.errors import Refused
from app.core.policy import Action, Actor, Role, can
from app.extensions import db


def give_role(
    user: User,
    role: Role,
    actor: Actor,
    *,
    first_day: date | None = None,
    last_day: date | None = None,
    unit_id: int | None = None,
    deputy_for_id: int | None = None,
    from_claim: bool = False,
) -> RoleGrant:
    """Give a person a role, from and to a day where these are set (both included).

    The same role of the same days that they have already is returned as it is, so that a button
    that is pressed twice does its work once.

    Args:
        user: Who gets the role.
        role: The role.
        actor: Who gives it.
        first_day: The first day on which it is held.
        last_day: The last day on which it is held.
        unit_id: The unit for which a proposer proposes; their own when None.
        deputy_for_id: Whom they deputise for in it.
        from_claim: Whether the sign-in service says it.

    Raises:
        Refused: The actor may not, or `reasons_not_to_give` has reasons.
    """
    must_manage(actor)
    wanted = RoleGrant(
        role=role,
        first_day=first_day,
        last_day=last_day,
        unit_id=unit_id,
        deputy_for_id=deputy_for_id,
        from_claim=from_claim,
    )
    for grant in user.roles:
        if _facts(grant) == _facts(wanted):
            return grant
    reasons = [*reasons_not_to_give(user, wanted, actor)]
    if reasons:
        raise Refused(*reasons)
    user.roles.append(wanted)
    user.version += 1
    db.session.flush()
    given = {name: value for name, value in values_of(wanted).items() if value}
    record(Tag.ROLE_GIVEN, actor, Kind.PERSON, user.id, after=given)
    sessions.ask_for_new_tokens(user.id)
    return wanted


def set_last_day(user: User, grant: RoleGrant, last_day: date | None, actor: Actor) -> None:
    """Set the last day on which a person holds a role; with None they hold it until further notice.

    A role whose last day would come before its first is taken away altogether. Who deputises for
    the person in it does so no longer than that. One that has that last day already is left as it
    is.

    Raises:
        Refused: The actor may not, the person would hold the role twice or deputise in it longer
            than it is held, or no administrator would be left.
    """
    must_manage(actor)
    if grant.last_day == last_day:
        return
    must_be_another(user, actor)
    lasts_longer = last_day is None or (grant.last_day is not None and grant.last_day < last_day)
    takes_away = grant.role is Role.ADMINISTRATOR and last_day is not None
    if takes_away:
        lock_administrators()
    _set_last_day(user, grant, last_day, actor)
    if lasts_longer and grant.deputy_for_id is not None and not _is_held_by_deputised(grant):
        raise Refused(_NOT_HELD)
    if takes_away:
        must_leave_an_administrator()


def _set_last_day(user: User, grant: RoleGrant, last_day: date | None, actor: Actor) -> None:
    before = {name: value for name, value in values_of(grant).items() if value}
    after = None
    if last_day is not None and grant.first_day is not None and last_day < grant.first_day:
        user.roles.remove(grant)
    else:
        grant.last_day = last_day
        after = {**before, "last_day": last_day}
        if any(_same_twice(user, grant, other) for other in user.roles if other is not grant):
            raise Refused(_TWICE)
    user.version += 1
    db.session.flush()
    over = last_day is not None and last_day < clock.today()
    tag = Tag.ROLE_ENDED if over else Tag.ROLE_CHANGED
    record(tag, actor, Kind.PERSON, user.id, before=before, after=after)
    sessions.ask_for_new_tokens(user.id)
    if last_day is not None and grant.deputy_for_id is None:
        _end_deputies(user, grant.role, last_day, actor)


def _end_deputies(user: User, role: Role, last_day: date, actor: Actor) -> None:
    """Let nobody deputise for a person in a role that they no longer hold."""
    own = [grant for grant in user.roles if grant.role is role and not grant.deputy_for_id]
    if any(grant.last_day is None or grant.last_day > last_day for grant in own):
        return
    query = select(RoleGrant).where(RoleGrant.deputy_for_id == user.id, RoleGrant.role == role)
    for grant in db.session.scalars(query).all():
        if grant.last_day is None or grant.last_day > last_day:
            _set_last_day(db.session.get_one(User, grant.user_id), grant, last_day, actor)


def end_role(user: User, grant: RoleGrant, actor: Actor) -> None:
    """End a role at once: yesterday becomes its last day.

    Raises:
        Refused: As `set_last_day`.
    """
    set_last_day(user, grant, clock.today() - timedelta(days=1), actor)


_TWICE = _l("The person holds this role on these days already. Change the days of that one.")
_NOT_HELD = _l("The person to deputise for does not hold this role on these days.")
_OWN_ROLES = _l("Nobody changes their own roles: another administrator does it.")
_LAST_ADMINISTRATOR = _l(
    "The tool would be left without an administrator who can sign in. First make somebody else an "
    "administrator without a last day."
)


def reasons_not_to_give(user: User, wanted: RoleGrant, actor: Actor) -> Iterator[LazyString]:
    """Give the reasons for which a person can't get a role as it is wanted.

    Args:
        user: Who would get it.
        wanted: The role, its days and whom they would deputise for; it is not in the database.
        actor: Who would give it.
    """
    first, last = wanted.first_day, wanted.last_day
    if user.erased_on is not None:
        yield _l("This person was erased.")
    if is_left_to_another(user, actor):
        yield _OWN_ROLES
    if first and last and last < first:
        yield _l("The last day is before the first day.")
    if wanted.unit_id is not None and wanted.role is not Role.PROPOSER:
        yield _l("Only a proposer proposes for a unit. Leave the unit of the role empty.")
    if any(_same_twice(user, wanted, other) for other in user.roles):
        yield _TWICE
    if wanted.deputy_for_id is None:
        return
    if wanted.deputy_for_id == user.id:
        yield _l("Nobody deputises for themself.")
        return
    if not _is_held_by_deputised(wanted):
        yield _NOT_HELD


def must_manage(actor: Actor) -> None:
    """Refuse whoever may not manage people."""
    if not can(actor, Action.MANAGE_PEOPLE):
        raise Refused(_l("Your role does not include this action."))


def must_be_another(user: User, actor: Actor) -> None:
    """Refuse a person who changes what they themselves may do, unless nobody else could."""
    if is_left_to_another(user, actor):
        raise Refused(_OWN_ROLES)


def is_left_to_another(user: User, actor: Actor) -> bool:
    """Tell whether the actor is the person in question and there is another administrator."""
    if actor.user_id is None or actor.user_id != user.id:
        return False
    return bool(_administrators(clock.today()) - {user.id})


def must_leave_an_administrator() -> None:
    """Refuse a change after which no administrator could sign in, today or later.

    Call it after the change, in its transaction, and `lock_administrators` before it. Somebody
    whose role has a last day does not count.
    """
    db.session.flush()
    if not _administrators(clock.today(), for_good=True):
        raise Refused(_LAST_ADMINISTRATOR)


def lock_administrators() -> None:
    """Let nobody else change who is an administrator until the transaction ends.

    So two administrators cannot take away each other's role at once. SQLite has one writer anyway.
    """
    query = select(RoleGrant.id).where(RoleGrant.role == Role.ADMINISTRATOR)
    db.session.execute(query.order_by(RoleGrant.id).with_for_update()).all()


def _administrators(today: date, *, for_good: bool = False) -> set[int]:
    """Return the ids of the administrators of a day who may sign in; `for_good`: and later too."""
    query = (
        select(RoleGrant.user_id)
        .join(User, User.id == RoleGrant.user_id)
        .where(
            RoleGrant.role == Role.ADMINISTRATOR,
            User.disabled_on.is_(None),
            or_(RoleGrant.first_day.is_(None), RoleGrant.first_day <= today),
            or_(RoleGrant.last_day.is_(None), RoleGrant.last_day >= today),
        )
    )
    if for_good:
        query = query.where(RoleGrant.last_day.is_(None))
    return set(db.session.scalars(query))


def _facts(grant: RoleGrant) -> dict[str, object]:
    return {name: value for name, value in values_of(grant).items() if name != "user_id"}


def _same_twice(user: User, one: RoleGrant, other: RoleGrant) -> bool:
    """Tell whether two grants give a person the same on a day that both hold.

    What the sign-in service says stands beside what an administrator has given.
    """
    same = one.role is other.role and bool(one.from_claim) == bool(other.from_claim)
    return same and _scope(user, one) == _scope(user, other) and _share_a_day(one, other)


def _scope(user: User, grant: RoleGrant) -> tuple[int | None, int | None]:
    """Return whom or what a proposer proposes for; the other roles are for the whole city."""
    if grant.role is not Role.PROPOSER:
        return None, None
    if grant.unit_id is None and grant.deputy_for_id is not None:
        return None, grant.deputy_for_id
    return grant.unit_id or user.unit_id, None


def _is_held_by_deputised(wanted: RoleGrant) -> bool:
    """Tell whether the person to deputise for holds the role themselves on all days of a grant."""
    deputised = db.session.get(User, wanted.deputy_for_id)
    own = [grant for grant in deputised.roles if not grant.deputy_for_id] if deputised else []
    return any(grant.role is wanted.role and _covers(grant, wanted) for grant in own)


def _covers(one: RoleGrant, other: RoleGrant) -> bool:
    """Tell whether a grant holds on all days of another."""
    begins = (one.first_day or date.min) <= (other.first_day or date.min)
    return begins and (other.last_day or date.max) <= (one.last_day or date.max)


def _share_a_day(one: RoleGrant, other: RoleGrant) -> bool:
    first = max(one.first_day or date.min, other.first_day or date.min)
    return first <= min(one.last_day or date.max, other.last_day or date.max)
