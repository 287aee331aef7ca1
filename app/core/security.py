"""The exact security headers of every answer."""

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response, request
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

_SANDBOXED = "app.sandboxed"
"""Where a request notes that its answer is to be sandboxed."""

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

    confined = [
        (name, f"{value}; sandbox" if name == "Content-Security-Policy" else value)
        for name, value in headers
    ]

    def with_headers(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, given: list[tuple[str, str]], *error: Any) -> Callable[..., object]:
            added = confined if _SANDBOXED in environ else headers
            return start_response(status, given + added, *error)

        return inner(environ, start)

    app.wsgi_app = with_headers  # type: ignore[method-assign]  # Flask's documented way to wrap it
    app.after_request(_keep_private)


def sandbox() -> None:
    """Let what answers this request run nothing, wherever a browser opens it.

    It is for files that people have sent; they stand in an origin of their own then.
    """
    request.environ[_SANDBOXED] = True


def _believe(app: Flask, proxies: int) -> None:
    """Let so many proxies say who the reader is and whether they came by https.

    The host is the one that the last proxy asks for, as it must pass on what it was asked.
    """
    app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way to wrap it
        app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0, x_port=0, x_prefix=0
    )


def _keep_private(response: Response) -> Response:
    """Let no shared cache keep an answer: it shows what its reader may see.

    What is not to be stored at all needs no asking whether it is still good.
    """
    response.cache_control.private = True
    if not response.cache_control.no_store:
        response.cache_control.no_cache = True
    response.vary.add("Cookie")
    return response
