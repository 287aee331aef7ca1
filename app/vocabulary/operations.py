"""What can happen to the classifications."""

import csv
from pathlib import Path

from app.audit import tags
from app.audit.operations import record_added
from app.core.policy import Actor
from app.extensions import db
from app.vocabulary.models import ClassificationValue
from app.vocabulary.states import Kind

START_VALUES = Path(__file__).with_name("start_values.csv")


def add_value(
    kind: Kind, key: str, name_fi: str, name_sv: str, position: int, actor: Actor
) -> None:
    """Add a value to a classification; `key` is what files call it, `position` its order."""
    value = ClassificationValue(
        kind=kind, key=key, name_fi=name_fi, name_sv=name_sv, position=position
    )
    db.session.add(value)
    db.session.flush()
    record_added(tags.Tag.CLASSIFICATION_ADDED, actor, tags.Kind.CLASSIFICATION, value)


def add_start_values(actor: Actor) -> None:
    """Add the values that a new instance begins with, in the order of their file."""
    with START_VALUES.open(encoding="utf-8", newline="") as file:
        for position, row in enumerate(csv.DictReader(file), start=1):
            add_value(Kind[row.pop("kind").upper()], **row, position=position, actor=actor)
