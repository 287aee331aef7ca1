import pytest
from flask import Flask

from app.config import Settings
from app.extensions import db


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_all_is_well(client, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_without_a_database_the_process_lives_and_is_not_ready(
    app: Flask, client, settings: Settings
) -> None:
    db.session.remove()
    db.engine.dispose()
    for path in settings.instance.glob("roadmap.sqlite*"):
        path.unlink()
    assert client.get("/healthz").status_code == 200
    client.expects_errors = True
    response = client.get("/readyz")
    assert (response.status_code, response.json) == (503, {"status": "database unavailable"})


def test_a_broken_database_is_not_ready(app: Flask, client, settings: Settings) -> None:
    db.session.remove()
    db.engine.dispose()
    (settings.instance / "roadmap.sqlite").write_bytes(b"this is no database" * 1000)
    client.expects_errors = True
    assert client.get("/readyz").status_code == 503
