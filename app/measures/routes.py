"""Pages of this room."""

from flask import Blueprint

blueprint = Blueprint("measures", __name__)

from app.measures import models  # noqa
