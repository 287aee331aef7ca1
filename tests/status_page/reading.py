"""What a test reads from the status page, whatever its language."""

import re
from typing import NamedTuple
from xml.etree.ElementTree import Element

from werkzeug.test import TestResponse

from tests.html import classes_of, document_of, elements, text_of


class StatusPage(NamedTuple):
    """The figures of the page as numbers.

    Attributes:
        figures: The key figures: measures, under way, done, without information, not updated.
        statuses: The donut by status: planned, started, done, abandoned, no information.
        themes: The donut by theme, by the first word of the label.
        matrix: Impact and cost by the names of row and column.
        links: The addresses of all these numbers, with the number that each should lead to.
        names: The measures of the list.
    """

    figures: list[int]
    statuses: list[int]
    themes: dict[str, int]
    matrix: dict[tuple[str, str], int]
    links: list[tuple[str, int]]
    names: list[str]


def read(response: TestResponse) -> StatusPage:
    """Return what the page or the fragment says."""
    root = document_of(response).root
    figures = [element for element in elements(root, "a", "div") if _is(element, "figure")]
    donuts = [
        [_row(row) for row in table.iterfind(".//tbody/tr")]
        for table in elements(root, "table")
        if _is(table, "compact")
    ]
    statuses, themes = donuts or ([], [])
    matrix, matrix_links = {}, []
    for table in elements(root, "table"):
        if _is(table, "matrix"):
            columns = [text_of(cell) for cell in table.findall(".//thead/tr")[1]]
            for row in table.iterfind(".//tbody/tr"):
                impact, *cells = list(row)
                for column, cell in zip(columns, cells, strict=True):
                    number = int(text_of(cell).split()[0])
                    matrix[text_of(impact), column] = number
                    matrix_links += [(a.get("href", ""), number) for a in cell.iter("a")]
    links = [
        (a.get("href", ""), number) for _label, number, a in statuses + themes if a is not None
    ]
    links += [
        (element.get("href", ""), _number(element)) for element in figures if element.get("href")
    ]
    return StatusPage(
        [_number(element) for element in figures],
        [number for _label, number, _link in statuses],
        {label.split()[0]: number for label, number, _link in themes},
        matrix,
        links + matrix_links,
        [text_of(cell) for cell in elements(root, "th") if cell.get("role") == "rowheader"],
    )


def count_of(response: TestResponse) -> int:
    """Return the number of measures of the page, without reading all of it."""
    found = re.search(r'class="figure"[^>]*><b>([^<]+)</b>', response.text)
    assert found is not None, response.text
    return int(found[1])


def _is(element: Element, name: str) -> bool:
    return name in classes_of(element)


def _number(figure: Element) -> int:
    return int(text_of(next(figure.iter("b"))).replace("\N{NO-BREAK SPACE}", "").replace(" ", ""))


def _row(row: Element) -> tuple[str, int, Element | None]:
    label, number, _share = list(row)
    return text_of(label), int(text_of(number).split()[0]), next(number.iter("a"), None)
