"""Who hears by mail of what happens to a proposal, and in which words."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.accounts import queries as accounts
from app.accounts.models import User
from app.config import Language
from app.core import clock
from app.core.bilingual import text_of
from app.core.policy import RULES, Action, Actor
from app.mail.operations import Words, reword, write
from app.mail.states import Topic
from app.measures import queries
from app.measures.models import Measure, Step
from app.measures.states import Publicity, State
from app.measures.workflow import UNMERGING, WORKFLOW

HELD = timedelta(minutes=10)
"""How long the mail of a bulk action waits, so that its undoing can take it back."""

_LONGEST_NAME = 100
"""The characters of a proposal's name in a subject."""


Hearers = Mapping[int, Sequence[User]]
"""People by the ids of the proposals of which they hear."""


def _proposers(measures: Collection[Measure]) -> Hearers:
    """Return who began each proposal, its contact, and who submitted it last."""
    submitters = queries.last_submitters([measure.id for measure in measures])
    known = {
        measure.id: {measure.created_by_id, measure.contact_id, submitters.get(measure.id)}
        for measure in measures
    }
    ids = {each for of_one in known.values() for each in of_one if each is not None}
    people = accounts.people(ids)
    return {key: [user for user in people if user.id in ids] for key, ids in known.items()}


def _secretaries(measures: Collection[Measure]) -> Hearers:
    found = accounts.holding(RULES[Action.MANAGE_PROPOSALS].roles, clock.today())
    return {measure.id: found for measure in measures}


def _all(measures: Collection[Measure]) -> Hearers:
    """Return the proposers, and the secretaries of what was ever submitted to them."""
    submitted = queries.last_submitters([measure.id for measure in measures])
    secretaries = _secretaries(measures)
    return {
        key: [*proposers, *(secretaries[key] if key in submitted else [])]
        for key, proposers in _proposers(measures).items()
    }


class Notice(NamedTuple):
    """What is told of one transition.

    Attributes:
        topic: What it is about.
        hearers: Returns who hears of it, as far as they may read the proposals.
        subject: Its subject, of which the name is a part.
        text: Its sentences.
    """

    topic: Topic
    hearers: Callable[[Collection[Measure]], Hearers]
    subject: LazyString
    text: LazyString


TABLE: Mapping[str, Notice] = MappingProxyType(
    {
        "submit": Notice(
            Topic.SUBMITTED,
            _secretaries,
            _l("Submitted: %(name)s"),
            _l(
                "%(proposal)s has been submitted. Check it, and open it for scoring or return it "
                "for completion."
            ),
        ),
        "return": Notice(
            Topic.RETURNED,
            _proposers,
            _l("Returned for completion: %(name)s"),
            _l("%(proposal)s has been returned for completion. Complete it and submit it again."),
        ),
        "open_scoring": Notice(
            Topic.HANDLED,
            _proposers,
            _l("In scoring: %(name)s"),
            _l(
                "%(proposal)s is now in scoring. The steering group scores it, and then decides on "
                "it in a meeting."
            ),
        ),
        "cancel_scoring": Notice(
            Topic.HANDLED,
            _proposers,
            _l("Taken out of scoring: %(name)s"),
            _l("%(proposal)s has been taken out of scoring. It is still submitted."),
        ),
        "approve": Notice(
            Topic.DECIDED,
            _proposers,
            _l("Approved: %(name)s"),
            _l(
                "%(proposal)s has been approved by the steering group. The city board decides on "
                "the roadmap that it goes to."
            ),
        ),
        "postpone": Notice(
            Topic.DECIDED,
            _proposers,
            _l("Postponed: %(name)s"),
            _l(
                "%(proposal)s has been postponed by the steering group, which can take it up again."
            ),
        ),
        "reject": Notice(
            Topic.DECIDED,
            _proposers,
            _l("Rejected: %(name)s"),
            _l(
                "%(proposal)s has been rejected by the steering group. Its page tells when you can "
                "propose it again."
            ),
        ),
        "rescore": Notice(
            Topic.HANDLED,
            _proposers,
            _l("Scored again: %(name)s"),
            _l("%(proposal)s is in scoring again. The steering group scores it anew and decides."),
        ),
        "undo_decision": Notice(
            Topic.DECIDED,
            _proposers,
            _l("Decision undone: %(name)s"),
            _l("%(proposal)s is in scoring again, as the decision on it has been undone."),
        ),
        "withdraw": Notice(
            Topic.HANDLED,
            _all,
            _l("Withdrawn: %(name)s"),
            _l("%(proposal)s has been withdrawn. The secretary can reopen it as a draft."),
        ),
        "merge": Notice(
            Topic.HANDLED,
            _proposers,
            _l("Merged: %(name)s"),
            _l("%(proposal)s has been merged into another one. Its page tells into which."),
        ),
        **dict.fromkeys(
            UNMERGING.values(),
            Notice(
                Topic.HANDLED,
                _proposers,
                _l("Merge undone: %(name)s"),
                _l("%(proposal)s goes on by itself, as its merge has been undone."),
            ),
        ),
        "reopen": Notice(
            Topic.HANDLED,
            _proposers,
            _l("Reopened as a draft: %(name)s"),
            _l("%(proposal)s is a draft again. You can edit it and submit it."),
        ),
    }
)
"""What is told of each transition. One that is not here is told to nobody."""

