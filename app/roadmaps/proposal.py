"""What goes before the city board: its text is kept then, and the board decides on that text."""

from typing import Any

from app.audit.operations import given, record, values_of
from app.audit.tags import Tag
from app.core import clock
from app.core.policy import Actor
from app.extensions import db
from app.measures import operations as measures
from app.programmes.models import Programme, Roadmap
from app.roadmaps import board_queries, queries, snapshot
from app.roadmaps.models import BoardProposal, Snapshot
from app.roadmaps.preparation import preparation_of
from app.roadmaps.states import BOARD_APPROVED, Membership
from app.roadmaps.subject import Subject, kind_of, owner

GOES_TO_BOARD = BOARD_APPROVED | {Membership.PROPOSED, Membership.ADDED}
"""What the board decides on: what is proposed, and what stands on the roadmap already."""


def text_of(subject: Subject) -> str:
    """Return what would be proposed to the city board now, as canonical JSON."""
    if isinstance(subject, Programme):
        return snapshot.programme_content(subject, board_queries.themes(subject))
    rows = [row for row in queries.contents(subject) if row.Item.membership in GOES_TO_BOARD]
    return roadmap_text(subject, rows, preparation_of(subject, [row.Measure.id for row in rows]))


def roadmap_text(
    roadmap: Roadmap, rows: list[queries.Content], preparation: dict[str, Any] | None
) -> str:
    """Return a roadmap with these rows as canonical JSON."""
    return snapshot.content(
        db.session.get_one(Programme, roadmap.programme_id),
        roadmap,
        rows,
        queries.other_posts({row.Measure.id for row in rows}),
        board_queries.carried_over_from(roadmap),
        preparation,
    )


def propose(subject: Subject, actor: Actor) -> BoardProposal:
    """Keep the text of what goes before the city board, and return it.

    What is proposed becomes public, as the board's agenda is.
    """
    if isinstance(subject, Roadmap):
        rows = queries.contents(subject)
        proposed = [row.Measure for row in rows if row.Item.membership is Membership.PROPOSED]
        measures.publish(proposed, actor)
    text = text_of(subject)
    kept = BoardProposal(
        **owner(subject),
        number=board_queries.count_of(BoardProposal, subject) + 1,
        content=text,
        sha256=snapshot.digest(text),
        made_at=clock.now(),
    )
    db.session.add(kept)
    db.session.flush()
    record_kept(Tag.PROPOSAL_KEPT, kept, subject, actor)
    return kept


def record_kept(tag: Tag, kept: BoardProposal | Snapshot, subject: Subject, actor: Actor) -> None:
    """Record a text that was kept: its id, number, digest and moment, by which it is verified."""
    after = {"id": kept.id, **values_of(kept), "made_at": kept.made_at}
    record(tag, actor, kind_of(subject), subject.id, after=given(after))


def proposal_before_board(subject: Subject, actor: Actor) -> BoardProposal:
    """Return the text that is before the city board.

    Where the roadmap came before the board in a version of the tool that kept none, it is kept now.

    Raises:
        Refused: The text does not match its digest, so that it is not what was proposed.
    """
    kept = board_queries.newest(BoardProposal, subject) or propose(subject, actor)
    snapshot.parsed(kept)
    return kept


def propose_imported(roadmap: Roadmap, actor: Actor) -> None:
    """Keep the text of an imported roadmap that is before the city board, where it says new."""
    kept = board_queries.newest(BoardProposal, roadmap)
    if kept is None or kept.content != text_of(roadmap):
        propose(roadmap, actor)
