"""The terms of the digital programme in both languages, which translations keep to."""

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

GLOSSARY = Path(__file__).with_name("glossary.csv")


class Term(NamedTuple):
    """A term and its counterpart."""

    fi: str
    sv: str


@cache
def terms() -> Sequence[Term]:
    """Return the terms in the order of their file."""
    with GLOSSARY.open(encoding="utf-8", newline="") as file:
        return tuple(Term(**row) for row in csv.DictReader(file))
