"""What files are called."""

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

from app.attachments.models import Attachment
from app.attachments.states import ENDINGS, FileKind

LONGEST: int = Attachment.__table__.c.name.type.length  # type: ignore[attr-defined]

_SEPARATORS = re.compile(r"[/\\]")
_UNWANTED = {"Cc", "Cn", "Co", "Cs", "Zl", "Zp"}
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of writing, and so could hide how a name ends."""

_INVISIBLE = frozenset("\u00ad\u200b\u2060\ufeff")
_UNSAFE = re.compile(r"[^A-Za-z0-9 ._()-]")


def tidy_name(name: str) -> str:
    """Return what a file is called, as it is kept: one line, without folders, in any alphabet.

    The ending stays when a long name is cut off. A name of which nothing is left is empty.
    """
    last = _SEPARATORS.split(unicodedata.normalize("NFC", name))[-1]
    shown = "".join(
        " " if char.isspace() else char
        for char in last
        if (char.isspace() or unicodedata.category(char) not in _UNWANTED)
        and char not in _DIRECTIONS
        and char not in _INVISIBLE
    )
    tidied = " ".join(shown.split()).strip(". ")
    ending = ending_of(tidied) if kind_by(tidied) else ""
    stem = tidied.removesuffix(ending)
    return f"{stem[: LONGEST - len(ending)].rstrip()}{ending}" if stem else ""


def ending_of(name: str) -> str:
    """Return how a name ends, with the point; empty when it has no ending."""
    return PurePosixPath(name).suffix


def kind_by(name: str) -> FileKind | None:
    """Return the kind of file that a name promises by its ending."""
    return ENDINGS.get(ending_of(name).lower())


def disposition(name: str) -> str:
    """Return the header by which a browser keeps a file under its name (RFC 6266).

    Those that do not read the second form (RFC 8187) get one in letters that are safe everywhere.
    """
    ending = ending_of(name)
    stem = unicodedata.normalize("NFKD", name.removesuffix(ending))
    plain = _UNSAFE.sub("_", stem.encode("ascii", "ignore").decode()).strip(". ") or "file"
    whole = quote(name, safe="")
    return f"attachment; filename=\"{plain}{_UNSAFE.sub('_', ending)}\"; filename*=UTF-8''{whole}"
