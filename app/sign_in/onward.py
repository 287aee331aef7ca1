"""The path to go to after signing in: one of this host, whatever an address asks for."""

import re

LONGEST = 2000
"""Characters of a path; no page of the tool has a longer one."""

# Browsers take a backslash for a slash and drop tabs and line ends, so none of them may stand
# anywhere; two slashes at the beginning would name another host.
_PATH = re.compile(r"/(?!/)[^\s\\\x00-\x20\x7f-\x9f]*")


def safe_path(target: str) -> str:
    """Return `target` if it is a path of this host, else an empty text.

    Redirects lead nowhere else (ASVS 5.0, 3.7.2).

    Args:
        target: A path with its query, as an address or a form gives it.
    """
    path = target.partition("?")[0]
    if len(target) > LONGEST or "//" in path or not _PATH.fullmatch(target):
        return ""
    return target
