"""What differs between two texts of a roadmap or of a programme; pure."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

Part = Mapping[str, Any]
"""A measure, a theme or a programme, as a text has it."""

Key = tuple[str, int]
"""Which part it is: "measure", "theme" or "programme", and its id."""

NOT_COMPARED = frozenset(
    {"measure", "theme_id", "position", "number", "carried_over_from", "funding_call", "year"}
)
"""What says which part it is or where it stands, and what only those see who work on it."""


class Field(NamedTuple):
    """A field that says another thing: its name in the texts, and what it said and says."""

    name: str
    old: Any
    new: Any


class Edited(NamedTuple):
    """A part that stands in both texts and says another thing."""

    key: Key
    old: Part
    new: Part
    fields: Sequence[Field]


class Differences(NamedTuple):
    """What differs between two texts, in the order of the newer one."""

    added: Mapping[Key, Part] = MappingProxyType({})
    removed: Mapping[Key, Part] = MappingProxyType({})
    edited: Sequence[Edited] = ()

    @property
    def number(self) -> int:
        """How many parts differ."""
        return len(self.added) + len(self.removed) + len(self.edited)


def parts_of(content: Mapping[str, Any]) -> dict[Key, Part]:
    """Return the parts of a text: the measures of a roadmap, or a programme and its themes."""
    if "items" in content:
        return {("measure", item["measure"]): item for item in content["items"]}
    themes = {("theme", theme["theme"]): _of_theme(theme) for theme in content["themes"]}
    return {("programme", 0): content["programme"], **themes}


def _of_theme(theme: Part) -> Part:
    return {name: value for name, value in theme.items() if name != "theme"}


def differences(old: Mapping[Key, Part], new: Mapping[Key, Part]) -> Differences:
    """Return how the parts of two texts differ.

    What an older format does not have is not compared.
    """
    both = [(key, old[key], new[key]) for key in new if key in old]
    compared = [Edited(*each, list(_fields(each[1], each[2]))) for each in both]
    return Differences(
        {key: part for key, part in new.items() if key not in old},
        {key: part for key, part in old.items() if key not in new},
        [each for each in compared if each.fields],
    )


def _fields(old: Part, new: Part) -> Iterator[Field]:
    for name in new:
        if name in old and name not in NOT_COMPARED and _said(old[name]) != _said(new[name]):
            yield Field(name, old[name], new[name])


def _said(value: Any) -> Any:
    """Return what is compared: a unit, a post or a theme that was renamed is the same one."""
    if isinstance(value, list):
        return sorted(str(_said(each)) for each in value)
    if isinstance(value, Mapping):
        return value.get("key", value.get("code"))
    return value
