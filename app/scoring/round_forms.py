"""The forms of a scoring round, with its seats, and of a reminder."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, ValidationError

from app.core import idempotency
from app.core.fields import Day, Difference, Tick, Whole, choice, hidden
from app.core.forms import EditForm
from app.core.i18n import format_date, person_name
from app.scoring.models import Round
from app.scoring.queries import Seat
from app.scoring.round_operations import DEPUTY, SEAT, RoundFields, obstacles, unfit
from app.scoring.seats import Candidate
from app.scoring.states import Blindness

YEARS = range(2000, 2100)
"""Years of days that somebody means; others have slipped in by a digit."""


def _is_meant(_form: object, field: Field) -> None:
    if field.data and field.data.year not in YEARS:
        raise ValidationError(_("Check the year."))


class RoundForm(EditForm):
    """A scoring round; `round_form` adds the seats, and what only a new round is asked."""

    key = hidden(default=idempotency.new_key)
    opens_on = Day(
        _l("First day"),
        [InputRequired(_l("Give the first day.")), _is_meant],
        description=_l("Members score from this day on."),
    )
    closes_on = Day(
        _l("Last day"),
        [InputRequired(_l("Give the last day.")), _is_meant],
        description=_l(
            "The last day on which members score. After it everyone in the steering group sees "
            "all scores."
        ),
    )
    close_at_once = Tick(
        _l("Yes, close the round at once"),
        description=_l("Nobody scores any more, and the round cannot be opened again."),
    )
    blindness = RadioField(
        _l("How long does a scorer see nothing of what others think of a proposal?"),
        [DataRequired(_l("Choose how long."))],
        coerce=Blindness.parse,
        choices=lambda: {each.value: str(each.label) for each in Blindness},
    )
    capacity = Whole(
        _l("Room for so many measures"),
        [Optional(), NumberRange(1, 9999, _l("Give a whole number from 1 to 9,999."))],
        description=_l("The cut line of the ranking runs after so many. Leave empty if unknown."),
    )

    def __init__(self, candidates: Sequence[Candidate], **given: Any) -> None:
        super().__init__(**given)
        self.candidates = candidates
        for candidate in candidates:
            if field := self.deputy_of(candidate):
                field.choices = {"": _("No deputy")} | {
                    str(each.user_id): person_name(each.name)
                    for each in candidates
                    if each is not candidate
                }

    def seat_of(self, candidate: Candidate) -> Any:
        """The box that gives somebody a seat; None where the seat stays theirs."""
        return self._given(f"{SEAT}{candidate.user_id}")

    def deputy_of(self, candidate: Candidate) -> Any:
        """The choice of somebody's deputy; None where the deputy stays."""
        return self._given(f"{DEPUTY}{candidate.user_id}")

    def _given(self, name: str) -> Any:
        return getattr(self, name, None)

    def name_of(self, user_id: int | None) -> str:
        """Return the name of somebody whom the form knows."""
        return next(person_name(each.name) for each in self.candidates if each.user_id == user_id)

    def seats(self) -> list[Seat]:
        """Return who is to score, with their deputies."""
        found = []
        for candidate in self.candidates:
            seat, deputy = self.seat_of(candidate), self.deputy_of(candidate)
            if seat.data if seat else candidate.seat:
                kept = candidate.seat.deputy_id if candidate.seat else None
                found.append(Seat(candidate.user_id, deputy.data if deputy else kept))
        return found

    def fields(self) -> RoundFields:
        """Return what the round is to be like."""
        said = self.data
        names = ("opens_on", "closes_on", "blindness", "capacity", "close_at_once")
        return RoundFields(seats=self.seats(), **{name: said[name] for name in names})

    def validate_closes_on(self, field: Day) -> None:
        """The last day is not before the first."""
        if self.opens_on.data and field.data and field.data < self.opens_on.data:
            raise ValidationError(_("The last day is before the first."))

    def accepts(self, scoring_round: Round) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        if self.validate():
            self.tell(obstacles(scoring_round, self.fields()))
        return not self.errors

    def tell(self, found: Mapping[str, LazyString]) -> None:
        """Say beside the fields what is wrong with them, or above the form."""
        for name, text in found.items():
            if name in self:
                self[name].errors = [*self[name].errors, text]
            else:
                self.form_errors.append(text)

    def differences(self, scoring_round: Round, seats: Sequence[Seat]) -> list[Difference]:
        """Return what is saved otherwise than it is written here."""
        wanted = self.fields()
        rows = [
            (self.opens_on, format_date(scoring_round.opens_on), format_date(wanted.opens_on)),
            (self.closes_on, format_date(scoring_round.closes_on), format_date(wanted.closes_on)),
            (self.blindness, scoring_round.blindness.label, wanted.blindness.label),
            (self.capacity, scoring_round.capacity or "–", wanted.capacity or "–"),
        ]
        found = [Difference(str(row[0].label.text), str(row[1]), str(row[2])) for row in rows]
        found.append(Difference(_("Who scores"), self._listed(seats), self._listed(wanted.seats)))
        return [each for each in found if each.theirs != each.yours]

    def _listed(self, seats: Sequence[Seat]) -> str:
        """Return seats in words, those of the same people always in the same order."""
        return "; ".join(
            _(
                "%(member)s, deputy %(deputy)s",
                member=self.name_of(seat.user_id),
                deputy=self.name_of(seat.deputy_id),
            )
            if seat.deputy_id
            else self.name_of(seat.user_id)
            for seat in sorted(seats, key=lambda each: each.user_id)
        )


