"""The person that the city's sign-in service speaks of, with the roles that it gives."""

import re
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from app.accounts import queries
from app.accounts.models import Unit, User
from app.accounts.operations import KEY, add_identity, add_user
from app.accounts.roles import end_role, give_role
from app.config import Language, Settings
from app.core import clock
from app.core.errors import Refused
from app.core.i18n import LANGUAGES
from app.core.policy import Actor, Role
from app.extensions import db
from app.sign_in.failures import NOT_IN_USE, Failed

SIGN_IN_SERVICE = Actor(name="sign-in service", roles=frozenset({Role.ADMINISTRATOR}))
"""Who makes people and gives roles as the city's sign-in service says, and no person."""

_EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")
_LONGEST_NAME = 200
_LONGEST_EMAIL = 254


class Arrival(NamedTuple):
    """Somebody who has proved who they are.

    Attributes:
        user: The person.
        last_administrator: Whether they are still an administrator only because nobody else is.
    """

    user: User
    last_administrator: bool


def receive(claims: Mapping[str, Any], settings: Settings, reads: Language) -> Arrival:
    """Return the person whom verified claims speak of, with their roles brought up to date.

    Somebody unknown is added. Of somebody known only the roles change, as their name and address
    are the tool's own matter from then on.

    Args:
        claims: The claims of an ID token, verified.
        settings: The settings of the instance.
        reads: The language of somebody new, where the claims tell none.

    Raises:
        Failed: The person may not sign in.
    """
    user = queries.user_of_identity(claims["iss"], claims["sub"])
    if user is None:
        user = _add(claims, settings, reads)
    if user.disabled_on is not None:
        raise Failed(NOT_IN_USE, f"person {user.id} may not sign in")
    roles = _roles(claims, settings)
    alone = False if roles is None else _bring_up_to_date(user, roles)
    return Arrival(user, alone)


def _add(claims: Mapping[str, Any], settings: Settings, reads: Language) -> User:
    user = add_user(
        _key(claims),
        _name(claims),
        _language(claims) or reads,
        [],
        SIGN_IN_SERVICE,
        unit=_unit(claims, settings),
        email=_email(claims),
    )
    add_identity(user, claims["iss"], claims["sub"], SIGN_IN_SERVICE)
    return user


def _bring_up_to_date(user: User, roles: frozenset[Role]) -> bool:
    """Let a person hold `roles` from the sign-in service, beside what an administrator gave.

    Returns:
        Whether they stay an administrator although the service no longer says so, as the tool
        would have none.
    """
    today = clock.today()
    held = [
        grant
        for grant in user.roles
        if grant.from_claim and (grant.last_day is None or grant.last_day >= today)
    ]
    for role in sorted(roles - {grant.role for grant in held}):
        give_role(user, role, SIGN_IN_SERVICE, first_day=today, from_claim=True)
    alone = False
    for grant in held:
        if grant.role in roles:
            continue
        try:
            with db.session.begin_nested():
                end_role(user, grant, SIGN_IN_SERVICE)
        except Refused:
            alone = True
    return alone


def _roles(claims: Mapping[str, Any], settings: Settings) -> frozenset[Role] | None:
    """Return the roles that the claims give; None where they don't tell.

    A service leaves a long list of groups out and names the claim in `_claim_names` instead (OpenID
    Connect Core 1.0, 5.6.2). An absent claim that is not named there gives no role.
    """
    name = settings.oidc_roles_claim
    elsewhere = claims.get("_claim_names")
    if isinstance(elsewhere, dict) and name in elsewhere:
        return None
    given = claims.get(name)
    values = given if isinstance(given, list) else [given]
    known = settings.oidc_roles
    return frozenset(known[each] for each in values if isinstance(each, str) and each in known)


def _key(claims: Mapping[str, Any]) -> str:
    """Return a sign-in name that nobody has, the one that the person knows where that is free."""
    known = _line(claims.get("preferred_username")).lower()
    if KEY.fullmatch(known) and not queries.is_key_taken(known):
        return known
    return f"city-{secrets.token_hex(8)}"


def _name(claims: Mapping[str, Any]) -> str:
    """Return the person's name, or the next best thing that tells who it is."""
    parts = (_line(claims.get("given_name")), _line(claims.get("family_name")))
    others = (_line(claims.get(name)) for name in ("preferred_username", "email", "sub"))
    names = (_line(claims.get("name")), " ".join(filter(None, parts)), *others)
    return next(filter(None, names))[:_LONGEST_NAME].rstrip()


def _email(claims: Mapping[str, Any]) -> str | None:
    """Return the person's address; one that the service knows to be unproved is left out."""
    email = _line(claims.get("email"))
    proved = claims.get("email_verified") is not False
    fits = len(email) <= _LONGEST_EMAIL and _EMAIL.fullmatch(email)
    return email if proved and fits else None


def _language(claims: Mapping[str, Any]) -> Language | None:
    """Return the language of a locale such as `sv-FI`; None when it is none of ours."""
    code = re.split("[-_]", _line(claims.get("locale")).lower())[0]
    return next((language for language in LANGUAGES if language == code), None)


def _unit(claims: Mapping[str, Any], settings: Settings) -> Unit | None:
    """Return the unit that a claim names by its key or its name in either language."""
    if not settings.oidc_unit_claim:
        return None
    named = _line(claims.get(settings.oidc_unit_claim)).casefold()
    for unit in queries.units(retired=False):
        if named in {unit.key.casefold(), unit.name_fi.casefold(), unit.name_sv.casefold()}:
            return unit
    return None


def _line(value: object) -> str:
    """Return a claim as a line of text, without what does not print; empty when it is no text."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(each if each.isprintable() else " " for each in value).split())
