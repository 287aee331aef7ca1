"""The exact security headers of every answer."""

from typing import Protocol

from flask import Flask, Response, current_app

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # With "no-referrer" Flask-WTF would refuse forms sent over HTTPS.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

STRICT_TRANSPORT_SECURITY = "max-age=31536000; includeSubDomains"


def init_app(app: Flask) -> None:
    """Add the headers to every answer of Flask's; static files get them in `assets`."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    add_to(response.headers, https=current_app.config["SETTINGS"].https)
    if response.mimetype == "text/html":
        # A page shows what its reader may see, so no shared cache may keep it.
        response.cache_control.private = True
        response.cache_control.no_cache = True
    return response


class _Settable(Protocol):
    def __setitem__(self, name: str, value: str, /) -> None: ...


def add_to(headers: _Settable, *, https: bool) -> None:
    """Put the security headers into `headers`, with HSTS where the instance has `https`."""
    for name, value in HEADERS.items():
        headers[name] = value
    if https:
        headers["Strict-Transport-Security"] = STRICT_TRANSPORT_SECURITY
