"""Weigh what a browser fetches for the first view of the status page."""

import re
from urllib.parse import urljoin

from tests.tools.server import Client

# What a page, a style sheet and a script name to be fetched with them.
REFERENCE = re.compile(
    r"<(?:link|script|img)\b[^>]*?\s(?:href|src)=\"(/[^\"]+)\""
    r"|url\(\"?([^)\"]+)"
    r"|\b(?:from|import) \"([^\"]+)\""
)


def weigh(client: Client) -> int:
    """Return the bytes over the wire of the page and all that it fetches, without Chart.js."""
    weight = 0
    seen = {"/"}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        weight += len(client.get(path).body)
        # Vendored files fetch nothing, and a minified one may look as if it did.
        if "/vendor/" in path or path.endswith((".svg", ".woff2")):
            continue
        text = client.get(path, {"Accept-Encoding": "identity"}).body.decode()
        found = {urljoin(path, next(filter(None, groups))) for groups in REFERENCE.findall(text)}
        new = {each for each in found - seen if "chart.js-" not in each}
        seen |= new
        waiting += sorted(new)
    return weight
