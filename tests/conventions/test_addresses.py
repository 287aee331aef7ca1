"""What holds for every address of the tool."""

import pytest
from flask import Flask

from app.core.policy import ANONYMOUS, Action, Actor, can
from app.extensions import db
from app.measures.queries import READING
from tests.client import HTMX, LintingClient, sign_in_as
from tests.conventions.addresses import TRANSITIONS, Address, addresses, odd_addresses

PEOPLE = (
    "viewer",
    "proposer",
    "member",
    "chair",
    "secretary",
    "board-secretary",
    "administrator",
)

# What a page may answer to somebody whose role includes its action: it is there, it leads on,
# it belongs to another unit, it is hidden from them, its moment has passed.
ANSWERS = {200, 302, 303, 403, 404, 409}

# Not everybody finds a proposal that waits for their reasons; of a single round its page is shown.
# What belongs to passwords is for those who have one, which nobody of the demo does; and the demo
# has no sign-in service of a city. Nobody of the demo has a form that is kept for them. Of comments
# and files there are few, and most of them are others'. What would be done to proposals is shown of
# those that were ticked. Going on with scoring leads to a measure, or to the ranking. Something of
# the round is still hidden from the chair, and so are its scenarios.
MAY_BE_CLOSED = {
    "attachments.publicity",
    "attachments.remove",
    "comments.remove",
    "desk.preview",
    "followup.preview",
    "meetings.preview",
    "proposing.edit_facts",
    "proposing.move",
    "roadmaps.programme_board_changes",
    "roadmaps.programme_differences",
    "roadmaps.programme_proposal",
    "roadmaps.programme_snapshot",
    "scoring.go_on",
    "scoring.remove_scenario",
    "scoring.rounds",
    "sign_in.code",
    "sign_in.invitation",
    "sign_in.kept_form",
    "sign_in.new_code",
    "sign_in.password",
    "sign_in.returned",
    "sign_in.with_city_account",
}

# Reading these is recorded, so a database that refuses to be written to does not give them.
RECORDED = {"history.export", "own_page.download"}

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "BEGIN IMMEDIATE")


@pytest.fixture
def person(request, demo_client: LintingClient, actor) -> Actor:
    """Return the actor whose key is the test's parameter, signed in; nobody for an empty key."""
    if not request.param:
        return ANONYMOUS
    sign_in_as(demo_client, request.param)
    return actor(request.param)


@pytest.fixture
def read_only(demo_app: Flask, listen):
    """Return a function after which the database refuses to be written to."""

    def refuse_writes() -> None:
        def set_read_only(connection, _record) -> None:
            connection.execute("PRAGMA query_only = ON")

        db.session.remove()
        db.engine.dispose()
        listen(db.engine, "connect", set_read_only)

    return refuse_writes


def one_of_each(app: Flask) -> list[Address]:
    """Return one address of each endpoint that writes."""
    found = list({address.endpoint: address for address in addresses(app, "POST")}.values())
    assert len(found) > 10
    return found


def test_every_address_has_a_rule(app: Flask) -> None:
    without = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if not isinstance(getattr(view, "required_action", None), Action)
    ]
    assert without == []


def test_every_address_is_one_of_a_room(app: Flask) -> None:
    rooms = {rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules()}
    assert rooms == set(app.blueprints)


def test_addresses_that_write_do_not_share_a_rule_with_all_methods(app: Flask) -> None:
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods}
    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize("person", ["", *PEOPLE], indirect=True)
def test_reading_follows_the_policy_and_writes_nothing(
    demo_app: Flask, demo_client: LintingClient, person: Actor, read_only, query_counter
) -> None:
    every = [each for each in addresses(demo_app, "GET") if each.endpoint not in RECORDED]
    read_only()
    opened = set()
    for address in every:
        with query_counter() as statements:
            response = demo_client.get(address.url)
        where = f"{address.url} answers {response.status}"
        if can(person, address.action) or address.action is Action.READ_STATUS:
            assert response.status_code in ANSWERS, where
        elif person.is_signed_in:
            assert response.status_code == 403, where
        else:
            assert response.location.startswith("/sign-in?next="), where
        # That somebody was refused is recorded; here the database does not take it.
        if response.status_code not in {403, 404}:
            assert [each for each in statements if each.startswith(WRITES)] == []
        if response.status_code == 200:
            opened.add(address.endpoint)
        if "HX-Request" in response.vary:
            # The client checks the fragment too.
            assert demo_client.get(address.url, headers=HTMX).status_code in {200, 204}
    closed = {each.endpoint for each in every if can(person, each.action)} - opened
    assert closed <= MAY_BE_CLOSED


@pytest.mark.parametrize("person", ["secretary"], indirect=True)
def test_writing_needs_the_token_of_a_form(
    demo_app: Flask, demo_client: LintingClient, person: Actor, query_counter
) -> None:
    with query_counter() as statements:
        for address in one_of_each(demo_app):
            response = demo_client.post(address.url, data={"csrf_token": "forged"})
            assert response.status_code == 400, f"{address.url} answers {response.status}"
    assert [each for each in statements if each.startswith(WRITES)] == []


@pytest.mark.parametrize("person", ["secretary", "chair", "board-secretary"], indirect=True)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_odd_addresses_are_refused_quietly(
    demo_app: Flask, demo_client: LintingClient, person: Actor, method: str
) -> None:
    send = demo_client.get if method == "GET" else demo_client.forge
    for address in odd_addresses(demo_app, method):
        if can(person, address.action):
            response = send(address.url)
            assert response.status_code in {403, 404, 405}, f"{address.url}: {response.status}"


def test_every_action_is_asked_for_somewhere(app: Flask) -> None:
    by_views = {view.required_action for view in app.view_functions.values()}
    by_tables = {row.action for row in TRANSITIONS}
    by_queries = {*READING.values(), Action.READ_GROUP_COMMENTS, Action.READ_SECRETS}
    assert set(Action) == by_views | by_tables | by_queries
