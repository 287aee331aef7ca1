"""Administration of people: their list, each person's page, their roles and how they sign in."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
