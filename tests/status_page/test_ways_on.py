"""The page of a measure: where it stands in the menu, and what each reader can do from it."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

import pytest

from app.measures.states import State
from tests.client import sign_in_as
from tests.html import document_of, elements, first, text_of
from tests.measures.proposals import saved
from tests.scoring.rounds import close_round, open_round


@pytest.fixture
def page(app) -> Callable[[str, int | str], Element]:
    """Return what gives the root of a measure's page, or of one under it, as a person sees it."""

    def read(key: str, path: int | str) -> Element:
        client = sign_in_as(app.test_client(), key)
        return document_of(client.get(f"/measures/{path}?lang=fi")).root

    return read


def links(root: Element) -> dict[str, str]:
    """Return the links of the page by their texts."""
    return {text_of(link): link.get("href", "") for link in elements(root, "a")}


def current(root: Element) -> list[str]:
    """Return the pages that the menu says one is on."""
    menu = first(root, ".//nav[@class='main-menu wrap']")
    return [text_of(link) for link in elements(menu, "a") if link.get("aria-current")]


@pytest.mark.parametrize(
    ("state", "place"),
    [(State.DRAFT, "Ehdotukset"), (State.POSTPONED, "Ehdotukset"), (State.APPROVED, "Tilanne")],
)
def test_a_proposal_stands_under_proposals_and_a_measure_under_status(page, state, place) -> None:
    assert current(page("secretary", saved(state))) == [place]


def trail(root: Element) -> list[str]:
    """Return where the way back up leads."""
    found = first(root, ".//nav[@class='breadcrumb']")
    return [link.get("href", "") for link in elements(found, "a")]


ALL = [State.DRAFT, State.SUBMITTED, State.MERGED, State.APPROVED]


@pytest.mark.parametrize(
    ("key", "states", "pages"),
    [
        ("viewer", ALL[-1:], ["comments"]),
        ("administrator", ALL[-1:], ["comments", "history"]),
        ("member", ALL[1:], ["comments", "history"]),
        ("proposer", ALL, ["comments", "files", "history"]),
        ("secretary", ALL, ["comments", "files", "history", "lineage", "lineage/{other}"]),
    ],
)
def test_all_pages_of_a_measure_lead_back_as_its_own_does(page, key, states, pages) -> None:
    other_id = saved()
    for state in states:
        measure_id = saved(state)
        own = page(key, measure_id)
        for name in pages:
            below = page(key, f"{measure_id}/{name}".format(other=other_id))
            assert trail(below)[:2] == [*trail(own), f"/measures/{measure_id}"], (state, name)
            assert current(below) == current(own) != [], (state, name)


def test_what_waits_for_a_translation_leads_there(page) -> None:
    measure_id = saved(State.SUBMITTED, name_sv="", stale="fi")
    root = page("secretary", measure_id)
    assert links(root)["Käännä ruotsiksi"] == f"/translations/{measure_id}/sv"
    assert links(root)["Käännä suomeksi"] == f"/translations/{measure_id}/fi"
    standing = text_of(first(root, ".//div[@class='standing']"))
    assert "Ruotsiksi puuttuu: nimi." in standing
    assert "Suomenkielisiä tekstejä ei ole päivitetty" in standing


def test_who_may_not_translate_is_not_asked_to(page) -> None:
    measure_id = saved(State.SUBMITTED, name_sv="")
    for key in ("proposer", "member"):
        assert "Käännä ruotsiksi" not in links(page(key, measure_id))
    assert "Käännä ruotsiksi" not in links(page("secretary", saved(State.SUBMITTED)))


def test_a_member_goes_on_to_score_while_the_round_is_open(page, actor) -> None:
    measure_id = saved(State.IN_SCORING)
    assert "Pisteytä ehdotus" not in links(page("member", measure_id))
    open_round(actor("secretary"))
    assert links(page("member", measure_id))["Pisteytä ehdotus"] == f"/scoring/2026/{measure_id}"
    assert "Pisteytä ehdotus" not in links(page("secretary", measure_id))
    assert "Pisteytä ehdotus" not in links(page("member", saved(State.SUBMITTED)))
    close_round()
    assert "Pisteytä ehdotus" not in links(page("member", measure_id))
