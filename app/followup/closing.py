"""Closing a roadmap when its year is over and all that stood on it has come to something."""

from flask_babel import lazy_gettext as _l

from app.core.errors import Refused
from app.core.policy import Actor
from app.followup.carry_over_queries import open_items
from app.programmes.models import Roadmap
from app.roadmaps import operations
from app.roadmaps.models import PhaseStep
from app.roadmaps.workflow import CLOSE


def close(roadmap: Roadmap, actor: Actor) -> PhaseStep:
    """Close a roadmap: every measure is done, abandoned, removed or carried over.

    Raises:
        Refused: Something is unfinished, or the workflow does not allow it now.
    """
    if open_items(roadmap):
        raise Refused(_l("Something on the roadmap is neither finished nor carried over."))
    return operations.move(roadmap, CLOSE, actor)
