"""What must be in order before a roadmap may go to the city board: one table, with its links."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.core.bilingual import text_of
from app.core.i18n import LANGUAGES, language
from app.core.policy import Action
from app.measures.models import Measure
from app.measures.states import State
from app.measures.workflow import TWIN_TEXTS, missing, translation_gaps
from app.programmes.models import Roadmap
from app.roadmaps import board_queries, queries
from app.roadmaps.codes import may_be_coded
from app.roadmaps.queries import Content
from app.roadmaps.states import Membership

ASKED = frozenset({Membership.PROPOSED, Membership.APPROVED})
"""What is checked; what was removed, or is outside the follow-up, is not."""


class Place(NamedTuple):
    """Where something is mended.

    Attributes:
        label: The words of the link.
        endpoint: The page.
        values: The parts of its address, with `_anchor` where it is a part of the page.
        action: What one must be allowed to do there.
    """

    label: LazyString
    endpoint: str
    values: Mapping[str, Any]
    action: Action


class Shortcoming(NamedTuple):
    """What is wrong with one measure, and where that is mended."""

    measure: Measure
    text: str | LazyString
    place: Place


@dataclass(frozen=True)
class Subject:
    """A roadmap with what its checks ask, each read once.

    Attributes:
        roadmap: The year's roadmap.
        rows: What stands on it and is checked.
        matters: The meetings that are to decide on measures, by the measure's id.
        coded: The entries whose codes the city board has approved.
        carried_over: From the roadmap of which year items were carried over, by the item's id.
    """

    roadmap: Roadmap
    rows: Sequence[Content]
    matters: Mapping[int, int]
    coded: Collection[int]
    carried_over: Mapping[int, int]


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        name: Its name in code and on the page.
        title: What is wrong, as a heading over the measures.
        find: Returns what is wrong.
        holds_back: Whether the roadmap may not go to the board before it is mended.
    """

    name: str
    title: LazyString
    find: Callable[[Subject], Iterator[Shortcoming]]
    holds_back: bool = field(default=True)


class Finding(NamedTuple):
    """A check and what it found wrong."""

    check: Check
    shortcomings: Sequence[Shortcoming]


def _decisions(subject: Subject) -> Iterator[Shortcoming]:
    for row in subject.rows:
        if row.Measure.state is State.APPROVED:
            continue
        meeting_id = subject.matters.get(row.Measure.id)
        place = Place(_l("To the meetings"), "meetings.meetings", {}, Action.READ_MEETINGS)
        if meeting_id:
            values = {"meeting_id": meeting_id}
            place = Place(_l("To the meeting"), "meetings.meeting", values, Action.READ_MEETINGS)
        yield Shortcoming(row.Measure, _l("The steering group has not approved it."), place)


def _codes(subject: Subject) -> Iterator[Shortcoming]:
    for row in subject.rows:
        if text := _wrong_code(row, subject):
            yield Shortcoming(row.Measure, text, _place_of_code(row, subject))


def _wrong_code(row: Content, subject: Subject) -> LazyString | None:
    """Return what is wrong with a code; that no two are the same the database sees to itself."""
    theme, entry, now = row.Theme, row.Entry, row.Measure.theme
    if theme is None or not entry.code:
        if now is not None and now.programme_id == entry.programme_id:
            return _l("It gets its code when the roadmap is assembled.")
        return _l("It has no code, as it has no theme of the programme.")
    if not re.fullmatch(rf"{re.escape(theme.code)}\d+\w?", entry.code):
        return _l("The code %(code)s is not of its theme.", code=entry.code)
    if now is not None and now.programme_id == entry.programme_id and now.id != theme.id:
        if may_be_coded(entry, now, subject.coded):
            return _l("Its theme has changed. It gets a new code when the roadmap is assembled.")
        return _l(
            "Its theme has changed, and the city board has approved it with the code %(code)s.",
            code=entry.code,
        )
    return None


