"""Take the pictures of the documentation from the demo.

python -m tests.tools.screenshots    # write docs/screenshots/*.png
"""

import os
import subprocess
import sys
import tempfile
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tests.tools.browser import ARGUMENTS, find_browser
from tests.tools.server import PROJECT, serving

FOLDER = PROJECT / "docs/screenshots"


class Picture(NamedTuple):
    """A page, who looks at it in which language, and how wide and high the window is."""

    name: str
    path: str
    person: str | None
    language: str
    width: int
    height: int


PICTURES = [
    Picture("status-fi", "/", None, "fi", 1280, 1500),
    Picture("status-sv", "/", None, "sv", 1280, 1500),
    Picture("status-phone-fi", "/", None, "fi", 360, 1200),
    Picture("proposal-fi", "/proposals/new", "proposer", "fi", 1280, 1500),
    Picture("proposal-phone-sv", "/proposals/new", "proposer2", "sv", 360, 1200),
    Picture("my-page-fi", "/my", "proposer", "fi", 1280, 1200),
    Picture("desk-sv", "/desk", "secretary", "sv", 1280, 1200),
    Picture("ranking-sv", "/scoring/2027", "secretary", "sv", 1280, 1200),
    Picture("matrix-fi", "/scoring/2027/matrix", "secretary", "fi", 1280, 1200),
    Picture("choose-sv", "/scoring/2027/choose?once=120000", "secretary", "sv", 1280, 1500),
    Picture("review-fi", "/scoring/2027/continue", "member", "fi", 1280, 1200),
    Picture("review-phone-sv", "/scoring/2027/continue", "member2", "sv", 360, 1200),
    Picture("meeting-fi", "/meetings/2", "secretary", "fi", 1280, 1200),
    Picture("screen-sv", "/meetings/2/screen", "secretary", "sv", 1280, 720),
    Picture("board-text-sv", "/roadmaps/2026/board-text", "board-secretary", "sv", 1280, 1500),
    Picture("annual-clock-fi", "/annual-clock", "secretary", "fi", 1280, 1200),
    Picture("roadmap-fi", "/roadmaps/2026", "secretary", "fi", 1280, 1200),
]


def main() -> None:
    """Make a demo, serve it, and take every picture."""
    executable = find_browser()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        environment = {"INSTANCE": folder, "DATABASE_URL": ""}
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "start-up", "--demo"],
            cwd=PROJECT,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        with serving("wsgi:app", environment) as port, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
            for picture in PICTURES:
                take(browser, f"http://127.0.0.1:{port}", picture)
            browser.close()


def take(browser: Browser, address: str, picture: Picture) -> None:
    """Take one picture."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": picture.width, "height": picture.height},
        locale=picture.language,
        reduced_motion="reduce",
    )
    page = context.new_page()
    if picture.person:
        page.goto("/sign-in")
        page.locator(f"button[value={picture.person}]").click()
    separator = "&" if "?" in picture.path else "?"
    page.goto(f"{picture.path}{separator}lang={picture.language}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    print(FOLDER.relative_to(PROJECT) / f"{picture.name}.png")
    context.close()


if __name__ == "__main__":
    main()
