"""Administration of units and sectors, and of directors' posts with their holders."""

from flask import Blueprint

blueprint = Blueprint("organisation", __name__)
