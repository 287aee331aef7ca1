"""The exact security headers of every answer."""

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

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
    """Add the headers to every answer; comes after what else answers, such as `assets`."""
    settings = app.config["SETTINGS"]
    if settings.trusted_proxies:
        _believe(app, settings.trusted_proxies)
    inner = app.wsgi_app
    headers = list(HEADERS.items())
    if settings.https:
        headers.append(("Strict-Transport-Security", STRICT_TRANSPORT_SECURITY))

    def with_headers(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, given: list[tuple[str, str]], *error: Any) -> Callable[..., object]:
            return start_response(status, given + headers, *error)

        return inner(environ, start)

    app.wsgi_app = with_headers  # type: ignore[method-assign]  # Flask's documented way to wrap it
    app.after_request(_keep_private)


def _believe(app: Flask, proxies: int) -> None:
    """Let so many proxies say who the reader is and whether they came by https.

    The host is the one that the last proxy asks for, as it must pass on what it was asked.
    """
    app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way to wrap it
        app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0, x_port=0, x_prefix=0
    )


def _keep_private(response: Response) -> Response:
    """Let no shared cache keep an answer: it shows what its reader may see."""
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.vary.add("Cookie")
    return response
