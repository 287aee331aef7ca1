"""Writing down what the city board changes; on the blueprint of `routes.py`."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.database import writing
from app.core.errors import Refused
from app.core.guards import current_actor, requires
from app.core.htmx import go_to, render
from app.core.i18n import language
from app.core.policy import Action
from app.extensions import db
from app.programmes.models import Programme, Roadmap
from app.programmes.states import Phase
from app.roadmaps import board_queries, changes, snapshot
from app.roadmaps.addresses import Addresses
from app.roadmaps.board_forms import ChangeForm
from app.roadmaps.board_routes import PROPOSED_ANEW, blueprint, of_both, the_subject
from app.roadmaps.board_section import change_lines
from app.roadmaps.diff import Key, Part, parts_of
from app.roadmaps.models import BoardProposal
from app.roadmaps.since_approval import readable
from app.roadmaps.subject import Subject
from app.roadmaps.wording import name_in

__all__ = ["blueprint"]

OFF = "off"
"""What is asked for in the place of a field when the board takes a measure off."""


class Chosen(NamedTuple):
    """What is to be changed: a part of the proposal and one of its fields, or `OFF`."""

    key: Key
    part: Part
    field: str


@of_both("/board-changes", "board_changes", "GET")
@requires(Action.DECIDE_FOR_BOARD)
def board_changes(**of: int) -> ResponseReturnValue:
    """Show what the board changes, and ask for another change."""
    found = the_subject(**of)
    proposal = _proposal(found)
    chosen = _chosen(proposal, request.args)
    return _page(found, proposal, chosen, _form(found, proposal, chosen))


@of_both("/board-changes", "add_board_change", "POST")
@requires(Action.DECIDE_FOR_BOARD)
def add_board_change(**of: int) -> ResponseReturnValue:
    """Write down a change of the board."""
    found, actor = the_subject(**of), current_actor()
    proposal = _proposal(found)
    chosen = _chosen(proposal, request.form) or abort(400)
    form = _form(found, proposal, chosen)
    if form and not form.accepts():
        return _page(found, proposal, chosen, form, 422)
    try:
        with writing():
            found = the_subject(**of)
            proposal = _proposal(found)
            _check_number(proposal)
            if form:
                changes.write_down(found, proposal, chosen.key, chosen.field, form.values(), actor)
            else:
                changes.take_off(found, proposal, chosen.key, actor)
    except Refused as refused:
        found = the_subject(**of)
        return _page(found, _proposal(found), chosen, form, 409, refused)
    flash(_("The change was written down."), "success")
    return go_to(Addresses(the_subject(**of))("board_changes"))


@of_both("/board-changes/<int:change_id>/remove", "remove_board_change", "POST")
@requires(Action.DECIDE_FOR_BOARD)
def remove_board_change(change_id: int, **of: int) -> ResponseReturnValue:
    """Remove a change that was written down; one that is gone already is removed."""
    with writing():
        found = the_subject(**of)
        kept = board_queries.newest(BoardProposal, found) or abort(404)
        change = board_queries.change(kept, change_id)
        if change:
            changes.strike_out(found, _proposal(found), change, current_actor())
    flash(_("The change was removed."), "success")
    return go_to(Addresses(the_subject(**of))("board_changes"))


def _proposal(subject: Subject) -> BoardProposal:
    """Return what is before the board, or answer 409 when nothing is."""
    proposal = board_queries.newest(BoardProposal, subject)
    if proposal is None or subject.phase is not Phase.BEFORE_BOARD:
        raise Refused(_("Nothing is before the city board now."))
    return proposal


def _check_number(proposal: BoardProposal) -> None:
    if request.form.get("proposal") != str(proposal.number):
        raise Refused(PROPOSED_ANEW)


def _chosen(proposal: BoardProposal, asked: Mapping[str, str]) -> Chosen | None:
    """Return what an address or a form asks to change; None when it is nothing that can be."""
    kind, _sign, number = asked.get("part", "").partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    parts = parts_of(snapshot.parsed(proposal))
    key, field = (kind, int(number)), asked.get("field", "")
    known = field in changes.COLUMNS.get(kind, ()) or (kind, field) == ("measure", OFF)
    if not known or key not in readable({key: parts[key]} if key in parts else {}, current_actor()):
        return None
    return Chosen(key, parts[key], field)


def _form(subject: Subject, proposal: BoardProposal, chosen: Chosen | None) -> ChangeForm | None:
    """Return the form of what was chosen; None where there is nothing to fill in."""
    if chosen is None or chosen.field == OFF:
        return None
    programme = (
        db.session.get_one(Programme, subject.programme_id)
        if isinstance(subject, Roadmap)
        else subject
    )
    return ChangeForm(
        proposal.number,
        chosen.key,
        chosen.field,
        chosen.part,
        board_queries.posts(),
        board_queries.themes(programme),
    )


def _page(
    subject: Subject,
    proposal: BoardProposal,
    chosen: Chosen | None,
    form: ChangeForm | None,
    code: int = 200,
    refused: Refused | None = None,
) -> ResponseReturnValue:
    actor, lang = current_actor(), language()
    parts = parts_of(snapshot.parsed(proposal))
    may_read = readable(parts, actor)
    page = "roadmaps/board_changes.html"
    return render(
        page,
        page,
        code,
        subject=subject,
        address=Addresses(subject),
        proposal=proposal,
        lines=change_lines(proposal, actor, lang),
        parts=[
            (f"{key[0]}-{key[1]}", part.get("code") or "", name_in(part, lang))
            for key, part in parts.items()
            if key in may_read
        ],
        fields=_fields_of(subject),
        chosen=chosen,
        chosen_name=name_in(chosen.part, lang) if chosen else None,
        form=form,
        refused=refused,
    )


def _fields_of(subject: Subject) -> list[tuple[str, str]]:
    """Return what can be changed on a roadmap or in a programme, with what it is called."""
    kind = "measure" if isinstance(subject, Roadmap) else "programme"
    fields = [(name, str(changes.FIELDS[name])) for name in changes.COLUMNS[kind]]
    return [(OFF, _("Take the measure off")), *fields] if kind == "measure" else fields
