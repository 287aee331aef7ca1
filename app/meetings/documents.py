"""The agenda of a meeting, and its minutes or memo, as files of Word in each language."""

from collections.abc import Sequence
from textwrap import shorten

from flask_babel import force_locale, ngettext, pgettext
from flask_babel import gettext as _

from app.config import Language, Settings
from app.core import clock
from app.core.bilingual import text_of
from app.core.i18n import format_date, format_euro, person_name
from app.measures.models import Measure
from app.meetings.models import Meeting, OtherMatter
from app.meetings.papers import PaperMatter, Papers, Present
from app.meetings.states import Outcome, Part, Presence, RecordKind, Stage
from app.meetings.times import place_of, time_of
from app.meetings.word import About, WordFile

_SHORT = 600
"""The characters of a problem in short; the rest is read in the tool."""


def agenda_file(papers: Papers, lang: Language, settings: Settings) -> bytes:
    """Return the agenda of a meeting as a file of Word."""
    with force_locale(lang):
        title = _("Agenda %(number)s", number=number_of(papers.meeting))
        return _file(papers, title, lang, settings, is_record=False)


def record_file(papers: Papers, lang: Language, settings: Settings) -> bytes:
    """Return the minutes or the memo of a meeting as a file of Word."""
    with force_locale(lang):
        title = (
            _("Minutes %(number)s", number=number_of(papers.meeting))
            if papers.meeting.record_kind is RecordKind.MINUTES
            else _("Memo %(number)s", number=number_of(papers.meeting))
        )
        return _file(papers, title, lang, settings, is_record=True)


def number_of(meeting: Meeting) -> str:
    """Return what a meeting is called by, such as 2/2026."""
    return f"{meeting.number}/{meeting.held_on.year}"


def _file(
    papers: Papers, title: str, lang: Language, settings: Settings, *, is_record: bool
) -> bytes:
    city = settings.in_language("city_name", lang)
    subject = _("%(city)s, steering group", city=city)
    file = WordFile(About(title, subject, city, lang, clock.now()))
    if is_record:
        _write_approval(file, papers.meeting)
    _write_when(file, papers.meeting)
    if is_record:
        _write_people(file, papers)
    _write_quorum(file, papers, settings.meeting_quorum, is_record=is_record)
    file.heading(pgettext("document", "Matters"), 1)
    first = [each for each in papers.others if each.comes_first]
    last = [each for each in papers.others if not each.comes_first]
    _write_others(file, first, lang, is_record=is_record)
    for number, matter in enumerate(papers.matters, 1):
        _write_matter(file, matter, number, lang, settings.address, is_record=is_record)
    _write_others(file, last, lang, is_record=is_record)
    if not papers.matters and not papers.others:
        file.line(_("There are no matters."))
    if is_record:
        _write_signatures(file, papers)
    return file.content()


def _write_approval(file: WordFile, meeting: Meeting) -> None:
    if meeting.minutes_approved_on is None:
        file.line(pgettext("document", "Not yet approved"), style="Mark")
    else:
        day = format_date(meeting.minutes_approved_on)
        file.line(pgettext("document", "Approved on %(date)s") % {"date": day}, style="Mark")


def _write_when(file: WordFile, meeting: Meeting) -> None:
    file.fact(_("Time"), time_of(meeting))
    if place := place_of(meeting):
        file.fact(_("Place"), place)


def _write_people(file: WordFile, papers: Papers) -> None:
    file.heading(_("Attendance"), 1)
    if papers.people:
        header = [_("Name"), pgettext("meeting", "As"), _("Attendance"), _("Remark")]
        file.table(header, [_person(each) for each in papers.people])
    else:
        file.line(_("The attendance has not been recorded."))
    if papers.meeting.others:
        file.heading(_("Others present"), 2)
        file.text(papers.meeting.others)


def _person(each: Present) -> list[str]:
    remarks = [each.attendance.remark]
    if each.deputy_for is not None:
        remarks.insert(0, _("deputy of %(name)s", name=person_name(each.deputy_for)))
    return [
        person_name(each.name),
        str(each.attendance.part.label),
        str(each.attendance.presence.label),
        ", ".join(filter(None, remarks)),
    ]


