"""How often somebody may try to sign in: counted in the database, which all processes share.

The OWASP ASVS 5.0 (6.3.1) asks that guessing is slowed down, and that nobody can lock somebody
else out by it. So the time until the next try grows, and never lasts longer than a quarter of an
hour.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from app.accounts.failures import account_digest, address_digest
from app.accounts.models import SignInFailure
from app.extensions import db

FREE = 5
"""How many failures an account has before it must wait."""

DELAYS = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 240, 480, 900))
"""How long an account waits after each further failure; after the last one always as long."""

REMEMBERED = timedelta(days=1)
"""How long a failure of an account counts, unless somebody signs in to it before."""

MOST_OF_ADDRESS = 30
"""How many failures may come from one address within `WINDOW`."""

WINDOW = timedelta(minutes=15)

_LOCK = 0x7369676E
"""The number of PostgreSQL's lock under which one transaction at a time counts a try."""


class TooMany(Exception):
    """Too many failures; the next try is not looked at before some time has passed.

    Attributes:
        wait: How long that is.
    """

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"wait {wait}")
        self.wait = wait


def attempt(name: str, address: str, now: datetime) -> int:
    """Count a try as a failure before it is known to be one, and return the row's id.

    Whoever tries many times at once is so counted each time. Take it back when it was none.

    Args:
        name: The account's name as it was typed, or a token.
        address: The reader's network address; empty when it isn't known.
        now: The time in UTC.

    Raises:
        TooMany: There were too many before; nothing is counted.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        # SQLite has one writer at a time; here others wait until this transaction has ended.
        db.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    account, source = account_digest(name), address_digest(address)
    wait = max(_wait_of_account(account, now), _wait_of_source(source, now))
    if wait > timedelta(0):
        raise TooMany(wait)
    failure = SignInFailure(account=account, address=source, happened_at=now)
    db.session.add(failure)
    db.session.flush()
    return failure.id


def take_back(failure_id: int) -> None:
    """Forget one try, as it was no failure."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.id == failure_id))


def forget(name: str) -> None:
    """Forget all failures of an account, as somebody has signed in to it."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.account == account_digest(name)))


def _wait_of_account(account: str, now: datetime) -> timedelta:
    query = select(func.count(), func.max(SignInFailure.happened_at)).where(
        SignInFailure.account == account, SignInFailure.happened_at > now - REMEMBERED
    )
    count, last = db.session.execute(query).one()
    if count < FREE:
        return timedelta(0)
    until: datetime = last + DELAYS[min(count - FREE, len(DELAYS) - 1)]
    return until - now


def _wait_of_source(source: str, now: datetime) -> timedelta:
    """Return the time until the oldest of as many failures as are allowed is old enough."""
    query = (
        select(SignInFailure.happened_at)
        .where(SignInFailure.address == source, SignInFailure.happened_at > now - WINDOW)
        .order_by(SignInFailure.happened_at.desc())
        .offset(MOST_OF_ADDRESS - 1)
        .limit(1)
    )
    oldest = db.session.scalar(query)
    return oldest + WINDOW - now if oldest else timedelta(0)
