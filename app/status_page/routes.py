"""Pages of this room."""

from flask import Blueprint

blueprint = Blueprint("status_page", __name__)

from app.followup import models  # noqa
