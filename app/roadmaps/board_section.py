"""What the page of a roadmap or a programme shows of the city board."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from flask_babel import force_locale
from flask_babel import gettext as _

from app.config import Language
from app.core import clock
from app.core.errors import Refused
from app.core.i18n import LANGUAGES
from app.core.policy import Action, Actor, can
from app.programmes.models import Roadmap
from app.programmes.states import Phase
from app.roadmaps import board_queries, changes, queries, snapshot
from app.roadmaps.addresses import Addresses
from app.roadmaps.board_forms import BoardForm
from app.roadmaps.diff import Key, Part, differences, parts_of
from app.roadmaps.models import BoardChange, BoardDecision, BoardProposal, Snapshot
from app.roadmaps.seen import marks
from app.roadmaps.since_approval import in_words, readable, since
from app.roadmaps.states import ChangeKind
from app.roadmaps.subject import Subject
from app.roadmaps.wording import Changed, Told, changed, written

PREPARING = (Action.DECIDE_FOR_BOARD, Action.MANAGE_ROADMAP, Action.PROPOSE_TO_BOARD)
"""Who may do one of these sees what the board is about to change."""


class ChangeLine(NamedTuple):
    """A change of the city board in words.

    Attributes:
        id: Its id.
        part: What it is of, and what that says then; None where the reader may not read it.
        is_removal: Whether the measure is taken off.
    """

    id: int
    part: Changed | None
    is_removal: bool


class Kept(NamedTuple):
    """An approval that was kept, with the decision that made it."""

    snapshot: Snapshot
    decision: BoardDecision | None
    is_intact: bool


class BoardSection(NamedTuple):
    """What the section shows.

    Attributes:
        address: Where its pages are.
        is_roadmap: Whether it is of a roadmap, and not of a programme.
        is_before_board: Whether the board is to decide.
        proposal: What was proposed last; None where nothing was.
        form: The form of the decision, for the board secretary.
        refused: Why what was sent could not be done.
        changes: What the board changes, for those who prepare the matter.
        edited: What was edited after it was proposed, for the same.
        decisions: What the board decided, the latest first.
        kept: The approvals, the newest first.
        since: What has changed since the newest.
        may_download: Whether the reader may read all that the texts hold.
        reads_text: Whether they may read the text for the board.
        writes_changes: Whether they write down what the board changes.
    """

    address: Addresses
    is_roadmap: bool
    is_before_board: bool
    proposal: BoardProposal | None
    form: BoardForm | None
    refused: Refused | None
    changes: Sequence[ChangeLine]
    edited: Told
    decisions: Sequence[BoardDecision]
    kept: Sequence[Kept]
    since: Told
    may_download: bool
    reads_text: bool
    writes_changes: bool


def section_of(
    subject: Subject,
    actor: Actor,
    lang: Language,
    form: BoardForm | None = None,
    refused: Refused | None = None,
) -> BoardSection:
    """Return what a reader is shown of the city board.

    Args:
        subject: The roadmap or the programme.
        actor: The reader.
        lang: Their language.
        form: The form of the decision, if it was sent.
        refused: Why what was sent could not be done.
    """
    is_before = subject.phase is Phase.BEFORE_BOARD
    proposal = board_queries.newest(BoardProposal, subject)
    snapshots = board_queries.all_of(Snapshot, subject)
    decisions = board_queries.decisions(subject)
    prepares = (
        proposal is not None
        and is_before
        and snapshot.is_intact(proposal)
        and any(can(actor, each) for each in PREPARING)
    )
    decides = is_before and can(actor, Action.DECIDE_FOR_BOARD)
    by_id = {decision.id: decision for decision in decisions}
    texts: list[Snapshot | BoardProposal] = [*snapshots, *([proposal] if proposal else [])]
    return BoardSection(
        Addresses(subject),
        isinstance(subject, Roadmap),
        is_before,
        proposal,
        form or (new_form(subject, proposal) if decides else None),
        refused,
        change_lines(proposal, actor, lang) if prepares and proposal else [],
        in_words(since(proposal, subject), actor, lang) if prepares and proposal else Told(),
        decisions,
        [Kept(each, by_id.get(each.board_decision_id), _is_whole(each)) for each in snapshots],
        in_words(since(snapshots[0], subject), actor, lang) if _can_compare(snapshots) else Told(),
        queries.may_read_all(actor, {n for text in texts for n in _measure_ids(text)}),
        can(actor, Action.READ_BOARD_TEXT),
        decides and proposal is not None,
    )


def _is_whole(kept: Snapshot) -> bool:
    return snapshot.is_intact(kept)


def _can_compare(snapshots: Sequence[Snapshot]) -> bool:
    """Tell whether the newest approval can be compared: what was tampered with may be no text."""
    return bool(snapshots) and snapshot.is_intact(snapshots[0])


def _measure_ids(text: Snapshot | BoardProposal) -> list[int]:
    """Return the measures of a text, none of one that was tampered with."""
    return snapshot.measure_ids(text) if snapshot.is_intact(text) else []


def new_form(subject: Subject, proposal: BoardProposal | None) -> BoardForm:
    """Return the form of the board's decision on what the reader sees now."""
    number = proposal.number if proposal else 0
    return BoardForm(subject, clock.today(), number, marks(subject), summary(proposal))


def change_lines(proposal: BoardProposal, actor: Actor, lang: Language) -> list[ChangeLine]:
    """Return what the board changes in words, so far as the reader may read it."""
    parts = parts_of(snapshot.parsed(proposal))
    rows = changes.keyed(board_queries.changes_of(proposal))
    may_read = readable({key: parts[key] for _each, key in rows}, actor)
    return [
        ChangeLine(
            each.id,
            _changed(each, key, parts[key], lang) if key in may_read else None,
            each.kind is ChangeKind.REMOVED,
        )
        for each, key in rows
    ]


def _changed(change: BoardChange, key: Key, part: Part, lang: Language) -> Changed:
    if change.kind is ChangeKind.REMOVED:
        return changed(key, part, lang)
    after = {**part, **changes.shown(json.loads(change.value))}
    found = differences({key: part}, {key: after}).edited
    return changed(key, part, lang, [field for each in found for field in each.fields])


def summary(proposal: BoardProposal | None) -> str:
    """Return the changes that are written down in both languages, a line each.

    It goes into the reason of the decision, which all read.
    """
    if proposal is None or not snapshot.is_intact(proposal):
        return ""
    parts = parts_of(snapshot.parsed(proposal))
    rows = changes.keyed(board_queries.changes_of(proposal))
    found = []
    for lang in LANGUAGES:
        with force_locale(lang):
            found.append("\n".join(_sentence(*row, parts[row[1]], lang) for row in rows))
    return "\n\n".join(found) if rows else ""


def _sentence(change: BoardChange, key: Key, part: Part, lang: Language) -> str:
    if part.get("publicity") == "secret":
        return str(_("%(code)s: changed, secret", code=part.get("code") or "–"))
    of = _changed(change, key, part, lang)
    name = " ".join(filter(None, (of.code, of.name.value)))
    if change.kind is ChangeKind.REMOVED:
        return str(_("%(name)s: taken off", name=name))
    values = "; ".join(
        f"{line.label}: {written(line.old)} → {written(line.new)}" for line in of.lines
    )
    return f"{name}: {values}"
