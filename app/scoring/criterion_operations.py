"""What can happen to the criteria of a round.

Scores are worked out from them whenever they are shown, so a change of a weight shows everywhere
at once.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from hashlib import sha256
from itertools import chain, count
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.errors import Refused, Stale
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.scoring import queries
from app.scoring.criteria import CriterionFields
from app.scoring.models import Criterion, Round

_LONGEST_KEY = 40


class Weighting(NamedTuple):
    """Where a criterion stands in the order, and how much it weighs against the others."""

    weight: int
    position: int


def fingerprint(criteria: Collection[Criterion]) -> str:
    """Return what tells criteria as they are now from what they are later.

    A round has a version, but its criteria are changed on pages of their own, which are not out of
    date for a change of its days.
    """
    said = [(each.id, each.position, *CriterionFields.of(each)) for each in criteria]
    return sha256(repr(said).encode()).hexdigest()


def weigh(scoring_round: Round, wanted: Mapping[int, Weighting], seen: str, actor: Actor) -> None:
    """Change the weights and the order of a round's criteria.

    Args:
        scoring_round: The round.
        wanted: The weight and the place of each criterion, by its id. Of several with the same
            place the one that came first so far stays first.
        seen: The fingerprint of the criteria that the actor has seen.
        actor: Who changes them.

    Raises:
        Stale: Somebody has changed the criteria since.
        Refused: The actor may not, the round has closed, or a criterion that counts has no weight.
    """
    _check(scoring_round, actor)
    if fingerprint(scoring_round.criteria) != seen or wanted.keys() != {
        each.id for each in scoring_round.criteria
    }:
        raise Stale
    before = _rows(scoring_round)
    order = sorted(scoring_round.criteria, key=lambda each: wanted[each.id].position)
    for position, criterion in enumerate(order, start=1):
        criterion.position = position
        criterion.weight = wanted[criterion.id].weight
        _check_weight(criterion.weight, counted=criterion.counted)
    _record(scoring_round, before, actor)


def add(scoring_round: Round, fields: Mapping[str, Any], actor: Actor) -> Criterion:
    """Add a criterion to a round, as the last one.

    Args:
        scoring_round: The round.
        fields: Columns of `Criterion` and their values, without the key and the position.
        actor: Who adds it.

    Raises:
        Refused: The actor may not, the round has closed, or it counts and has no weight.
    """
    _check(scoring_round, actor)
    _check_weight(fields["weight"], counted=fields["counted"])
    before = _rows(scoring_round)
    criterion = Criterion(
        key=_free_key(fields["name_fi"], {each.key for each in scoring_round.criteria}),
        position=max((each.position for each in scoring_round.criteria), default=0) + 1,
        **fields,
    )
    scoring_round.criteria.append(criterion)
    _record(scoring_round, before, actor)
    return criterion


def edit(
    scoring_round: Round, criterion: Criterion, fields: Mapping[str, Any], seen: str, actor: Actor
) -> None:
    """Change what a criterion says and how it counts.

    Args:
        scoring_round: The round.
        criterion: The criterion.
        fields: Columns of `Criterion` and their values, without the key and the position.
        seen: The fingerprint of the criterion that the actor has seen.
        actor: Who changes it.

    Raises:
        Stale: Somebody has changed the criterion since.
        Refused: The actor may not, the round has closed, no other criterion counts, or it counts
            and has no weight.
    """
    _check(scoring_round, actor)
    if fingerprint([criterion]) != seen:
        raise Stale
    _check_weight(fields["weight"], counted=fields["counted"])
    if not fields["counted"]:
        _check_another_counts(scoring_round, criterion)
    before = _rows(scoring_round)
    for name, value in fields.items():
        setattr(criterion, name, value)
    _record(scoring_round, before, actor)


def remove(scoring_round: Round, criterion: Criterion, actor: Actor) -> None:
    """Take away a criterion that nobody has rated.

    Raises:
        Refused: The actor may not, the round has closed, somebody has rated the criterion, or no
            other counts.
    """
    _check(scoring_round, actor)
    if why := kept_by(scoring_round, criterion):
        raise Refused(why)
    before = _rows(scoring_round)
    scoring_round.criteria.remove(criterion)
    _record(scoring_round, before, actor)


def kept_by(scoring_round: Round, criterion: Criterion) -> LazyString | None:
    """Return why a criterion cannot be removed; None when it can."""
    if criterion.id in queries.rated_criteria(scoring_round):
        return _l(
            "Somebody has rated this criterion already, so it cannot be removed. Let it be shown "
            "beside the score instead: then it does not count."
        )
    if not _another_counts(scoring_round, criterion):
        return _l("This is the only criterion that counts.")
    return None


CLOSED = _l("The round has closed. Its criteria stay as they are.")
"""Why criteria are no longer changed: all have seen what would come of it."""


def _check(scoring_round: Round, actor: Actor) -> None:
    if not can(actor, Action.MANAGE_ROUND):
        raise Refused(_l("Your role does not include this action."))
    if scoring_round.is_closed(clock.today()):
        raise Refused(CLOSED)


def _check_weight(weight: int, *, counted: bool) -> None:
    if counted and weight < 1:
        raise Refused(_l("A criterion that counts has a weight of at least 1."))


def _check_another_counts(scoring_round: Round, criterion: Criterion) -> None:
    if not _another_counts(scoring_round, criterion):
        raise Refused(_l("This is the only criterion that counts."))


def _another_counts(scoring_round: Round, criterion: Criterion) -> bool:
    return any(each.counted for each in scoring_round.criteria if each is not criterion)


def _rows(scoring_round: Round) -> dict[int, dict[str, Any]]:
    """Return what is recorded of the criteria, by their ids."""
    return {
        each.id: {**CriterionFields.of(each)._asdict(), "position": each.position}
        for each in scoring_round.criteria
    }


def _record(scoring_round: Round, before: Mapping[int, dict[str, Any]], actor: Actor) -> None:
    """Write the changes into the database, and record of each criterion what differs."""
    db.session.flush()
    after = _rows(scoring_round)
    was, now = [], []
    for number in [*before, *(after.keys() - before.keys())]:
        earlier, later = before.get(number), after.get(number)
        if earlier is None or later is None:
            was += [earlier] if earlier else []
            now += [later] if later else []
            continue
        names = [name for name in earlier if earlier[name] != later[name]]
        if names:
            was.append({"criterion_id": number, **{name: earlier[name] for name in names}})
            now.append({"criterion_id": number, **{name: later[name] for name in names}})
    if was or now:
        record(
            Tag.CRITERIA_CHANGED,
            actor,
            Kind.ROUND,
            scoring_round.id,
            before={"criteria": was},
            after={"criteria": now},
        )


def _free_key(name: str, taken: Collection[str]) -> str:
    """Return a key made of a name, which no other criterion of the round has."""
    # Letters lose their dots and rings, all other characters become underscores.
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    made = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST_KEY] or "x"
    numbers = (f"{made}_{number}" for number in count(2))
    return next(key for key in chain([made], numbers) if key not in taken)
