"""Pages that belong to no feature: health, accessibility, privacy, who may do what."""

from datetime import date

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from app.core import policy_table
from app.core.guards import is_open, requires
from app.core.policy import MEANINGS, RULES, Action, Group
from app.extensions import db

blueprint = Blueprint("core", __name__)

STATEMENT_DATE = date(2026, 11, 22)
"""The day on which the accessibility statement was last reviewed."""


@blueprint.get("/healthz")
@requires(Action.SEE_OPEN_PAGES)
def healthz() -> ResponseReturnValue:
    """Tell that the process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@requires(Action.SEE_OPEN_PAGES)
def readyz() -> ResponseReturnValue:
    """Tell whether the database answers too."""
    try:
        db.session.execute(text("SELECT 1 FROM alembic_version"))
    except Exception:
        current_app.logger.exception("the database does not answer")
        return {"status": "database unavailable"}, 503
    return {"status": "ok"}


@blueprint.get("/accessibility")
@requires(Action.SEE_OPEN_PAGES)
def accessibility() -> ResponseReturnValue:
    """Show the accessibility statement (Act on the Provision of Digital Services 306/2019)."""
    return render_template("core/accessibility.html", statement_date=STATEMENT_DATE)


@blueprint.get("/privacy")
@requires(Action.SEE_OPEN_PAGES)
def privacy() -> ResponseReturnValue:
    """Show the privacy notice (GDPR articles 13 and 14)."""
    return render_template("core/privacy.html", settings=current_app.config["SETTINGS"])


@blueprint.get("/policy")
@requires(Action.READ_POLICY)
def policy() -> ResponseReturnValue:
    """Show who may do what, as the policy has it."""
    return render_template(
        "core/policy.html",
        roles=MEANINGS,
        groups=[group for group in Group if group is not Group.FOR_EVERYONE],
        for_everyone=policy_table.actions_of(Group.FOR_EVERYONE),
        actions_of=policy_table.actions_of,
        answer=policy_table.answer,
        who=lambda action: policy_table.FOR_ALL if is_open(action) else policy_table.who(action),
        no=policy_table.Answer.NO,
        rules=RULES,
        as_lead=policy_table.AS_LEAD,
    )
