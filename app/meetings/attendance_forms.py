"""The forms of who was at a meeting, and of who was disqualified in a matter."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import RadioField, SelectField
from wtforms.validators import Optional

from app.accounts.queries import Choice
from app.core.fields import choice, hidden, line, lines
from app.core.forms import Form
from app.core.i18n import person_name
from app.meetings.attendance import Seen
from app.meetings.disqualifying import Found
from app.meetings.states import Part, Presence, Ruling


class AttendanceForm(Form):
    """Who was at a meeting; `attendance_form` adds the fields of each person."""

    seen = hidden()
    add_id = choice(_l("Person"), _l("An expert, or a deputy whose role does not say so."))
    add_part = SelectField(
        _l("Attends as"),
        [Optional()],
        coerce=Part.parse,
        choices=lambda: {each.value: str(each.label) for each in Part},
        default=Part.EXPERT,
    )
    add_deputy = choice(_l("In the place of"))
    others = lines(
        _l("Others present"), 2000, _l("People without an account here: name and organisation.")
    )

    people: Sequence[Seen] = ()

    def said(self, *, all_present: bool = False) -> list[Seen]:
        """Return who was there by the form, with the person who is added.

        Args:
            all_present: Whether all who attend themselves are present, whatever was chosen;
                deputies stay as they were chosen.
        """
        found = {each.user_id: self._of(each, all_present=all_present) for each in self.people}
        if added := self.add_id.data:
            part = self.add_part.data or Part.EXPERT
            found[added] = Seen(added, part, Presence.PRESENT, self.add_deputy.data)
        return list(found.values())

    def _of(self, each: Seen, *, all_present: bool) -> Seen:
        present = all_present and each.deputy_for_id is None
        chosen = self.field(each, "presence").data or Presence.UNKNOWN
        deputy_for = self.field(each, "deputy")
        return Seen(
            each.user_id,
            self.field(each, "part").data or each.part,
            Presence.PRESENT if present else chosen,
            deputy_for.data if deputy_for else each.deputy_for_id,
            self.field(each, "remark").data or "",
        )

    def field(self, each: Seen, name: str) -> Any:
        """Return a field of a person; None where they have no such field."""
        return getattr(self, f"{name}_{each.user_id}", None)

    def tell(self, faults: Mapping[int, LazyString]) -> None:
        """Say beside the people what is wrong."""
        for each in self.people:
            if each.user_id in faults:
                self.field(each, "presence").errors = [str(faults[each.user_id])]
        if self.add_id.data in faults:
            self.add_id.errors = [str(faults[self.add_id.data])]


def attendance_form(
    people: Sequence[Seen],
    names: Mapping[int, str],
    further: Sequence[Choice],
    others: str,
    seen: str,
) -> AttendanceForm:
    """Return the form of who was at a meeting.

    Args:
        people: Who is expected, with what is written down of them.
        names: Their names.
        further: Who may be added.
        others: What is written down of further people.
        seen: The digest of all that is written down.
    """
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {"others": others, "seen": seen}
    # A deputy may come in the place of anybody who decides themselves.
    principals = {
        str(each.user_id): person_name(names.get(each.user_id, ""))
        for each in people
        if each.deputy_for_id is None and each.part in (Part.CHAIR, Part.MEMBER)
    }
    for each in people:
        key = each.user_id
        fields[f"presence_{key}"] = RadioField(
            _("Attendance"),
            [Optional()],
            coerce=Presence.parse,
            choices={value.value: str(value.label) for value in Presence},
        )
        fields[f"part_{key}"] = SelectField(
            _("Attends as"),
            [Optional()],
            coerce=Part.parse,
            choices={value.value: str(value.label) for value in Part},
        )
        fields[f"remark_{key}"] = line(_l("Remark"), 200)
        data |= {
            f"presence_{key}": each.presence,
            f"part_{key}": each.part,
            f"remark_{key}": each.remark,
        }
        if each.deputy_for_id is not None:
            fields[f"deputy_{key}"] = choice(_l("In the place of"))
            data[f"deputy_{key}"] = each.deputy_for_id
    form_class = type("AttendanceForm", (AttendanceForm,), {**fields, "people": people})
    form: AttendanceForm = form_class(data=data)
    for each in people:
        if field := form.field(each, "deputy"):
            own = {str(each.deputy_for_id): person_name(names.get(each.deputy_for_id or 0, ""))}
            field.choices = {"": _("Nobody")} | own | principals
    form.add_deputy.choices = {"": _("Nobody")} | principals
    # Whoever is added by a form that is sent twice stands there already when it comes again.
    known = {each.user_id for each in people} - {form.add_id.data}
    form.add_id.choices = {"": _("Nobody")} | {
        str(each.id): person_name(each.name) for each in further if each.id not in known
    }
    return form


NOTHING = "nothing"
"""The choice that nothing is written down of somebody."""


class DisqualificationForm(Form):
    """Who was disqualified in a matter; `disqualification_form` adds the fields of each."""

    seen = hidden()
    add_id = choice(_l("Person"), _l("Who has declared it in the meeting."))
    add_ruling = RadioField(
        _l("What the group found"),
        [Optional()],
        coerce=Ruling.parse,
        choices=lambda: {each.value: str(each.label) for each in Ruling},
        default=Ruling.DISQUALIFIED,
    )
    add_reason = line(_l("Reason"), 500)

    people: Sequence[int] = ()

    def said(self) -> dict[int, Found | None]:
        """Return what is to be written down by person; None for nothing."""
        found: dict[int, Found | None] = {}
        for user_id in self.people:
            ruling = Ruling.parse(self.ruling_of(user_id).data)
            reason = self.reason_of(user_id).data or ""
            found[user_id] = Found(ruling, reason) if ruling else None
        if self.add_id.data:
            ruling = self.add_ruling.data or Ruling.DISQUALIFIED
            found[self.add_id.data] = Found(ruling, self.add_reason.data or "")
        return found

    def ruling_of(self, user_id: int) -> Any:
        """Return the field of what became of somebody's disqualification."""
        return self[f"ruling_{user_id}"]

    def reason_of(self, user_id: int) -> Any:
        """Return the field of why."""
        return self[f"reason_{user_id}"]


