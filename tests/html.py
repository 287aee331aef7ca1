"""HTML as the browser reads it: a tree, the errors found on the way, and what tests ask of it."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E as MESSAGES
from werkzeug.test import TestResponse

OUTDATED = {"expected-named-entity"}
"""Errors of html5lib's that the standard no longer knows, such as a bare & before a letter."""


class Document(NamedTuple):
    """A page or a fragment of one.

    Attributes:
        root: The element `html`, or the parent of a fragment's elements.
        errors: What the HTML standard calls parse errors, each with its line.
        is_page: Whether it is a whole page.
    """

    root: Element
    errors: list[str]
    is_page: bool


def document_of(response: TestResponse) -> Document:
    """Return the document that an answer carries."""
    return parse(response.text)


@lru_cache(maxsize=16)
def parse(text: str) -> Document:
    """Return the document that `text` is; a text without a doctype is a fragment."""
    is_page = text.lstrip().lower().startswith("<!doctype")
    parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    root = parser.parse(text) if is_page else parser.parseFragment(text)
    errors = [
        f"line {position[0]}: {MESSAGES[code] % values}"
        for position, code, values in parser.errors
        if code not in OUTDATED
    ]
    return Document(root, errors, is_page)


def elements(root: Element, *tags: str) -> Iterator[Element]:
    """Return the elements under `root`, itself included, with one of `tags`, in their order."""
    return (element for element in root.iter() if element.tag in tags)


def text_of(element: Element) -> str:
    """Return the text of an element and of all inside it, spaces made single."""
    return " ".join("".join(element.itertext()).split())


def classes_of(element: Element) -> set[str]:
    """Return the CSS classes of an element."""
    return set(element.get("class", "").split())


def first(root: Element, path: str) -> Element:
    """Return the first element at an ElementTree path; an error when there is none."""
    found = root.find(path)
    assert found is not None, f"nothing at {path}"
    return found


def rows_of(table: Element) -> list[list[str]]:
    """Return the texts of the cells of a table's body, row by row."""
    return [
        [text_of(cell) for cell in row if cell.tag in {"td", "th"}]
        for row in table.iterfind(".//tbody/tr")
    ]
