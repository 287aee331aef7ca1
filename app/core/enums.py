"""Enums whose members carry what the screen shows of them."""

import enum
from typing import Self

import sqlalchemy as sa
from flask_babel.speaklater import LazyString


class Labelled(enum.StrEnum):
    """An enum member that is its database value and knows its label and its badge.

    Members are written as `STARTED = "started", _l("started"), "progress"`: value, label (a lazy
    string), and the suffix of the CSS class of its badge.
    """

    label: LazyString
    badge: str

    def __new__(cls, value: str, label: LazyString, badge: str = "") -> Self:
        """Make a member from value, label and badge."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.badge = badge
        return member

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """Return the member with the value `text`; None when there is none."""
        try:
            return cls(text)  # type: ignore[call-arg, arg-type]  # looked up, not made
        except ValueError:
            return None


def enum_type(cls: type[enum.StrEnum], name: str, *, checked: bool = True) -> sa.Enum:
    """Return a column type that keeps the members' values as text, with a named CHECK.

    Args:
        cls: The enum.
        name: Name of the CHECK; the table's name is put before it.
        checked: Whether there is a CHECK. A table that is never altered has none, so that its enum
            may grow.
    """
    return sa.Enum(
        cls,
        name=name,
        native_enum=False,
        create_constraint=checked,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
