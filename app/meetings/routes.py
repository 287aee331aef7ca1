"""Pages of this room."""

from flask import Blueprint

blueprint = Blueprint("meetings", __name__)

from app.meetings import models  # noqa
