"""Pages of this room."""

from flask import Blueprint

blueprint = Blueprint("roadmaps", __name__)

from app.roadmaps import models  # noqa
