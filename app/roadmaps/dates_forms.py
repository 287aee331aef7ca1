"""The form of the days of a roadmap."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired, Optional

from app.core.fields import Day, Difference
from app.core.forms import EditForm
from app.core.i18n import format_date
from app.programmes.models import Roadmap
from app.roadmaps import dates
from app.roadmaps.dates import MILESTONES, NAMED, NEEDED


def _day(name: str) -> Day:
    milestone = NAMED[name]
    check = InputRequired(_l("Give the date.")) if name in NEEDED else Optional()
    return Day(milestone.label, [check], description=milestone.meaning)


class DatesForm(EditForm):
    """The days of a roadmap; those that can no longer be set have no field.

    Attributes:
        is_suggested: Whether the days are only those of the year before, and nothing is saved yet.
    """

    collect_from = _day("collect_from")
    submit_by = _day("submit_by")
    score_by = _day("score_by")
    draft_by = _day("draft_by")
    board_by = _day("board_by")
    budget_on = _day("budget_on")
    midyear_report_by = _day("midyear_report_by")
    year_report_by = _day("year_report_by")

    def __init__(self, roadmap: Roadmap, earlier: Roadmap | None) -> None:
        saved = dates.days_of(roadmap)
        offered = dates.suggested(earlier) if earlier and not any(saved.values()) else {}
        self.is_suggested = any(offered.values())
        super().__init__(
            data={"version": roadmap.version, **(offered if self.is_suggested else saved)}
        )
        self._roadmap = roadmap
        for milestone in MILESTONES:
            if milestone.name not in dates.settable(roadmap):
                del self[milestone.name]

    def accepts(self) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        if not self.validate():
            return False
        days = {**dates.days_of(self._roadmap), **self.fields()}
        for name, fault in dates.faults(days, self._roadmap.year).items():
            if name in self:
                self[name].errors = [fault]
            else:
                self.form_errors.append(fault)
        return not self.errors

    def fields(self) -> dict[str, Any]:
        """Return the days that the form gives, by the columns of `Roadmap`."""
        return {each.name: self[each.name].data for each in MILESTONES if each.name in self}

    def differences(self, roadmap: Roadmap) -> list[Difference]:
        """Return the days that are saved otherwise than they are written here."""
        return [
            Difference(str(NAMED[name].label), _shown(getattr(roadmap, name)), _shown(yours))
            for name, yours in self.fields().items()
            if yours != getattr(roadmap, name)
        ]


def _shown(day: date | None) -> str:
    return format_date(day) if day else str(_("not given"))
