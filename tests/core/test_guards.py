"""Views ask the policy before anything else."""

import pytest
from flask import Flask

from app.core.guards import check, requires
from app.core.policy import NO_UNIT, Action
from app.extensions import csrf
from tests.client import HTMX, sign_in_as
from tests.conftest import copy_database, make_settings, running


@pytest.fixture
def app(app: Flask) -> Flask:
    """Return the app with a view that only the secretary may call, and one for each unit."""

    @app.route("/guarded", methods=["GET", "POST"])
    @csrf.exempt
    @requires(Action.MANAGE_MEETINGS)
    def guarded():
        return {}

    @app.get("/proposals-of/<int:unit_id>")
    @requires(Action.PROPOSE)
    def own_unit(unit_id: int):
        check(Action.PROPOSE, unit_id or NO_UNIT)
        return {}

    return app


def test_somebody_unknown_is_asked_to_sign_in(client) -> None:
    response = client.get("/guarded?a=1")
    assert (response.status_code, response.location) == (302, "/sign-in?next=%2Fguarded%3Fa%3D1")


def test_what_was_sent_without_signing_in_is_not_sent_again(client) -> None:
    assert client.post("/guarded").location == "/sign-in?next=%2F"


def test_htmx_is_told_where_to_sign_in(client) -> None:
    response = client.get("/guarded", headers=HTMX)
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/sign-in?next=%2Fguarded"


@pytest.mark.parametrize(("person", "status"), [("secretary", 200), ("member", 403)])
def test_the_role_decides(client, person: str, status: int) -> None:
    sign_in_as(client, person)
    assert client.get("/guarded").status_code == status
    assert client.post("/guarded").status_code == status


@pytest.mark.parametrize(
    ("person", "of_own_unit", "of_another", "of_none"),
    [("secretary", 200, 200, 200), ("proposer", 200, 403, 403), ("viewer", 403, 403, 403)],
)
def test_the_unit_decides_too(
    client, actor, person: str, of_own_unit: int, of_another: int, of_none: int
) -> None:
    own = next(iter(actor("proposer").unit_ids))
    another = next(iter(actor("proposer2").unit_ids))
    sign_in_as(client, person)
    for unit_id, status in ((own, of_own_unit), (another, of_another), (0, of_none)):
        assert client.get(f"/proposals-of/{unit_id}").status_code == status


@pytest.mark.parametrize(("is_open", "status"), [(True, 200), (False, 302)])
def test_status_page_is_open_where_the_city_says_so(
    tmp_path, city_database, compiled, is_open: bool, status: int
) -> None:
    settings = make_settings(tmp_path / "instance", status_page_open=is_open)
    copy_database(city_database, settings)
    with running(settings, compiled) as app:
        client = app.test_client()
        assert client.get("/").status_code == status
        assert client.get("/accessibility").status_code == 200
        sign_in_as(client, "viewer")
        assert client.get("/").status_code == 200
