"""Filtering the status page: by htmx with the address in step, by links, without JavaScript."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

YEARS = "/?year=2024&year=2025"

OpenPage = Callable[..., Page]


def rows(page: Page) -> list[str]:
    """Return the texts of the list, row by row."""
    return page.locator("#results tbody tr").all_inner_texts()


def chosen(page: Page) -> dict[str, str]:
    """Return what stands in the filters."""
    names = ("status", "theme", "source", "q")
    return {name: page.locator(f"[name={name}]").input_value() for name in names}


def expect_count(page: Page, count: int) -> None:
    """Expect the line above the list to count `count` measures, and the first figure too."""
    expect(page.locator(".count")).to_have_text(re.compile(rf"\b{count}\s"))
    expect(page.locator(".figure b").first).to_have_text(str(count))


def choose(page: Page, name: str, value: str) -> None:
    """Choose in a filter, and wait until the address says so."""
    page.locator(f"[name={name}]").select_option(value)
    expect(page).to_have_url(re.compile(rf"[?&]{name}={value}(&|$)"))


def test_address_keeps_in_step_and_back_restores(page: Page) -> None:
    page.goto(YEARS)
    expect_count(page, 52)
    choose(page, "status", "done")
    expect_count(page, 18)
    done = rows(page)
    choose(page, "theme", "A")
    expect(page.locator("#results tbody tr")).not_to_have_count(len(done))
    done_in_a = rows(page)
    assert set(done_in_a) < set(done)

    page.go_back()
    expect_count(page, 18)
    assert rows(page) == done
    assert chosen(page) == {"status": "done", "theme": "", "source": "", "q": ""}
    page.go_back()
    expect_count(page, 52)
    page.go_forward()
    expect_count(page, 18)
    page.go_forward()
    expect_count(page, len(done_in_a))
    assert rows(page) == done_in_a


def test_htmx_swaps_the_list_and_keeps_the_page(page: Page) -> None:
    page.goto(YEARS)
    page.evaluate("window.same = true")
    choose(page, "status", "done")
    expect_count(page, 18)
    expect(page.locator("#announcer")).to_have_text(re.compile(r"\b18\s"))
    assert page.evaluate("window.same") is True


def test_searching_finds_while_typing_in_both_languages(page: Page) -> None:
    page.goto(YEARS)
    field = page.locator("[name=q]")
    for typed in ("sahkoi", "elektroni"):
        field.clear()
        expect_count(page, 52)
        field.press_sequentially(typed)
        expect(page).to_have_url(re.compile(f"[?&]q={typed}"))
        expect(page.locator(".count")).not_to_have_text(re.compile(r"\b52\s"))
        assert 0 < len(rows(page)) < 10
        expect(field).to_be_focused()


def test_a_copied_link_shows_the_same(page: Page, open_page: OpenPage) -> None:
    page.goto(YEARS)
    choose(page, "status", "started")
    expect_count(page, 21)
    choose(page, "theme", "C")
    expect(page.locator("#results tbody tr")).not_to_have_count(21)
    other = open_page()
    other.goto(page.url)
    assert rows(other) == rows(page)
    assert chosen(other) == chosen(page)


def test_everything_works_without_javascript(page: Page, open_page: OpenPage) -> None:
    plain = open_page(java_script_enabled=False)
    plain.goto(YEARS)
    plain.locator("[name=status]").select_option("done")
    plain.locator("#list-filters").get_by_role("button").click()
    expect(plain).to_have_url(re.compile("[?&]status=done(&|$)"))
    expect_count(plain, 18)
    page.goto(YEARS)
    choose(page, "status", "done")
    expect_count(page, 18)
    assert rows(plain) == rows(page)

    plain.get_by_role("columnheader").get_by_role("link").last.click()
    expect_count(plain, 18)
    assert sorted(rows(plain)) == sorted(rows(page))
    plain.locator(".chip").first.click()
    expect_count(plain, 52)
    plain.go_back()
    assert chosen(plain)["status"] == "done"


def test_sorting_and_paging_by_htmx(page: Page) -> None:
    page.goto("/?year=2024&year=2025&year=2026")
    first = rows(page)
    assert len(first) == 50
    page.get_by_role("navigation").get_by_role("link", name=re.compile("2$")).last.click()
    expect(page).to_have_url(re.compile("[?&]page=2"))
    expect(page.locator("#results tbody tr")).not_to_have_count(50)
    assert set(rows(page)).isdisjoint(first)
    header = page.get_by_role("columnheader").get_by_role("link").nth(1)
    header.click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    expect(page).to_have_url(re.compile("[?&]sort=name"))
    names = page.locator("#results tbody th").all_inner_texts()
    assert len(names) == 50


def test_a_number_leads_to_its_rows(page: Page) -> None:
    page.goto(YEARS)
    for cell in range(3):
        link = page.locator("table td a").nth(cell)
        count = int(link.inner_text().split()[0])
        link.click()
        expect_count(page, count)
        page.go_back()
        expect_count(page, 52)


def test_charts_are_drawn_again_after_a_swap_and_lead_on(page: Page) -> None:
    page.goto(YEARS)
    drawn = page.locator("canvas[data-chart=donut-status]")
    expect(drawn).to_be_visible()
    choose(page, "status", "done")
    expect_count(page, 18)
    # The canvas is painted: some pixel of it is not transparent.
    painted = """canvas => canvas.getContext("2d")
        .getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte !== 0)"""
    page.wait_for_function(f"({painted})(document.querySelector('canvas'))")


def test_language_switch_keeps_the_choice(page: Page) -> None:
    page.goto(YEARS)
    choose(page, "status", "done")
    expect_count(page, 18)
    page.goto(page.url)
    page.locator("a[hreflang=sv]").click()
    expect(page.locator("html")).to_have_attribute("lang", "sv")
    expect_count(page, 18)
    assert chosen(page)["status"] == "done"
