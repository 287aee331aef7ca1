"""What can happen to measures; each operation flushes and leaves the commit to its caller."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    CompoundSelect,
    bindparam,
    delete,
    insert,
    inspect,
    literal,
    select,
    union_all,
)

from app.audit.operations import (
    given,
    record,
    record_added,
    record_difference,
    recorded,
    values_of,
)
from app.audit.tags import Kind, Tag
from app.config import Language
from app.core import clock, idempotency
from app.core.database import has_one_writer
from app.core.errors import Refused, Stale
from app.core.policy import NO_UNIT, Action, Actor, can
from app.extensions import db
from app.measures import likeness, notices, search
from app.measures.content import content_of, packed, unpacked
from app.measures.editing import POSTS, PROPOSED, editable, may_edit, reason_not_to_edit
from app.measures.models import Entry, FormerCode, Measure, MeasurePost, MeasureWord, Step
from app.measures.queries import last_step, post_ids_of
from app.measures.states import Publicity, State
from app.measures.workflow import EDITED, IN_THE_UNIT, TWIN_TEXTS, WORKFLOW, base_of
from app.programmes.models import Programme, Theme

_SEARCHED = tuple(f"{name}_{lang}" for name in TWIN_TEXTS for lang in ("fi", "sv"))

# Without what these refer to: PostgreSQL locks no outer join.
_COLUMNS = Measure.__table__.columns.keys()

_FIRST_VERSION = 1

# Every save of a text runs these, so they are put together once and go past the ORM.
_WORDS = MeasureWord.metadata.tables[MeasureWord.__tablename__]
_ADD_WORDS = insert(_WORDS)
_DELETE_WORDS = delete(_WORDS).where(
    _WORDS.c.measure_id == bindparam("of"), _WORDS.c.word.in_(bindparam("words", expanding=True))
)
_WORDS_AND_CODES: CompoundSelect[str, bool] = union_all(
    select(MeasureWord.word.label("text"), literal(value=False).label("is_code")).where(
        MeasureWord.measure_id == bindparam("measure_id")
    ),
    select(Entry.code, literal(value=True)).where(Entry.measure_id == bindparam("measure_id")),
)


def create_proposal(actor: Actor, fields: Mapping[str, Any], key: str = "") -> Measure:
    """Add a draft; a form that is sent twice makes one.

    Args:
        actor: Who writes it.
        fields: Fields of `PROPOSED` and their values; a name and the unit at least.
        key: The form's key. When it comes again with other words (the writer went back to the
            form), what it made the first time is changed.

    Raises:
        Stale: It comes again with other words, and what it made has been changed since.
        Refused: The actor may not propose for that unit, or the key is that of another form.
    """
    if not can(actor, Action.PROPOSE, fields["unit_id"] or NO_UNIT):
        raise Refused(_l("You may not propose on behalf of this unit."))
    # The demo says of what it proposes that it is invented.
    _check_fields(fields, PROPOSED | {"invented"})
    if known := idempotency.earlier_result(actor, key):
        measure = db.session.get(Measure, int(known)) if known.isdecimal() else None
        if measure is None:
            raise Refused(_l("This form has been sent already, and did something else."))
        edit_proposal(measure, _FIRST_VERSION, fields, actor)
        return measure
    measure = add_measure(actor, **fields, state=State.DRAFT)
    idempotency.keep_result(actor, key, str(measure.id))
    return measure


def edit_proposal(
    measure: Measure,
    version: int,
    fields: Mapping[str, Any],
    actor: Actor,
    *,
    still_matches: bool = False,
) -> None:
    """Change a proposal, and note which language has not followed.

    What is already so is no change, and asks for nothing.

    Args:
        measure: The proposal.
        version: The version that the actor saw.
        fields: Fields of `PROPOSED` and their new values.
        actor: Who edits.
        still_matches: Whether the texts of the two languages match, whatever was changed.

    Raises:
        Stale: Somebody else has changed the proposal after that version.
        Refused: The actor may not set one of these fields in its present state, or not to that.
    """
    changed = {name: new for name, new in fields.items() if new != _value(measure, name)}
    stale = _stale_after(measure, changed, still_matches=still_matches)
    if not changed and stale == measure.stale:
        return
    _take_turn(measure)
    if not may_edit(measure, actor):
        raise Refused(reason_not_to_edit(measure))
    if measure.version != version:
        raise Stale
    _check_fields(changed, editable(measure, actor))
    if "unit_id" in changed and not can(actor, Action.PROPOSE, changed["unit_id"] or NO_UNIT):
        raise Refused(_l("You may not propose on behalf of this unit."))
    before = content_of(measure, changed)
    change(measure, actor, **changed, stale=stale)
    if changed and measure.state not in IN_THE_UNIT:
        _mark_edited(measure, before, actor)


def _take_turn(measure: Measure) -> None:
    """Let what is done to a measure at once come one after the other, and read it anew.

    Otherwise the second would not find what the first has made of it. Where there is one writer
    nothing has changed since the transaction began.
    """
    if not has_one_writer():
        db.session.refresh(measure, _COLUMNS, with_for_update=True)


def _check_fields(fields: Mapping[str, Any], may_be_set: Collection[str]) -> None:
    """Raise Refused where `fields` has one that may not be set, or makes the proposal public."""
    makes_public = fields.get("publicity") is Publicity.PUBLIC
    if makes_public or not fields.keys() <= set(may_be_set):
        raise Refused(_l("Your role does not include editing this."))


def _value(measure: Measure, name: str) -> Any:
    """Return what a field of `PROPOSED` says now."""
    return post_ids_of(measure.id) if name == POSTS else getattr(measure, name)


def _mark_edited(measure: Measure, before: Mapping[str, Any], actor: Actor) -> None:
    """Write down what was edited in a proposal that the unit has handed over.

    What one person edits on one day, with nothing in between, is one step.

    Args:
        measure: The proposal.
        before: The columns that were changed, with what they said.
        actor: Who edited.
    """
    now = clock.now()
    step = last_step(measure.id)
    if (
        step is None
        or (step.transition, step.actor_id) != (EDITED, actor.user_id)
        or clock.local(step.made_at).date() != clock.local(now).date()
    ):
        step = Step(
            measure_id=measure.id, transition=EDITED, target=measure.state, actor_id=actor.user_id
        )
        db.session.add(step)
    content = {**before, **unpacked(step.content or "{}")}
    step.concerned = " ".join(dict.fromkeys(base_of(name) for name in content))
    step.content = packed(content)
    step.made_at = now
    db.session.flush()


def _stale_after(
    measure: Measure, changed: Mapping[str, Any], *, still_matches: bool
) -> Language | None:
    """Return the language that lags behind after `changed`.

    A text that is changed leaves its translation behind. One that is written where there was none
    leaves nothing behind: it is the translation itself. Changing the language that lagged, or
    both, brings them together again.
    """
    touched = {name[-2:] for name in changed if name[:-3] in TWIN_TEXTS}
    if still_matches or len(touched) == 2 or touched == {measure.stale}:
        return None
    for name, new in changed.items():
        if new and name[:-3] in TWIN_TEXTS and getattr(measure, name):
            lagging: Language = "sv" if name.endswith("fi") else "fi"
            if getattr(measure, f"{name[:-3]}_{lagging}"):
                return lagging
    return measure.stale


def move(
    measure: Measure,
    name: str,
    actor: Actor,
    reason: str = "",
    *,
    concerned: Collection[str] = (),
    batch: str | None = None,
) -> Step:
    """Make the transition `name` of the workflow, write it down, and tell whom it concerns.

    Args:
        measure: The proposal.
        name: A row of `WORKFLOW`. What a row needs of a round or a meeting is its caller's matter.
        actor: Who makes it.
        reason: Why, where the row asks for it.
        concerned: The fields that the reason is about, twin texts without their ending.
        batch: The bulk action that this is a part of; it marks the mail, too.

    Raises:
        Refused: The workflow does not allow it now; the proposal is as it was.
    """
    _take_turn(measure)
    before = measure.state
    transition = WORKFLOW.apply(name, measure, actor, reason)
    step = Step(
        measure_id=measure.id,
        transition=name,
        target=transition.target,
        reason=reason.strip(),
        concerned=" ".join(concerned),
        # Where the unit goes on writing, this is what its changes are told from.
        content=packed(content_of(measure)) if transition.target is State.RETURNED else None,
        actor_id=actor.user_id,
        made_at=clock.now(),
    )
    db.session.add(step)
    db.session.flush()
    record(
        Tag.MEASURE_MOVED,
        actor,
        Kind.MEASURE,
        measure.id,
        before={"state": before},
        after=given({"state": step.target, "reason": step.reason}),
    )
    notices.send(measure, step, before, actor, batch=batch)
    return step


def publish(measures: Iterable[Measure], actor: Actor) -> None:
    """Make measures public that are before the city board; what is secret stays so."""
    for measure in measures:
        if measure.publicity is Publicity.NOT_YET_PUBLIC:
            with recorded(Tag.PUBLISHED, actor, Kind.MEASURE, measure):
                measure.publicity = Publicity.PUBLIC


def add_measure(actor: Actor, **fields: Any) -> Measure:
    """Add a measure as it is known elsewhere, in whatever state `fields` gives it."""
    now = clock.now()
    posts = fields.pop(POSTS, ())
    measure = Measure(created_by_id=actor.user_id, created_at=now, changed_at=now, **fields)
    db.session.add(measure)
    db.session.flush()
    index_words(measure)
    likeness.write(measure)
    after = given(values_of(measure))
    if posts:
        _set_posts(measure, posts)
        after[POSTS] = posts
    record(Tag.MEASURE_ADDED, actor, Kind.MEASURE, measure.id, after=after)
    return measure


def change(measure: Measure, actor: Actor, **fields: Any) -> None:
    """Set fields of a measure, `POSTS` among them; this makes a new version of it."""
    before = _recorded(measure, fields)
    for name, value in fields.items():
        if name == POSTS:
            _set_posts(measure, value)
        else:
            setattr(measure, name, value)
    measure.changed_at = clock.now()
    measure.version += 1
    db.session.flush()
    after = _recorded(measure, fields)
    record_difference(Tag.MEASURE_EDITED, actor, Kind.MEASURE, measure.id, before, after)
    columns = {name.removesuffix("_id") for name in fields if name.endswith("_id")}
    if references := columns.intersection(inspect(Measure).relationships.keys()):
        db.session.expire(measure, references)
    if fields.get("publicity") is Publicity.SECRET:
        notices.keep_secret(measure)
    if not fields.keys().isdisjoint(_SEARCHED):
        index_words(measure)
    if not fields.keys().isdisjoint(likeness.COMPARED):
        likeness.write(measure)


def _recorded(measure: Measure, names: Collection[str]) -> dict[str, Any]:
    """Return what the record knows of a measure, with its further posts where they are named."""
    posts = {POSTS: post_ids_of(measure.id)} if POSTS in names else {}
    return {**values_of(measure), **posts}


def _set_posts(measure: Measure, post_ids: Collection[int]) -> None:
    """Make these the posts that are responsible for a measure beside the lead post."""
    db.session.execute(delete(MeasurePost).where(MeasurePost.measure_id == measure.id))
    rows = [{"measure_id": measure.id, "post_id": post_id} for post_id in sorted(post_ids)]
    if rows:
        db.session.execute(insert(MeasurePost), rows)


def index_words(measure: Measure) -> None:
    """Bring the words that the measure is found by up to date: those of its texts and codes."""
    rows = db.session.execute(_WORDS_AND_CODES, {"measure_id": measure.id}).all()
    known = {row.text for row in rows if not row.is_code}
    texts = [getattr(measure, name) for name in _SEARCHED]
    wanted = search.words(*texts, *(row.text for row in rows if row.is_code))
    if gone := known - wanted:
        db.session.execute(_DELETE_WORDS, {"of": measure.id, "words": sorted(gone)})
    if new := wanted - known:
        added = [{"word": word, "measure_id": measure.id} for word in sorted(new)]
        db.session.execute(_ADD_WORDS, added)


def enter(
    measure: Measure,
    programme: Programme,
    actor: Actor,
    theme: Theme | None = None,
    code: str | None = None,
) -> Entry:
    """Put a measure into a programme, under a theme and with a code where they are known."""
    entry = Entry(
        measure_id=measure.id,
        programme_id=programme.id,
        theme_id=theme.id if theme else None,
        code=code,
        code_order=code_order(code),
    )
    db.session.add(entry)
    db.session.flush()
    index_words(measure)
    record_added(Tag.MEASURE_ENTERED, actor, Kind.MEASURE, entry, subject_id=measure.id)
    return entry


def place_under(
    entry: Entry, theme: Theme | None, code: str | None, measure: Measure, actor: Actor
) -> None:
    """Set the theme and the code of an entry; a code that it gives up stays nobody's."""
    if entry.code and entry.code != code:
        db.session.merge(FormerCode(programme_id=entry.programme_id, code=entry.code))
    with recorded(
        Tag.ENTRY_CHANGED,
        actor,
        Kind.MEASURE,
        entry,
        subject_id=measure.id,
        naming=("programme_id",),
    ):
        entry.theme_id = theme.id if theme else None
        entry.code = code
        entry.code_order = code_order(code)
    index_words(measure)


def code_order(code: str | None) -> str:
    """Return a code with its numbers padded, so that A9 sorts before A13."""
    return re.sub(r"\d+", lambda number: number.group().zfill(5), code or "")
