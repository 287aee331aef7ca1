"""Pages and their fragments under one address."""

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue


def wants_fragment() -> bool:
    """Whether htmx asks for a part of the page; a restored history entry needs the whole."""
    headers = request.headers
    return "HX-Request" in headers and "HX-History-Restore-Request" not in headers


def render(page: str, fragment: str, /, code: int = 200, **context: object) -> Response:
    """Answer with the template `fragment` when htmx asks for it, else with `page`.

    The page includes the fragment, so that both always show the same.
    """
    template = fragment if wants_fragment() else page
    response = make_response(render_template(template, **context), code)
    response.vary.add("HX-Request")
    return response


def see_other(endpoint: str, **values: object) -> ResponseReturnValue:
    """Send the reader on after a successful POST, by 303 or, for htmx, by its own header."""
    return go_to(url_for(endpoint, **values))  # type: ignore[arg-type]  # values become text


def go_to(url: str) -> ResponseReturnValue:
    """Send the reader on to an address after a successful POST, as `see_other` does."""
    response = make_response(redirect(url, 303))
    if wants_fragment():
        response = Response(status=204, headers={"HX-Redirect": url})
    response.vary.add("HX-Request")
    return response
