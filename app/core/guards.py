"""Routes ask the policy: `@requires` on every view, `check` where the thing's unit matters.

What is refused is noted on `g.refused`, where the room that keeps the record finds it.
"""

from collections.abc import Callable
from functools import wraps
from typing import NoReturn, ParamSpec, TypeVar

from flask import abort, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.policy import ANONYMOUS, Action, Actor, can
from app.extensions import login_manager

P = ParamSpec("P")
R = TypeVar("R", bound=ResponseReturnValue)


def current_actor() -> Actor:
    """Return who makes this request."""
    if g.get("reader_unknown"):
        return ANONYMOUS
    actor: Actor = getattr(current_user, "actor", ANONYMOUS)
    return actor


def requires(action: Action) -> Callable[[Callable[P, R]], Callable[P, ResponseReturnValue]]:
    """Let a view be called only by those who may do `action`.

    Somebody who has not signed in is asked to; others get 403. The action stays on the view as
    `required_action`, where the test that walks all routes finds it.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            return refusal(action) or view(*args, **kwargs)

        guarded.required_action = action  # type: ignore[attr-defined]
        return guarded

    return decorate


def refusal(action: Action) -> ResponseReturnValue | None:
    """Return None when the reader may do `action`, else the answer that they get."""
    actor = current_actor()
    if can(actor, action) or is_open(action):
        return None
    if not actor.is_signed_in:
        _mark(action)
        answer: ResponseReturnValue = login_manager.unauthorized()
        return answer
    refuse(action)


def is_open(action: Action) -> bool:
    """Tell whether the city has opened `action` to those who have not signed in."""
    is_opened: bool = current_app.config["SETTINGS"].status_page_open
    return action is Action.READ_STATUS and is_opened


def check(action: Action, unit_id: int | None, lead_post_id: int | None = None) -> None:
    """Stop with 403 unless the reader may do `action`; the arguments are those of `can`."""
    if not can(current_actor(), action, unit_id, lead_post_id):
        refuse(action)


def refuse(action: Action) -> NoReturn:
    """Answer 403, as the reader may not do `action`; the attempt is recorded."""
    _mark(action)
    abort(403)


def hide() -> NoReturn:
    """Answer 404, as what the address names exists and the reader may not see it.

    The answer is that of an address without anything; the attempt is recorded.
    """
    _mark(required_action())
    abort(404)


def required_action() -> Action:
    """Return what `@requires` asks of the view that answers this request."""
    action: Action = vars(current_app.view_functions[request.endpoint or ""])["required_action"]
    return action


def _mark(action: Action) -> None:
    """Note that this request was refused, for the process log and for the record."""
    g.refused = action
    current_app.logger.warning("access refused: %s on %s", action.name, request.endpoint)
