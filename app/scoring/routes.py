"""Pages of this room."""

from flask import Blueprint

blueprint = Blueprint("scoring", __name__)

from app.scoring import models  # noqa