def disqualification_form(
    known: Mapping[int, Found],
    declared: Mapping[int, Ruling],
    further: Mapping[int, str],
    seen: str,
) -> DisqualificationForm:
    """Return the form of who was disqualified in a matter.

    Args:
        known: What is written down by person.
        declared: Who has declared it in scoring.
        further: Who else might, by id and name.
        seen: The digest of all that is written down.
    """
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {"seen": seen}
    people = list(dict.fromkeys([*declared, *known]))
    for key in people:
        choices = {each.value: str(each.label) for each in Ruling}
        if key in declared:
            # Nothing but the member takes back what they have declared.
            choices.pop(Ruling.DECLARED.value)
            choices = {NOTHING: str(Ruling.DECLARED.label), **choices}
        else:
            choices[NOTHING] = _("A mistake: nothing is written down")
        fields[f"ruling_{key}"] = RadioField(_("What the group found"), choices=choices)
        fields[f"reason_{key}"] = line(_l("Reason"), 500)
        found = known.get(key)
        ruling = found.ruling.value if found else NOTHING
        data[f"ruling_{key}"] = ruling if ruling in choices else NOTHING
        data[f"reason_{key}"] = found.reason if found else ""
    form_class = type("DisqualificationForm", (DisqualificationForm,), {**fields, "people": people})
    form: DisqualificationForm = form_class(data=data)
    # As in `attendance_form`.
    known_here = {*people} - {form.add_id.data}
    form.add_id.choices = {"": _("Nobody")} | {
        str(key): person_name(name) for key, name in further.items() if key not in known_here
    }
    return form
