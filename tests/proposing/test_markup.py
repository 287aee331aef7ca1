"""Markup in the texts of a proposal is text on every page that shows it."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import pytest

from app.core.database import writing
from app.core.policy import Actor
from app.measures import operations
from app.measures.states import Publicity, State
from tests.client import sign_in_as
from tests.html import document_of
from tests.measures.proposals import fresh, saved
from tests.payloads import PAYLOADS

TEXTS = (
    *(f"{name}_{lang}" for name in ("problem", "name", "description") for lang in ("fi", "sv")),
    *("legal_act", "partners", "funding_call", "secrecy_basis"),
)
HARMLESS = "Aivan tavallinen teksti"
NEW = "/proposals/new"


def test_there_are_forty() -> None:
    assert len(set(PAYLOADS)) == 40


def skeleton(root: Element) -> list[tuple[str, list[str]]]:
    """Return the elements of a page with the names of their attributes, without any text."""
    return [(str(each.tag), sorted(each.keys())) for each in root.iter()]


def texts_of(root: Element) -> Iterator[str]:
    """Give what a page shows, in its elements and in the fields of its forms."""
    yield "".join(root.itertext())
    yield from (each.get("value", "") for each in root.iter("input"))


def full_of(text: str, secretary: Actor) -> int:
    """Write a returned proposal all of whose texts, and the reason, are `text`; give its id."""
    given = {**dict.fromkeys(TEXTS, text), "publicity": Publicity.SECRET}
    measure_id = saved(State.SUBMITTED, **given)
    with writing():
        operations.move(
            fresh(measure_id), "return", secretary, text, concerned=["problem", "partners"]
        )
    return measure_id


def test_saved_markup_is_text(client, actor) -> None:
    secretary, ella = actor("secretary"), sign_in_as(client, "proposer")
    wanted: list[list[tuple[str, list[str]]]] = []
    for text in (HARMLESS, *PAYLOADS):
        measure_id = full_of(text, secretary)
        pages = (f"/measures/{measure_id}", f"/proposals/{measure_id}/edit", "/proposals")
        roots = [document_of(ella.get(page)).root for page in pages]
        for root in roots:
            assert any(" ".join(text.split()) in " ".join(each.split()) for each in texts_of(root))
        wanted = wanted or [skeleton(root) for root in roots]
        assert [skeleton(root) for root in roots] == wanted, text
        with writing():
            # It leaves the reader's list, so that all lists are of one proposal.
            operations.change(fresh(measure_id), secretary, unit_id=None)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_typed_markup_is_text_in_a_form_that_comes_back(client, headers) -> None:
    ella = sign_in_as(client, "proposer")
    typed = dict.fromkeys(TEXTS, HARMLESS)
    # What is no choice and no amount comes back beside its error.
    wrong = {"cost_once": HARMLESS, "legal_deadline": HARMLESS}
    answer = ella.submit(NEW, {**typed, **wrong}, "submit", headers=headers)
    assert answer.status_code == 422
    wanted = skeleton(document_of(answer).root)
    for payload in PAYLOADS:
        sent = dict.fromkeys([*TEXTS, *wrong], " ".join(payload.split()))
        sent["legal_section"] = ""
        answer = ella.submit(NEW, sent, "submit", headers=headers)
        assert answer.status_code == 422
        assert skeleton(document_of(answer).root) == wanted, payload
