"""The values of the classifications."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.enums import enum_type
from app.extensions import Model
from app.vocabulary.states import Kind


class ClassificationValue(Model):
    """One value of a classification, such as "law" among the sources of a need.

    The kinds are fixed in code, the values are the city's. One in use is retired, never deleted.
    """

    __tablename__ = "classification_value"
    __table_args__ = (UniqueConstraint("kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(enum_type(Kind, "kind"))
    key: Mapped[str] = mapped_column(String(64))
    name_fi: Mapped[str] = mapped_column(String(200))
    name_sv: Mapped[str] = mapped_column(String(200))
    position: Mapped[int] = mapped_column(default=0)
    retired: Mapped[bool] = mapped_column(default=False)
