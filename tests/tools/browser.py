"""Find the browser that the tests drive, and install one where none is found.

python -m tests.tools.browser    # say which browser is used, installing it if needed
"""

import functools
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.tools import debian

# Debian calls it chromium; other systems have the other names.
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

# Root cannot use Chromium's sandbox, and nothing here may talk to the world by itself.
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

MISSING = (
    "The tests need a browser, and none is found. "
    "Install Chromium: apt-get install chromium, or on another system any Chromium or Chrome."
)


class BrowserMissingError(Exception):
    """No browser is found on this machine."""


@functools.cache
def find_browser() -> Path:
    """Return the path of a browser that starts: the system's own, else Playwright's.

    Raises BrowserMissingError where there is none: tests in a browser are never skipped.
    """
    candidates = [Path(path) for name in NAMES if (path := shutil.which(name))]
    for candidate in candidates:
        if _starts(candidate):
            return candidate
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    if own.exists() and _starts(own):
        return own
    raise BrowserMissingError(MISSING)


def ensure_browser() -> Path:
    """Return the path of a browser, after installing one where none is found.

    Raises BrowserMissingError where that is not possible.
    """
    try:
        return find_browser()
    except BrowserMissingError:
        if not debian.install(["chromium"], "the tests need a browser"):
            print("Installing Playwright's Chromium: the tests need a browser.", flush=True)
            subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
        return find_browser()


def _starts(browser: Path) -> bool:
    # A name alone proves nothing: Ubuntu's chromium-browser only points to a shop, and
    # Playwright's own starts only where the system has its libraries.
    try:
        return (
            subprocess.run([browser, "--version"], capture_output=True, check=False).returncode == 0
        )
    except OSError:
        return False


def main() -> int:
    """Say which browser the tests use; return 1 when there is none."""
    try:
        print(f"Browser: {ensure_browser()}")
    except BrowserMissingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
