"""From which state to which, by whom and on what conditions: tables, and the code reading them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.core.enums import Labelled
from app.core.errors import Refused
from app.core.policy import NO_UNIT, Action, Actor, can

S = TypeVar("S", bound=Labelled)

Check = Callable[[Any], Sequence[str | LazyString]]
"""Given the subject, returns why the transition can't be made now; nothing when it can."""


@dataclass(frozen=True)
class Transition(Generic[S]):
    """One row of a workflow table.

    Attributes:
        name: The row's name in code and addresses.
        label: The words on its button.
        sources: The states in which it can be made.
        target: The state that it leads to.
        action: What the policy says of who may make it.
        needs_reason: Whether a reason must be given.
        checks: Further conditions.
        confirmed: Whether a page tells what will happen before it is made.
    """

    name: str
    label: LazyString
    sources: frozenset[S]
    target: S
    action: Action
    needs_reason: bool = False
    checks: tuple[Check, ...] = field(default=())
    confirmed: bool = False

    @property
    def asks(self) -> bool:
        """Whether a page stands before it: for the reason, or to be certain."""
        return self.needs_reason or self.confirmed

    def check_source(self, state: S) -> None:
        """Raise Refused unless the row starts from `state`."""
        if state not in self.sources:
            raise Refused(
                _l("This can no longer be done: the state is now “%(state)s”.", state=state.label)
            )

    def unmet(self, subject: object) -> list[str | LazyString]:
        """Return the reasons for which the checks hold `subject` back."""
        return [reason for check in self.checks for reason in check(subject)]


@dataclass(frozen=True)
class Workflow(Generic[S]):
    """A table of transitions over one attribute of a subject.

    Attributes:
        attribute: The attribute of the subject that holds the state.
        transitions: The rows.
    """

    attribute: str
    transitions: tuple[Transition[S], ...]

    def named(self, name: str) -> Transition[S]:
        """Return the row called `name`; KeyError when there is none."""
        for transition in self.transitions:
            if transition.name == name:
                return transition
        raise KeyError(name)

    def available(self, subject: object, actor: Actor) -> list[Transition[S]]:
        """Return the rows that `actor` may use on `subject` in its present state.

        The checks are not asked: a button whose conditions are unmet is shown, and says why.
        """
        state = getattr(subject, self.attribute)
        return [
            transition
            for transition in self.transitions
            if state in transition.sources and can(actor, transition.action, _unit_id(subject))
        ]

    def unmet(self, name: str, subject: object) -> list[str | LazyString]:
        """Return the reasons for which the checks of the row `name` hold `subject` back."""
        return self.named(name).unmet(subject)

    def apply(self, name: str, subject: object, actor: Actor, reason: str = "") -> Transition[S]:
        """Set the state of `subject` as the row `name` says.

        Raises:
            Refused: The row does not start from the present state, the actor may not use it, the
                reason is missing, or a check is unmet. The subject is as it was.
        """
        transition = self.named(name)
        state = getattr(subject, self.attribute)
        transition.check_source(state)
        if not can(actor, transition.action, _unit_id(subject)):
            raise Refused(_l("Your role does not include this action."))
        if transition.needs_reason and not reason.strip():
            raise Refused(_l("Give a reason."))
        if unmet := self.unmet(name, subject):
            raise Refused(*unmet)
        setattr(subject, self.attribute, transition.target)
        return transition


def _unit_id(subject: object) -> int:
    """Return the unit that owns the subject."""
    unit_id: int | None = getattr(subject, "unit_id", None)
    return unit_id or NO_UNIT