def _place_of_code(row: Content, subject: Subject) -> Place:
    now = row.Measure.theme
    is_of_programme = now is not None and now.programme_id == row.Entry.programme_id
    if now is not None and is_of_programme and may_be_coded(row.Entry, now, subject.coded):
        values: dict[str, Any] = {"year": subject.roadmap.year, "_anchor": "next"}
        return Place(_l("Assemble"), "roadmaps.roadmap", values, Action.MANAGE_ROADMAP)
    from_year = subject.carried_over.get(row.Item.id)
    if from_year and not row.Entry.code:
        values = {"year": from_year, "_anchor": f"item-{row.Item.carried_over_from_id}"}
        return Place(_l("Choose the theme"), "followup.carry_over", values, Action.MANAGE_ROADMAP)
    return _edited(row.Measure, _l("Choose the theme"))


def _classification(subject: Subject) -> Iterator[Shortcoming]:
    for row in subject.rows:
        # What the two languages lack is said by the check of the texts.
        lacking = [text for name, text in missing(row.Measure).items() if name not in TWIN_TEXTS]
        if lacking:
            text = " ".join(str(each) for each in lacking)
            yield Shortcoming(row.Measure, text, _edited(row.Measure, _l("Complete")))


def _texts(subject: Subject) -> Iterator[Shortcoming]:
    """Give what each language of a measure lacks, and which has not followed the other."""
    for row in subject.rows:
        measure = row.Measure
        for lang in LANGUAGES:
            if found := translation_gaps(measure, lang):
                yield Shortcoming(
                    measure,
                    " ".join(str(each) for each in found),
                    Place(
                        _l("Translate into Swedish")
                        if lang == "sv"
                        else _l("Translate into Finnish"),
                        "translating.translation",
                        {"measure_id": measure.id, "language": lang},
                        Action.TRANSLATE,
                    ),
                )


def _posts(subject: Subject) -> Iterator[Shortcoming]:
    for row in subject.rows:
        if row.Measure.lead_post_id is None:
            place = _edited(row.Measure, _l("Choose the post"))
            yield Shortcoming(row.Measure, _l("It has no responsible post."), place)


def _edited(measure: Measure, label: LazyString) -> Place:
    """Return the form in which a measure is edited in its state."""
    approved = measure.state is State.APPROVED
    return Place(
        label,
        "proposing.edit_facts" if approved else "proposing.edit",
        {"measure_id": measure.id},
        Action.EDIT_FACTS if approved else Action.EDIT_PROPOSAL,
    )


CHECKS = (
    Check("decisions", _l("Not decided by the steering group"), _decisions),
    Check("codes", _l("Codes and themes"), _codes),
    Check("classification", _l("Classification not complete"), _classification),
    Check("texts", _l("The two languages"), _texts),
    Check("posts", _l("Without a responsible post"), _posts, holds_back=False),
)
"""The checks of what stands on a roadmap, in the order in which they are shown."""

_FURTHER: dict[str, Check] = {}


def add(check: Check) -> None:
    """Let a room that stands below add a check of what it alone knows."""
    _FURTHER[check.name] = check


def findings(roadmap: Roadmap) -> list[Finding]:
    """Return what is wrong with a roadmap by the checks; those that find nothing are left out."""
    rows = [row for row in queries.contents(roadmap) if row.Item.membership in ASKED]
    subject = Subject(
        roadmap,
        rows,
        queries.matters_of({row.Measure.id for row in rows}),
        queries.with_standing_codes(roadmap.programme_id),
        board_queries.carried_over_from(roadmap),
    )
    found = ((check, list(check.find(subject))) for check in (*CHECKS, *_FURTHER.values()))
    return [Finding(check, shortcomings) for check, shortcomings in found if shortcomings]


def hindrances(roadmap: Roadmap) -> list[LazyString]:
    """Return, a sentence each, what holds a roadmap back from the city board."""
    return [
        _l(
            "%(name)s: %(gap)s",
            name=text_of(each.measure, "name", language()).value,
            gap=each.text,
        )
        for finding in findings(roadmap)
        if finding.check.holds_back
        for each in finding.shortcomings
    ]
