"""In what ways a measure is a member's own, so that they ask themselves whether to judge it.

It is no disqualification as such: who is disqualified, the Administrative Procedure Act says
(434/2003, 27-28 §), and each considers it themselves.
"""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.accounts.queries import person, units_and_below
from app.core.policy import Actor
from app.measures.models import Measure


def involvement(measure: Measure, actor: Actor) -> list[LazyString]:
    """Return in what ways a measure is the actor's own, a sentence each; nothing if it is not."""
    found = []
    if measure.unit_id in _units_of(actor):
        found.append(_l("Your unit, or one below it, has proposed this."))
    if measure.lead_post and actor.user_id == measure.lead_post.holder_id:
        found.append(_l("You hold the post that would be responsible for this."))
    if measure.lead_post and actor.user_id == measure.lead_post.deputy_id:
        found.append(_l("You are the deputy of the post that would be responsible for this."))
    if actor.user_id == measure.contact_id:
        found.append(_l("You answer questions about this."))
    if actor.user_id == measure.created_by_id:
        found.append(_l("You have written this proposal."))
    return found


def _units_of(actor: Actor) -> frozenset[int]:
    """Return the units for which `actor` proposes, and their own one with those below it."""
    user = person(actor.user_id or 0)
    own = units_and_below([user.unit_id]) if user and user.unit_id else frozenset()
    return actor.unit_ids | own