class NewRoundForm(RoundForm):
    """A round that is to be opened."""

    # A year that has got its round meanwhile is no wrong choice: the operation says what it is.
    year = SelectField(_l("Year of the roadmap"), coerce=int, validate_choice=False)
    criteria_of = choice(_l("Criteria"), _l("They are copied. You can change them afterwards."))

    def accepts_new(self, today: date) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        if self.validate():
            if self.fields().closes_on < today:
                self.tell({"closes_on": _l("The last day has passed already.")})
            self.tell(unfit(self.seats()))
        return not self.errors


def new_round_form(
    candidates: Sequence[Candidate], years: Sequence[int], earlier: Mapping[int, int]
) -> NewRoundForm:
    """Return the form that opens a round.

    Args:
        candidates: Who may get a seat.
        years: The years that wait for a round.
        earlier: The years of the rounds whose criteria can be taken, by the ids of the rounds.
    """
    data = {"blindness": Blindness.UNTIL_OWN, **_seated(candidates)}
    form_class = type("NewRoundForm", (NewRoundForm,), _seat_fields(candidates))
    form: NewRoundForm = form_class(candidates, data=data)
    form.year.choices = {str(year): str(year) for year in years}
    form.criteria_of.choices = {"": _("The set that comes with the tool")} | {
        str(round_id): _("Those of the round of %(year)s", year=year)
        for round_id, year in earlier.items()
    }
    return form


def round_form(
    scoring_round: Round, candidates: Sequence[Candidate], *, can_seat: bool
) -> RoundForm:
    """Return the form that changes a round.

    Args:
        scoring_round: The round.
        candidates: Who has a seat, and who may get one.
        can_seat: Whether seats may be changed.
    """
    fields = _seat_fields(candidates) if can_seat else {}
    form_class = type("RoundForm", (RoundForm,), fields)
    form: RoundForm = form_class(candidates, obj=scoring_round, data=_seated(candidates))
    return form


def _seat_fields(candidates: Sequence[Candidate]) -> dict[str, Field]:
    """Return the fields of the seats, without those that stay as they are."""
    seats: dict[str, Field] = {
        f"{SEAT}{each.user_id}": Tick(person_name(each.name))
        for each in candidates
        if not each.keeps_seat
    }
    deputies: dict[str, Field] = {
        f"{DEPUTY}{each.user_id}": choice(_l("Deputy of %(name)s", name=person_name(each.name)))
        for each in candidates
        if not each.keeps_deputy
    }
    return seats | deputies


def _seated(candidates: Sequence[Candidate]) -> dict[str, Any]:
    """Return what the fields of the seats begin with."""
    return {f"{SEAT}{each.user_id}": True for each in candidates if each.seat} | {
        f"{DEPUTY}{each.user_id}": each.seat.deputy_id for each in candidates if each.seat
    }


class ReminderForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The confirmation of a reminder; `seen` is the fingerprint of what its sender has seen."""

    key = hidden(default=idempotency.new_key)
    seen = hidden()
