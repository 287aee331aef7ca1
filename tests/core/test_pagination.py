import pytest

from app.core.pagination import Page, page_count


@pytest.mark.parametrize(
    ("total", "pages"), [(0, 1), (1, 1), (49, 1), (50, 1), (51, 2), (100, 2), (101, 3)]
)
def test_page_count(total: int, pages: int) -> None:
    assert page_count(total, 50) == pages


@pytest.mark.parametrize(
    ("number", "total", "first", "last"),
    [(1, 0, 0, 0), (1, 26, 1, 26), (1, 51, 1, 50), (2, 51, 51, 51), (2, 100, 51, 100)],
)
def test_rows_of_a_page(number: int, total: int, first: int, last: int) -> None:
    page = Page((), number, 50, total, str)
    assert (page.first, page.last) == (first, last)
    assert page.pages == page_count(total, 50)
