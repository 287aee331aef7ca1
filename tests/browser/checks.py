"""What is asked of a page as it stands in the browser."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from app.config import ROOT

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (360, 320)


@cache
def _axe() -> str:
    (path,) = ROOT.glob("tests/vendor/axe-core-*/axe.min.js")
    return path.read_text(encoding="utf-8")


def axe(page: Page) -> list[str]:
    """Return the violations of WCAG 2.2 A and AA that axe finds, in light and in dark colours."""
    # An evaluated script is not the page's own, so the page's policy lets it in.
    page.evaluate(_axe())
    found = _violations(page, {"type": "tag", "values": TAGS})
    page.emulate_media(color_scheme="dark")
    # The colours alone differ.
    found += _violations(page, {"type": "rule", "values": ["color-contrast", "link-in-text-block"]})
    page.emulate_media(color_scheme="light")
    return found


def _violations(page: Page, what: dict[str, Any]) -> list[str]:
    options = {"runOnly": what, "resultTypes": ["violations"]}
    results = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{violation['id']}: {node['html']} ({node['failureSummary']})"
        for violation in results["violations"]
        for node in violation["nodes"]
    ]


def sideways_scroll(page: Page) -> list[str]:
    """Return what is wider than a phone's screen, each with the width at which it is."""
    found = []
    before = page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 740})
        found += [f"at {width}: {element}" for element in page.evaluate(_TOO_WIDE)]
    page.set_viewport_size(before or {"width": 1280, "height": 720})
    return found


# A wide table may scroll inside its own box, so the page as a whole is what must not.
_TOO_WIDE = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.body.querySelectorAll("*")].filter(
    (element) => element.getBoundingClientRect().right > clientWidth + 0.5);
  return [`${scrollWidth} px`, ...wide.slice(-3).map((element) => element.outerHTML.slice(0, 200))];
}"""
