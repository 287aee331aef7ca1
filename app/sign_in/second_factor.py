"""The second factor: one-time codes by time (TOTP, RFC 6238) of six digits, for thirty seconds."""

import hmac
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

import pyotp
import segno

from app.accounts.models import Credential
from app.core.policy import Actor, Role

REQUIRED_OF = frozenset({Role.ADMINISTRATOR, Role.BOARD_SECRETARY, Role.SECRETARY})
"""The roles that nobody acts in by a password alone."""

_SECONDS = 30
_WINDOW = (-1, 0, 1)
"""The steps of time whose codes are taken: a clock may be half a minute wrong, and typing slow."""


class Picture(NamedTuple):
    """A QR code, as an SVG draws it.

    Attributes:
        side: Its height and width in squares, with the margin that a camera needs.
        path: The dark squares, as an SVG path.
    """

    side: int
    path: str


def is_required(actor: Actor, *, of_all: bool) -> bool:
    """Tell whether a person must have a second factor.

    Args:
        actor: The person, with the roles that they hold today.
        of_all: Whether the instance asks everybody for one.
    """
    return of_all or bool(actor.roles & REQUIRED_OF)


def is_set(credential: Credential | None) -> bool:
    """Tell whether a person has a second factor."""
    return credential is not None and credential.totp_secret is not None


def new_secret() -> str:
    """Return a new secret of 160 bits, in base32."""
    return pyotp.random_base32()


def address_of(secret: str, name: str, issuer: str) -> str:
    """Return the address by which an app for codes takes a secret over."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def picture_of(text: str) -> Picture:
    """Return the QR code of a text."""
    margin = 4
    rows = segno.make(text, micro=False).matrix
    path = []
    for y, row in enumerate(rows, start=margin):
        x = margin
        for dark, squares in groupby(row):
            width = len(list(squares))
            if dark:
                path.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    return Picture(len(rows) + 2 * margin, "".join(path))


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the step of time that a code belongs to; None when it is none of those taken now.

    Args:
        secret: The secret in base32.
        code: The six digits; spaces in it don't matter.
        now: The time in UTC.
    """
    digits = "".join(code.split())
    if not digits.isascii():
        return None
    totp = pyotp.TOTP(secret)
    current = int(now.replace(tzinfo=UTC).timestamp()) // _SECONDS
    steps = [current + offset for offset in _WINDOW]
    fitting = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), digits)]
    return fitting[-1] if fitting else None
