"""The buttons by which a roadmap or a programme goes from one phase to another."""

from typing import NamedTuple

from flask_babel.speaklater import LazyString

from app.core.policy import Actor
from app.core.transitions import Transition
from app.programmes.states import Phase
from app.roadmaps.forms import TransitionForm
from app.roadmaps.programme_workflow import offered, workflow_of
from app.roadmaps.subject import Subject


class Button(NamedTuple):
    """A transition that the reader may make, with its form and what holds it back."""

    transition: Transition[Phase]
    form: TransitionForm
    unmet: list[str | LazyString]


def buttons_of(subject: Subject, actor: Actor, sent: TransitionForm | None) -> list[Button]:
    """Return the reader's transitions; the form `sent`, if any, in the place of its own."""
    buttons = []
    for row in offered(subject, actor):
        form = TransitionForm(row.name, subject)
        if sent is not None and sent.reason.name == form.reason.name:
            form = sent
        buttons.append(Button(row, form, workflow_of(subject).unmet(row.name, subject)))
    return buttons