_RESUBMITTED = Notice(
    Topic.SUBMITTED,
    _secretaries,
    _l("Submitted again: %(name)s"),
    _l(
        "%(proposal)s has been completed and submitted again. Its page shows what has changed "
        "since it was returned."
    ),
)


def readers(measure: Measure, name: str) -> list[User]:
    """Return who hears of the transition `name` of a proposal, before it is made or after it.

    They are people who may read the proposal in the state that it gets. Who of them is written to
    is decided by `mail.operations.recipients`.
    """
    return readers_of([measure], name)[measure.id]


def readers_of(measures: Collection[Measure], name: str) -> Mapping[int, list[User]]:
    """Return the same of several proposals, by their ids.

    The number of queries depends on how many people there are, and not on how many proposals.
    """
    notice = TABLE.get(name)
    if notice is None:
        return {measure.id: [] for measure in measures}
    today, state = clock.today(), WORKFLOW.named(name).target
    hearers = notice.hearers(measures)
    people = {user.id: user for users in hearers.values() for user in users}
    actors = {user_id: accounts.actor_of(user_id, today) for user_id in people}
    return {
        measure.id: [
            people[user_id]
            for user_id in dict.fromkeys(user.id for user in hearers[measure.id])
            if (reader := actors[user_id]) and queries.may_read(reader, measure, state)
        ]
        for measure in measures
    }


def send(
    measure: Measure, step: Step, before: State, actor: Actor, *, batch: str | None = None
) -> None:
    """Put into the outbox what is to be told of a transition that has been made.

    Args:
        measure: The proposal.
        step: The transition.
        before: The state that the proposal was in.
        actor: Who made it.
        batch: The bulk action that it is a part of, whose mail is held back for a while.
    """
    notice = TABLE.get(step.transition)
    if notice is None:
        return
    if step.transition == "submit" and before is State.RETURNED:
        notice = _RESUBMITTED
    write(
        notice.topic,
        readers(measure, step.transition),
        lambda lang: _words(notice, measure, step.reason, lang),
        _path(measure),
        actor,
        batch=batch,
        hold=HELD if batch else None,
    )


def keep_secret(measure: Measure) -> None:
    """Let mail of a measure that has become secret, and that waits to be sent, name nothing."""
    reword(
        _path(measure),
        lambda _lang: Words(_("A proposal"), _("There is news of a proposal that concerns you.")),
    )


def _path(measure: Measure) -> str:
    return f"/measures/{measure.id}"


def _words(notice: Notice, measure: Measure, reason: str, lang: Language) -> Words:
    """Return a message in a language; of what is secret it names nothing.

    Mail leaves the tool, and what is secret does not (Act on the Openness of Government
    Activities 621/1999, 22 and 24 §).
    """
    if measure.publicity is Publicity.SECRET:
        named = {"name": _("a proposal"), "proposal": _("A proposal")}
        return Words(str(notice.subject) % named, str(notice.text) % named)
    name = text_of(measure, "name", lang).value
    text = str(notice.text) % {"proposal": _("The proposal “%(name)s”", name=name)}
    if reason:
        text = f"{text}\n\n{_('Reason: %(reason)s', reason=reason)}"
    short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    return Words(str(notice.subject) % {"name": short}, text)
