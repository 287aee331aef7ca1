"""Lists in pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        rows: The rows of this page.
        number: This page's number, from 1.
        size: Rows on a full page.
        total: Rows in the whole list.
        url: Makes the address of a page from its number.
    """

    rows: Sequence[T]
    number: int
    size: int
    total: int
    url: Callable[[int], str]

    @property
    def pages(self) -> int:
        """The number of pages, at least 1."""
        return page_count(self.total, self.size)

    @property
    def first(self) -> int:
        """The number of the first row on this page, from 1; 0 in an empty list."""
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        """The number of the last row on this page."""
        return min(self.number * self.size, self.total)


def page_count(total: int, size: int) -> int:
    """Return how many pages of `size` rows hold `total` rows, at least 1."""
    return max(1, -(-total // size))
