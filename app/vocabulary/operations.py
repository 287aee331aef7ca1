"""What can happen to the classifications."""

from app.extensions import db
from app.vocabulary.models import ClassificationValue
from app.vocabulary.states import Kind


def add_value(kind: Kind, key: str, name_fi: str, name_sv: str, position: int) -> None:
    """Add a value to a classification; `key` is what files call it, `position` its order."""
    db.session.add(
        ClassificationValue(kind=kind, key=key, name_fi=name_fi, name_sv=name_sv, position=position)
    )
    db.session.flush()
