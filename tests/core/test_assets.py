import hashlib
import re

import pytest

from app.config import ROOT
from app.core.assets import STATIC, asset, vendor
from tests.html import document_of, elements


def test_own_files_carry_the_hash_of_their_content() -> None:
    digest = hashlib.sha256((ROOT / "static/js/app.js").read_bytes()).hexdigest()
    assert asset("js/app.js") == f"/static/js/app.js?v={digest[:12]}"


def test_vendored_files_carry_their_version() -> None:
    assert vendor("htmx-4.0.1/htmx.min.js") == "/static/vendor/htmx-4.0.1/htmx.min.js"


def test_a_file_that_is_not_there_is_an_error_where_it_is_asked_for() -> None:
    with pytest.raises(FileNotFoundError):
        asset("js/no-such-file.js")


def test_every_file_of_a_page_is_served(client) -> None:
    root = document_of(client.get("/")).root
    addresses = {
        element.get("href") or element.get("src")
        for element in elements(root, "link", "script", "img")
        if element.get("href") or element.get("src")
    }
    assert len(addresses) > 8
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        assert response.content_length > 0


@pytest.mark.parametrize(
    ("path", "cached"),
    [
        (vendor("htmx-4.0.1/htmx.min.js"), "max-age=315360000, public, immutable"),
        (asset("css/base.css"), "max-age=604800, public"),
    ],
)
def test_caching(client, path: str, cached: str) -> None:
    assert client.get(path).headers["Cache-Control"] == cached


@pytest.mark.parametrize(
    "address", ["/static/../pyproject.toml", "/static/%2e%2e/wsgi.py", "/static/", "/static/css"]
)
def test_nothing_else_is_served(client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_style_sheets_refer_to_files_that_are_there() -> None:
    for sheet in STATIC.glob("css/*.css"):
        for address in re.findall(r"url\(\"?([^)\"]+)\"?\)", sheet.read_text()):
            assert (sheet.parent / address).resolve().is_file(), f"{sheet.name}: {address}"
