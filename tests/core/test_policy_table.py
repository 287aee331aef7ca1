"""The page "Who may do what" and its document say what the rules say."""

import re

import pytest
from flask import Flask
from sqlalchemy import delete

from app.accounts.models import RoleGrant
from app.config import ROOT
from app.core.database import writing
from app.core.policy import MEANINGS, RULES, Group, Role
from app.core.policy_table import Answer, actions_of, answer, as_markdown
from app.extensions import db
from tests.client import sign_in_as
from tests.conftest import make_settings


def test_the_document_is_the_table(app: Flask) -> None:
    document = (ROOT / "docs" / "who-may-do-what.md").read_text(encoding="utf-8")
    assert document == as_markdown() + "\n", "write it anew: make policy"


def test_the_command_prints_the_document(app: Flask) -> None:
    printed = app.test_cli_runner().invoke(args=["policy", "print"])
    assert (printed.exit_code, printed.output) == (0, as_markdown() + "\n")


def test_every_action_and_every_role_is_shown_once() -> None:
    shown = [action for group in Group for action in actions_of(group)]
    assert sorted(shown) == sorted(RULES)
    assert set(MEANINGS) == set(Role)


@pytest.mark.parametrize("group", Group)
def test_what_is_for_everyone_stands_apart(group: Group) -> None:
    for action in actions_of(group):
        rule = RULES[action]
        for_everyone = rule.everyone or rule.signed_in
        assert for_everyone is (group is Group.FOR_EVERYONE)
        assert not (for_everyone and (rule.roles or rule.in_own_unit))
        assert for_everyone or any(answer(role, action) is not Answer.NO for role in Role)


@pytest.mark.parametrize(
    ("lang", "title", "own", "yes"),
    [
        ("fi", "Kuka saa tehdä mitä", "roolisi", "kyllä"),
        ("sv", "Vem får göra vad", "din roll", "ja"),
    ],
)
def test_the_page(client, lang: str, title: str, own: str, yes: str) -> None:
    sign_in_as(client, "chair")
    page = client.get(f"/policy?lang={lang}").text
    assert re.search(rf"<h1>\s*{title}\s*</h1>", page)
    assert page.count(f">{own}<") == len(Group)
    assert page.count(f">{yes}</td>") == sum(len(rule.roles) for rule in RULES.values())


def test_an_open_status_page_is_said_to_be_for_everyone(client, app: Flask) -> None:
    def count() -> int:
        return len(re.findall(r"<dd>\s*alla\s*</dd>", client.get("/policy?lang=sv").text))

    sign_in_as(client, "viewer")
    opened = count()
    instance = app.config["SETTINGS"].instance
    app.config["SETTINGS"] = make_settings(instance, status_page_open=False)
    assert count() == opened - 1


def test_who_has_no_role_is_told(client, actor) -> None:
    sign_in_as(client, "viewer")
    assert "Sinulla ei ole nyt roolia" not in client.get("/policy?lang=fi").text
    with writing():
        db.session.execute(delete(RoleGrant).where(RoleGrant.user_id == actor("viewer").user_id))
    assert "Sinulla ei ole nyt roolia" in client.get("/policy?lang=fi").text


def test_a_refusal_leads_to_the_table(client) -> None:
    sign_in_as(client, "viewer")
    refused = client.get("/proposals")
    assert refused.status_code == 403
    assert refused.text.count('href="/policy"') == 2
