"""What every template may use."""

from typing import NamedTuple

from flask import Flask, current_app

from app.core.guards import current_actor
from app.core.i18n import language, language_links
from app.core.policy import Action, can


class City(NamedTuple):
    """The city as this reader calls it."""

    name: str
    tool_name: str
    feedback_url: str
    accessibility_email: str
    privacy_email: str


def init_app(app: Flask) -> None:
    """Give every template the city, the reader and their language."""
    app.context_processor(_context)
    app.add_template_global(Action, "Action")


def _context() -> dict[str, object]:
    settings = current_app.config["SETTINGS"]
    actor = current_actor()
    lang = language()
    return {
        "actor": actor,
        "can": lambda action, unit_id=None: can(actor, action, unit_id),
        "city": City(
            settings.in_language("city_name", lang),
            settings.in_language("tool_name", lang),
            settings.feedback_url,
            settings.accessibility_email,
            settings.privacy_email,
        ),
        "lang": lang,
        "language_links": language_links(),
    }
