"""Static files: their addresses, and WhiteNoise serving them."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

from app.config import ROOT

STATIC = ROOT / "static"
_PREFIX = "/static"
_WEEK = 7 * 24 * 3600


def init_app(app: Flask) -> None:
    """Serve `static/` before Flask sees the request.

    Vendored files have their version in the path and never change; our own carry the hash of
    their content in the address.
    """
    server = WhiteNoise(
        app.wsgi_app,
        root=app.config["SETTINGS"].static_root,
        prefix=_PREFIX,
        max_age=_WEEK,
        allow_all_origins=False,
        immutable_file_test=lambda _path, url: url.startswith(f"{_PREFIX}/vendor/"),
    )
    app.wsgi_app = server  # type: ignore[method-assign]  # Flask's documented way to wrap it
    app.add_template_global(asset)
    app.add_template_global(vendor)


@cache
def asset(path: str) -> str:
    """Return the address of our own file `path` under `static/`, with the hash of its content."""
    digest = hashlib.sha256(Path(STATIC, path).read_bytes()).hexdigest()
    return f"{_PREFIX}/{path}?v={digest[:12]}"


def vendor(path: str) -> str:
    """Return the address of the vendored file `path`, which begins with package and version."""
    return f"{_PREFIX}/vendor/{path}"
