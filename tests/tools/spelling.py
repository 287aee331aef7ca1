"""Check the spelling of Finnish and Swedish, and install the checkers where they are missing.

python -m tests.tools.spelling    # say whether the checkers are there, installing them if needed
"""

import ctypes
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.tools import debian

PACKAGES = ["hunspell", "hunspell-sv", "libvoikko1", "voikko-fi"]

TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"

# Letters with hyphens, colons and apostrophes inside: "ICT:n", "e-post", "Järvi-Suomen".
WORD = re.compile(r"[^\W\d_]+(?:[-:'’][^\W\d_]+)*")

# Placeholders, tags, entities and addresses are not words of the language.
NOT_TEXT = re.compile(
    r"%\(\w+\)[sd]|\{\w+\}|%[sd%]|<[^>]*>|&\w+;|https?://\S+|\S+@\S+|/\w[\w/?=&-]*"
)

MISSING = (
    "The tests need spelling checkers for Finnish and Swedish. "
    f"Install them: apt-get install {' '.join(PACKAGES)}"
)


class CheckersMissingError(Exception):
    """A spelling checker or its dictionary is not on this machine."""


def words(text: str) -> set[str]:
    """Return the words of a text that may stand in a catalogue."""
    return set(WORD.findall(NOT_TEXT.sub(" ", text)))


def unknown(language: str, candidates: Iterable[str]) -> set[str]:
    """Return the words that neither the language's checker nor its committed list knows.

    Raises CheckersMissingError where the checker of "fi" or "sv" is not installed.
    """
    return CHECKERS[language](candidates) - listed(language)


def listed(language: str) -> set[str]:
    """Return the committed words of a language: names and terms that no dictionary has."""
    path = TRANSLATIONS / f"words.{language}.txt"
    return set(path.read_text(encoding="utf-8").split())


def _unknown_finnish(candidates: Iterable[str]) -> set[str]:
    try:
        voikko = ctypes.CDLL("libvoikko.so.1")
    except OSError as error:
        raise CheckersMissingError(MISSING) from error
    voikko.voikkoInit.restype = ctypes.c_void_p
    voikko.voikkoSpellCstr.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    voikko.voikkoTerminate.argtypes = [ctypes.c_void_p]
    handle = voikko.voikkoInit(ctypes.byref(ctypes.c_char_p()), b"fi", None)
    if not handle:
        raise CheckersMissingError(MISSING)
    try:
        return {word for word in candidates if not voikko.voikkoSpellCstr(handle, word.encode())}
    finally:
        voikko.voikkoTerminate(handle)


def _unknown_swedish(candidates: Iterable[str]) -> set[str]:
    # Swedish as used in Finland has words of its own, and a dictionary of its own.
    # A word with a hyphen comes back in its parts.
    command = ["hunspell", "-i", "utf-8", "-d", "sv_FI", "-l"]
    text = "\n".join(candidates)
    try:
        result = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CheckersMissingError(MISSING) from error
    return set(result.stdout.split())


CHECKERS = {"fi": _unknown_finnish, "sv": _unknown_swedish}


def _present() -> bool:
    try:
        return not CHECKERS["fi"](["sana"]) and not CHECKERS["sv"](["ord"])
    except CheckersMissingError:
        return False


def main() -> int:
    """Make sure that both checkers are there; return 1 where they are not."""
    if not _present():
        debian.install(PACKAGES, "the tests check the spelling of both languages")
    if not _present():
        print(MISSING, file=sys.stderr)
        return 1
    print("Spelling: libvoikko for Finnish, hunspell for Swedish")
    return 0


if __name__ == "__main__":
    sys.exit(main())
