"""Pages and their fragments under one address; the status page stands for all."""

from xml.etree.ElementTree import tostring

import pytest
from flask import Flask

from app.core.htmx import see_other
from tests.client import HTMX
from tests.html import document_of, first

RESTORE = {**HTMX, "HX-History-Restore-Request": "true"}


@pytest.mark.parametrize(("headers", "is_page"), [({}, True), (HTMX, False), (RESTORE, True)])
def test_htmx_gets_the_fragment_and_its_history_the_page(client, headers, is_page) -> None:
    response = client.get("/", headers=headers)
    assert response.status_code == 200
    assert document_of(response).is_page is is_page
    assert "HX-Request" in response.vary


def test_page_contains_its_fragment(client) -> None:
    fragment = first(document_of(client.get("/", headers=HTMX)).root, "./*[@id]")
    page = document_of(client.get("/")).root
    same = first(page, f".//*[@id='{fragment.get('id')}']")
    assert tostring(fragment).strip() == tostring(same).strip()


@pytest.mark.parametrize(
    ("headers", "status", "header"),
    [({}, 303, "Location"), (HTMX, 204, "HX-Redirect"), (RESTORE, 303, "Location")],
)
def test_after_a_post_the_reader_is_sent_on(app: Flask, headers, status, header) -> None:
    with app.test_request_context(headers=headers, method="POST"):
        response = app.make_response(see_other("status_page.index", year=2025))
    assert response.status_code == status
    assert response.headers[header] == "/?year=2025"
