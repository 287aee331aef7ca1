"""Who is signed in: what Flask-Login keeps of a person during a request."""

from app.accounts import queries
from app.core import clock
from app.core.policy import Actor
from app.extensions import login_manager


class SignedIn:
    """The person of a request, with the four things that Flask-Login asks of a user."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def get_id(self) -> str:
        """Return what the session keeps of the person."""
        return str(self.actor.user_id)


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def load(user_id: str) -> SignedIn | None:
    """Return the person whose id the session keeps, as long as they are active."""
    actor = queries.actor_of(int(user_id), clock.today())
    return SignedIn(actor) if actor else None
