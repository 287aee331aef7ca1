"""What differs between two texts of a roadmap or a programme, in the words of a reader."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.config import Language
from app.core.bilingual import Text, other
from app.core.enums import Labelled
from app.core.i18n import format_date, format_euro
from app.measures.editing import POSTS
from app.measures.labels import FIELDS
from app.measures.states import Origin, Publicity, Size
from app.programmes.states import ThemeKind
from app.roadmaps.diff import Differences, Field, Key, Part

_LABELS: Mapping[str, LazyString] = MappingProxyType(
    {
        **FIELDS,
        **{name[:-3]: label for name, label in FIELDS.items() if name.endswith("_id")},
        "other_posts": FIELDS[POSTS],
        "code": _l("Code"),
        "kind": _l("Kind"),
    }
)

_IN: Mapping[str, LazyString] = MappingProxyType({"fi": _l("in Finnish"), "sv": _l("in Swedish")})

_ENUMS: Mapping[str, type[Labelled]] = MappingProxyType(
    {
        "impact": Size,
        "cost_class": Size,
        "origin": Origin,
        "publicity": Publicity,
        "kind": ThemeKind,
    }
)


class Line(NamedTuple):
    """A field that says another thing; a text is empty where nothing is given."""

    label: str
    old: Text
    new: Text


class Changed(NamedTuple):
    """A part of a text that was added, removed or edited.

    Attributes:
        key: Which one it is.
        code: Its code; empty where it has none.
        name: Its name.
        lines: What it says otherwise, where it was edited.
    """

    key: Key
    code: str
    name: Text
    lines: Sequence[Line] = ()


class Told(NamedTuple):
    """What differs, so far as the reader may know it."""

    added: Sequence[Changed] = ()
    removed: Sequence[Changed] = ()
    edited: Sequence[Changed] = ()

    @property
    def number(self) -> int:
        """How many parts differ."""
        return len(self.added) + len(self.removed) + len(self.edited)


def told(found: Differences, readable: Collection[Key], lang: Language) -> Told:
    """Return differences in words.

    Args:
        found: What differs.
        readable: The parts that the reader may read; of others nothing is told.
        lang: The reader's language.
    """
    return Told(
        [changed(key, part, lang) for key, part in found.added.items() if key in readable],
        [changed(key, part, lang) for key, part in found.removed.items() if key in readable],
        [
            changed(each.key, each.new, lang, each.fields)
            for each in found.edited
            if each.key in readable
        ],
    )


def changed(key: Key, part: Part, lang: Language, fields: Sequence[Field] = ()) -> Changed:
    """Return a part and what it says otherwise, in words."""
    return Changed(key, part.get("code") or "", name_in(part, lang), list(lines(fields, lang)))


def lines(fields: Sequence[Field], lang: Language) -> Iterator[Line]:
    """Give fields in words; of a text in two languages the reader's comes first."""
    order = {name: place for place, name in enumerate(_LABELS)}
    foreign = f"_{other(lang)}"
    for field in sorted(
        fields, key=lambda each: (order.get(_base(each.name)[0], -1), each.name.endswith(foreign))
    ):
        base, ending = _base(field.name)
        label = str(_LABELS.get(base, base))
        yield Line(
            f"{label} ({_IN[ending]})" if ending else label,
            _text(field.name, field.old, lang),
            _text(field.name, field.new, lang),
        )


def name_in(part: Part, lang: Language) -> Text:
    """Return the name of a part for a reader."""
    return twin(part, "name", lang)


def twin(part: Part, name: str, lang: Language) -> Text:
    """Return a text that a part has in two languages for a reader."""
    second = other(lang)
    if part[f"{name}_{lang}"] or not part[f"{name}_{second}"]:
        return Text(part[f"{name}_{lang}"], lang, is_other=False)
    return Text(part[f"{name}_{second}"], second, is_other=True)


def _base(name: str) -> tuple[str, str]:
    """Return a field's name without the ending of a language, and that language."""
    return (name[:-3], name[-2:]) if name[-3:] in {"_fi", "_sv"} else (name, "")


def _text(name: str, value: Any, lang: Language) -> Text:
    ending = _base(name)[1]
    if ending:
        return Text(value, "sv" if ending == "sv" else "fi", is_other=ending != lang)
    if isinstance(value, Mapping):
        return _named(value, lang)
    return Text(in_words(name, value, lang), lang, is_other=False)


def _named(value: Part, lang: Language) -> Text:
    """Return the name of a unit, a post, a theme or a classification's value."""
    found = twin(value, "title" if "title_fi" in value else "name", lang)
    return found._replace(value=f"{value['code']} {found.value}") if "code" in value else found


def in_words(name: str, value: Any, lang: Language) -> str:
    """Return what a field says that is no text in two languages; empty where it is not given."""
    if value in (None, "", []):
        return ""
    if isinstance(value, list):
        return ", ".join(_named(each, lang).value for each in value)
    if name in {"cost_once", "cost_yearly"}:
        return format_euro(value)
    if name == "legal_deadline":
        return format_date(date.fromisoformat(value))
    member = _ENUMS[name].parse(value) if name in _ENUMS else None
    if member is None:
        return str(value)
    return f"{member} – {member.label}" if isinstance(member, Size) else str(member.label)


def written(text: Text) -> str:
    """Return a text, or that nothing is given."""
    return text.value or _("not given")
