"""What a decision on unfinished measures would do, found out before anything is done."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.core.policy import Actor
from app.followup.carry_over import STATUS_OF, hindrance
from app.followup.carry_over_queries import Left, left_by, taking, themes_of
from app.followup.states import Choice, Status
from app.programmes.models import Roadmap, Theme


@dataclass(frozen=True)
class Plan:
    """What would become of measures.

    Attributes:
        choice: What is to be decided.
        taking: The roadmap onto which comes what continues; None while none is assembled.
        hindrance: Why nothing can be decided so now; None when it can.
        changes: The measures of which it would be decided.
        left_out: Those of which it cannot be, and why.
        themes: The themes to choose from for those that come into a new programme; none where the
            programme goes on.
    """

    choice: Choice
    taking: Roadmap | None
    hindrance: LazyString | None
    changes: Sequence[Left]
    left_out: Sequence[tuple[Left, LazyString]]
    themes: Sequence[Theme]

    @property
    def status(self) -> Status:
        """What is reported of those that do not continue."""
        return STATUS_OF[self.choice]

    def suggested(self, left: Left) -> Theme | None:
        """Return the theme that seems to be the same in the new programme."""
        old = left.theme
        same = (
            theme
            for theme in self.themes
            if old and (theme.code, theme.name_fi) == (old.code, old.name_fi)
        )
        return next(same, None)

    def needs_theme(self, left: Left) -> bool:
        """Tell whether the theme is to be chosen under which a measure goes on."""
        has_code = left.next_entry is not None and left.next_entry.code is not None
        return bool(self.themes) and not has_code

    @property
    def fingerprint(self) -> str:
        """What is the same as long as the same would happen to the same measures."""
        what = [
            self.choice,
            self.taking.id if self.taking else 0,
            [
                [left.item.id, left.measure.version, left.report.id if left.report else 0]
                for left in self.changes
            ],
            [left.item.id for left, _reason in self.left_out],
            [theme.id for theme in self.themes],
        ]
        return sha256(json.dumps(what).encode()).hexdigest()


def make(
    before: Roadmap,
    choice: Choice,
    item_ids: Collection[int],
    actor: Actor,
    today: date,
) -> Plan:
    """Return what deciding would do now; nothing is written.

    Args:
        before: The roadmap that left something unfinished.
        choice: What is to be decided.
        item_ids: Items of that roadmap. What is not unfinished is as if it were not there.
        actor: Who would decide.
        today: The day.
    """
    changes, left_out = [], []
    for left in left_by(before, actor):
        if left.item.id not in item_ids:
            continue
        if reason := _hinders(left, choice, today):
            left_out.append((left, reason))
        else:
            changes.append(left)
    takes = taking(before)
    is_new = takes and choice is Choice.CONTINUE and takes.programme_id != before.programme_id
    themes = themes_of(takes.programme_id) if takes and is_new else ()
    return Plan(choice, takes, hindrance(before, takes, choice), changes, left_out, themes)


def _hinders(left: Left, choice: Choice, today: date) -> LazyString | None:
    if left.decision:
        return _l("It has been decided already: %(choice)s.", choice=left.decision.choice.label)
    if left.stands:
        return _l("It stands on the roadmap already.")
    if choice is not Choice.CONTINUE and left.report and left.report.as_of > today:
        return _l("Something has been reported of a later day.")
    return None
