"""What leads to the city board, and what it decides; on the blueprint of `routes.py`.

Each address is there twice: of the roadmap of a year, and of a programme.
"""

from collections.abc import Callable
from typing import Any

from flask import Response, abort, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.database import writing
from app.core.errors import Refused
from app.core.guards import check, current_actor, hide, requires
from app.core.htmx import go_to
from app.core.i18n import language
from app.core.idempotency import earlier_result, keep_result
from app.core.policy import NO_UNIT, Action
from app.extensions import db
from app.programmes.models import Programme
from app.roadmaps import board_queries, operations, queries, seen, snapshot
from app.roadmaps.addresses import Addresses
from app.roadmaps.assembling_routes import blueprint
from app.roadmaps.board import record_board_decision
from app.roadmaps.board_forms import BoardForm
from app.roadmaps.board_section import new_form
from app.roadmaps.board_text import text_for_board
from app.roadmaps.forms import TransitionForm
from app.roadmaps.models import BoardDecision, BoardProposal, Snapshot
from app.roadmaps.programme_board_routes import programme_page
from app.roadmaps.programme_editing_routes import the_programme
from app.roadmaps.programme_workflow import made_alone
from app.roadmaps.routes import roadmap_page, the_roadmap
from app.roadmaps.since_approval import between, in_words, since
from app.roadmaps.subject import Subject

__all__ = ["blueprint"]

PROPOSED_ANEW = _l("It was proposed to the city board anew after you opened the page.")

View = Callable[..., ResponseReturnValue]

_OF = {"": "/roadmaps/<int:year>", "programme_": "/programmes/<int:programme_id>"}


def of_both(path: str, name: str, *methods: str) -> Callable[[View], View]:
    """Give a view an address under that of a roadmap and one under that of a programme."""

    def decorate(view: View) -> View:
        for prefix, of in _OF.items():
            blueprint.add_url_rule(f"{of}{path}", f"{prefix}{name}", view, methods=methods)
        return view

    return decorate


def the_subject(year: int = 0, programme_id: int = 0) -> Subject:
    """Return the roadmap or the programme that an address names, or answer 404."""
    return the_roadmap(year) if year or not programme_id else the_programme(programme_id)


def page_of(subject: Subject, code: int, **sent: Any) -> ResponseReturnValue:
    """Answer with the page of a roadmap or a programme, or with the form that was sent alone.

    `sent` is `transition` or `board`, the form, and `refused`, as `roadmap_page` has them.
    """
    if isinstance(subject, Programme):
        return programme_page(subject, code, **sent)
    return roadmap_page(subject, code, **sent)


@of_both("/phase/<transition>", "move", "POST")
@requires(Action.READ_ROADMAPS)
def move(transition: str, **of: int) -> ResponseReturnValue:
    """Make a transition; what the city board decides has a form of its own."""
    found, actor = the_subject(**of), current_actor()
    row = made_alone(found, transition) or abort(404)
    check(row.action, NO_UNIT)
    form = TransitionForm(row.name, found)
    if not form.accepts(needs_reason=row.needs_reason):
        return page_of(found, 422, transition=form)
    with writing():
        found = the_subject(**of)
        if not operations.has_just_made(found, row.name, form.version.data, actor):
            operations.check_version(found, form.version.data)
            operations.move(found, row.name, actor, form.reason.data or "")
        label = found.phase.label
    flash(_("The phase is now: %(phase)s", phase=label), "success")
    return go_to(Addresses(the_subject(**of)).page)


@of_both("/board", "board", "POST")
@requires(Action.DECIDE_FOR_BOARD)
def board(**of: int) -> ResponseReturnValue:
    """Record what the city board decided."""
    actor = current_actor()
    form = _form(the_subject(**of))
    if not form.accepts():
        return page_of(the_subject(**of), 422, board=form)
    key = form.key.data or ""
    try:
        with writing():
            if earlier_result(actor, key) is None:
                found = the_subject(**of)
                _check_seen(found, form)
                record_board_decision(found, **form.fields(), actor=actor)
                keep_result(actor, key, "recorded")
    except Refused as refused:
        found = the_subject(**of)
        now = _form(found)
        if form.proposal.data == now.proposal.object_data:
            form.look_again(str(now.seen.object_data))
            form.version.data, form.version.raw_data = found.version, None
        return page_of(found, 409, board=form, refused=refused)
    flash(_("The decision of the city board was recorded."), "success")
    return go_to(Addresses(the_subject(**of)).page)


def _form(subject: Subject) -> BoardForm:
    return new_form(subject, board_queries.newest(BoardProposal, subject))


def _check_seen(subject: Subject, form: BoardForm) -> None:
    """Raise Refused, and say what, when others have changed something since the form was opened."""
    proposal = board_queries.newest(BoardProposal, subject)
    if proposal and form.proposal.data != proposal.number:
        raise Refused(PROPOSED_ANEW)
    seen.check(subject, str(form.seen.data or ""), current_actor(), language())
    operations.check_version(subject, form.version.data)


@of_both("/board-text", "board_text", "GET")
@requires(Action.READ_BOARD_TEXT)
def board_text(**of: int) -> ResponseReturnValue:
    """Show the text for the city board in both languages, to be taken to where it is handled."""
    found = the_subject(**of)
    return render_template(
        "roadmaps/board_text.html",
        subject=found,
        address=Addresses(found),
        text=text_for_board(found, current_actor()),
    )


@of_both("/differences", "differences", "GET")
@requires(Action.READ_ROADMAPS)
def differences(**of: int) -> ResponseReturnValue:
    """Show what differs between an approval and another, or what there is now."""
    found, lang = the_subject(**of), language()
    kept = {each.number: each for each in board_queries.all_of(Snapshot, found)}
    older = kept.get(request.args.get("from", max(kept, default=0), type=int)) or abort(404)
    later = kept.get(request.args.get("to", 0, type=int))
    different = between(older, later) if later else since(older, found)
    return render_template(
        "roadmaps/differences.html",
        subject=found,
        address=Addresses(found),
        numbers=sorted(kept),
        older=older,
        later=later,
        decision=db.session.get(BoardDecision, older.board_decision_id),
        told=in_words(different, current_actor(), lang),
    )


@of_both("/snapshots/<int:number>.json", "snapshot", "GET")
@requires(Action.READ_ROADMAPS)
def snapshot_file(number: int, **of: int) -> ResponseReturnValue:
    """Give an approval exactly as it is kept, so that the file has the digest on the page."""
    found = the_subject(**of)
    return _file(found, board_queries.numbered(Snapshot, found, number), f"{number}")


@of_both("/proposals/<int:number>.json", "proposal", "GET")
@requires(Action.READ_ROADMAPS)
def proposal_file(number: int, **of: int) -> ResponseReturnValue:
    """Give a proposal to the city board exactly as it is kept."""
    found = the_subject(**of)
    return _file(found, board_queries.numbered(BoardProposal, found, number), f"proposal-{number}")


def _file(subject: Subject, kept: Snapshot | BoardProposal | None, name: str) -> Response:
    """Answer with a text as a file; it is hidden from those who may not read all that is in it."""
    if kept is None:
        abort(404)
    if not queries.may_read_all(current_actor(), snapshot.measure_ids(kept)):
        hide()
    response = Response(kept.content, mimetype="application/json")
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"{_file_name(subject)}-{name}.json"
    )
    return response


def _file_name(subject: Subject) -> str:
    if isinstance(subject, Programme):
        return f"digital-programme-{subject.first_year}"
    return f"digital-roadmap-{subject.year}"
