"""Numbers in addresses."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1
"""The largest number that a column of every database holds."""


class Number(IntegerConverter):
    """A number that may be somebody's id; an address with a larger one does not exist."""

    def __init__(self, url_map: Map, **given: Any) -> None:
        super().__init__(url_map, **{"max": LARGEST, **given})


def init_app(app: Flask) -> None:
    """Let `<int:…>` in the routes of `app` stand for such numbers; comes before the routes."""
    app.url_map.converters["int"] = Number