def _write_quorum(file: WordFile, papers: Papers, quorum: int, *, is_record: bool) -> None:
    """Say how many must be there for a decision, where the city has set it, and how many were."""
    is_known = any(each.attendance.presence is not Presence.UNKNOWN for each in papers.people)
    if not quorum and not (is_record and is_known):
        return
    file.heading(_("Quorum"), 1)
    if quorum:
        file.line(
            ngettext(
                "A decision needs %(num)s chair or member who is present and not disqualified.",
                "A decision needs %(num)s of the chair and the members to be present and not "
                "disqualified.",
                quorum,
            )
        )
    if is_record and is_known:
        file.line(
            ngettext(
                "%(num)s of those who decide was present.",
                "%(num)s of those who decide were present.",
                papers.voting,
            )
        )


def _write_matter(
    file: WordFile,
    matter: PaperMatter,
    number: int,
    lang: Language,
    address: str,
    *,
    is_record: bool,
) -> None:
    measure = matter.measure
    place = f"{matter.section}\N{NO-BREAK SPACE}§" if matter.section else f"{number}."
    if matter.is_secret:
        file.heading(" ".join((place, _("Secret matter"))), 2)
        basis = measure.secrecy_basis
        file.line(_("Secret: %(basis)s. Its content is in no paper.", basis=basis))
    else:
        name = text_of(measure, "name", lang)
        file.heading(name._replace(value=f"{place} {name.value}"), 2)
        _write_facts(file, measure, lang)
        problem = text_of(measure, "problem", lang)
        if problem.value:
            file.heading(_("Problem"), 3)
            file.line(problem._replace(value=shorten(problem.value, _SHORT, placeholder="…")))
        file.link(_("The proposal in the tool"), f"{address}/measures/{measure.id}")
    if is_record:
        _write_disqualified(file, matter)
        _write_decision(file, matter)


def _write_facts(file: WordFile, measure: Measure, lang: Language) -> None:
    for name, subject in ((_("Unit"), measure.unit), (_("Theme"), measure.theme)):
        if subject:
            file.fact(name, text_of(subject, "name", lang))
    years = [str(year) for year in (measure.first_year, measure.last_year) if year]
    facts = (
        (_("Impact"), str(measure.impact.label) if measure.impact else ""),
        (_("Cost class"), str(measure.cost_class.label) if measure.cost_class else ""),
        (_("Estimated one-off cost"), _euro(measure.cost_once)),
        (_("Estimated yearly cost"), _euro(measure.cost_yearly)),
        (_("Years"), "–".join(dict.fromkeys(years))),
        (_("Legal basis"), ", ".join(filter(None, (measure.legal_act, measure.legal_section)))),
    )
    for name, value in facts:
        if value:
            file.fact(name, value)


def _euro(amount: int | None) -> str:
    """Write an amount; nothing where none is given, which is another thing than none."""
    return "" if amount is None else format_euro(amount)


def _write_disqualified(file: WordFile, matter: PaperMatter) -> None:
    """Name who was disqualified, as the record must (Administrative Procedure Act 434/2003, 27 §).

    A reason may tell of the matter, so that of a secret one it is left out.
    """
    if not matter.disqualified:
        return
    file.heading(_("Disqualification"), 3)
    for each in matter.disqualified:
        said = [f"{person_name(each.name)}: {each.ruling.label}."]
        if each.reason and not matter.is_secret:
            said.append(_("Reason: %(reason)s", reason=each.reason))
        file.items([" ".join(said)])


def _write_decision(file: WordFile, matter: PaperMatter) -> None:
    decision = matter.decision
    file.heading(_("Decision"), 3)
    if decision.stage is not Stage.DECIDED or decision.outcome is None:
        file.line(_("Not decided yet."))
        return
    file.line(_SENTENCES[decision.outcome]())
    if decision.reason and not matter.is_secret:
        file.text(_("Reason: %(reason)s", reason=decision.reason))


_SENTENCES = {
    Outcome.APPROVE: lambda: _("The steering group approved the measure."),
    Outcome.POSTPONE: lambda: _("The steering group postponed the measure."),
    Outcome.REJECT: lambda: _("The steering group rejected the measure."),
}
"""What a record says of each outcome."""


def _write_others(
    file: WordFile, others: Sequence[OtherMatter], lang: Language, *, is_record: bool
) -> None:
    for each in others:
        file.heading(text_of(each, "title", lang), 2)
        file.text(text_of(each, "text", lang))
        outcome = text_of(each, "outcome", lang)
        if is_record and outcome.value:
            file.heading(_("Decision"), 3)
            file.text(outcome)


def _write_signatures(file: WordFile, papers: Papers) -> None:
    file.heading(_("Signatures"), 1)
    for part in (Part.CHAIR, Part.SECRETARY):
        names = papers.those(part)
        file.signature(str(part.label), names[0] if len(names) == 1 else "")
