"""Two people in one proposal: what each of them changed, and whose text is taken where."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wtforms import Field

from app.core.differences import Part, Segment, difference
from app.core.fields import Difference
from app.measures.models import Measure
from app.proposing.forms import ProposalForm
from app.proposing.models import WorkingCopy

_CHOICE = "take_{}"
_THEIRS = "theirs"


class Choice(NamedTuple):
    """A field that both have changed; the writer chooses whose text is saved.

    Attributes:
        asked_as: The name of the field in which the writer's choice comes.
        label: What the field is called.
        lang: The language of its text, if it has one.
        theirs: What is saved, in parts that the writer's text has too and that it has not.
        yours: What the writer typed, in the same way.
        is_theirs: Whether the writer has chosen what is saved.
    """

    asked_as: str
    label: str
    lang: str | None
    theirs: Sequence[Segment]
    yours: Sequence[Segment]
    is_theirs: bool


class Conflict(NamedTuple):
    """What a form and the saved proposal say otherwise.

    Attributes:
        choices: What both have changed, or may have.
        taken: What only others have changed; the form has got it.
        yours: What only the writer has changed.
    """

    choices: list[Choice]
    taken: list[Difference]
    yours: list[Difference]


def begin(form: ProposalForm, copy: WorkingCopy | None) -> None:
    """Note in a form that is opened what its fields say, to know later who changed which.

    A form that is filled in from a copy says so, and begins from where the copy began.
    """
    if copy:
        form.copy.data, form.copy_version.data = copy.key, copy.saved_at.isoformat()
        form.version.data = str(copy.version)
        return
    form.base_version.data = " ".join(
        f"{name}:{_digest(value)}" for name, value in form.fields().items()
    )


def compare(form: ProposalForm, measure: Measure, answers: Mapping[str, str]) -> Conflict:
    """Tell apart who changed what, and put into the form what only others have changed.

    Args:
        form: What the writer typed. Saving it from here on replaces the saved text.
        measure: The proposal as it is saved.
        answers: What the writer chose when they were shown the conflict before.
    """
    noted = str(form.base_version.data or "").split()
    base = dict(each.partition(":")[::2] for each in noted)
    form.conflict_version.data = str(measure.version)
    yours_now = form.fields()
    found = Conflict([], [], [])
    for each in form.differences(measure):
        saved = form.value_in(measure, each.name)
        if base.get(each.name) == _digest(yours_now[each.name]):
            _put(form[each.name], saved)
            found.taken.append(each)
        elif base.get(each.name) == _digest(saved):
            found.yours.append(each)
        else:
            found.choices.append(_choice(each, answers))
    return found


def take_chosen(form: ProposalForm, measure: Measure, answers: Mapping[str, str]) -> None:
    """Put what is saved into the fields for which the writer chose it."""
    for name in form.fields():
        if answers.get(_CHOICE.format(name)) == _THEIRS:
            _put(form[name], form.value_in(measure, name))


def _choice(each: Difference, answers: Mapping[str, str]) -> Choice:
    segments = difference(each.theirs, each.yours, whole=True)
    asked_as = _CHOICE.format(each.name)
    return Choice(
        asked_as,
        each.label,
        each.lang,
        [part for part in segments if part.part is not Part.ADDED],
        [part for part in segments if part.part is not Part.REMOVED],
        answers.get(asked_as) == _THEIRS,
    )


def _put(field: Field, value: Any) -> None:
    """Let a field show a value in place of what was typed."""
    field.data, field.raw_data = value, None


def _digest(value: Any) -> str:
    """Return a short mark of a value; it keeps no secret and needs not be hard to forge."""
    return f"{zlib.crc32(repr(value).encode(errors='backslashreplace')):08x}"
