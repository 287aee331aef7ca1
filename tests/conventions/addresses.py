"""All addresses of the tool, their parts filled in from the demo."""

from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import SelectBase, func, select
from werkzeug.routing import Rule

from app.accounts.models import Identity, Post, RoleGrant, Unit, User
from app.attachments.models import Attachment
from app.comments.models import Comment
from app.core.policy import Action
from app.desk.models import BulkAction
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import State
from app.measures.workflow import WORKFLOW as PROPOSAL
from app.meetings.models import Decision, Meeting, OtherMatter
from app.programmes.models import Programme, Roadmap, Theme
from app.roadmaps.models import Item, Snapshot
from app.roadmaps.programme_workflow import PROGRAMME
from app.roadmaps.workflow import WORKFLOW as ROADMAP
from app.scoring.models import Criterion, Round, Scenario

TRANSITIONS = (*PROPOSAL.transitions, *ROADMAP.transitions, *PROGRAMME.transitions)

ODD = {
    "measure_id": [0, 999_999, 2**31, 2**63, 10**40],
    "action_id": [0, 999_999, 2**63],
    "other_id": [0, 999_999, 2**63],
    "year": [0, 1999, 99_999, 2**63, 10**40],
    "meeting_id": [0, 999_999, 2**63],
    "matter_id": [0, 999_999, 2**63],
    "decision_id": [0, 999_999, 2**63],
    "item_id": [0, 999_999, 2**63],
    "change_id": [0, 999_999, 2**63],
    "scenario_id": [0, 999_999, 2**63],
    "number": [0, 999_999, 2**63],
    "person_id": [0, 999_999, 2**63],
    "grant_id": [0, 999_999, 2**63],
    "identity_id": [0, 999_999, 2**63],
    "comment_id": [0, 999_999, 2**63],
    "criterion_id": [0, 999_999, 2**63],
    "file_id": [0, 999_999, 2**63],
    "programme_id": [0, 999_999, 2**63],
    "theme_id": [0, 999_999, 2**63],
    "unit_id": [0, 999_999, 2**63],
    "post_id": [0, 999_999, 2**63],
    "language": ["x", "en", "é", "FI", "x" * 2000, "\0"],
    "token": ["x", "é", "' OR 1=1 --", "x" * 2000, "\0"],
    "transition": ["x", "apply", "__class__", "é", "' OR 1=1 --", "x" * 2000, "\0"],
}
"""Values that nothing is called by, of each part of an address."""


_BELONGING: dict[str, Any] = {"comment_id": Comment, "file_id": Attachment}
"""What belongs to a measure, by the part of an address that names it."""


class Address(NamedTuple):
    """An address, and what the policy asks of those who open it."""

    url: str
    endpoint: str
    action: Action


def rules(app: Flask, method: str) -> list[Rule]:
    """Return the rules that take `method`."""
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


def addresses(app: Flask, method: str) -> list[Address]:
    """Return addresses that take `method`, with every value of every part in one of them."""
    every, found = _values(), []
    for rule in rules(app, method):
        values = _fitting(every, rule)
        count = max((len(values[name]) for name in rule.arguments), default=1)
        # A list of values that is shorter than another begins anew.
        lists = {name: values[name] * count for name in rule.arguments}
        for number in range(count):
            parts = {name: lists[name][number] for name in lists}
            found.append(_address(app, rule, parts))
    return found


def odd_addresses(app: Flask, method: str) -> list[Address]:
    """Return addresses that take `method` and have one part that nothing is called by."""
    every = _values()
    return [
        _address(app, rule, {part: values[part][0] for part in rule.arguments} | {name: odd})
        for rule in rules(app, method)
        for values in [_fitting(every, rule)]
        for name in rule.arguments
        for odd in ODD[name]
    ]


def _address(app: Flask, rule: Rule, parts: dict[str, object]) -> Address:
    url = app.url_map.bind("localhost").build(rule.endpoint, parts)
    return Address(url, rule.endpoint, app.view_functions[rule.endpoint].required_action)


def _values() -> dict[str, list[object]]:
    """Return values for the parts of addresses, of what exists in the demo.

    There is a measure in each of the states of a proposal, a draft of each unit that writes one,
    and all years have roadmaps.
    """
    newest = select(func.max(Measure.id))
    drafts = newest.where(Measure.state == State.DRAFT).group_by(Measure.unit_id)
    measures = newest.group_by(Measure.state).union(drafts)
    return {
        "measure_id": _all(measures),
        "other_id": _all(measures)[::-1],
        "action_id": _all(select(BulkAction.id)),
        "year": _all(select(Roadmap.year).order_by(Roadmap.year.desc())),
        "meeting_id": _all(select(Meeting.id)),
        "decision_id": _all(select(Decision.id)),
        "matter_id": _all(select(OtherMatter.id)),
        # Nothing is written down in the demo; the address of what is gone is one, too.
        "change_id": [1],
        "item_id": _all(select(func.min(Item.id)).group_by(Item.roadmap_id)),
        "scenario_id": _all(select(Scenario.id)),
        "number": _all(select(Snapshot.number).distinct()),
        "person_id": _all(select(User.id)),
        "grant_id": _all(select(RoleGrant.id)),
        "identity_id": _all(select(Identity.id)),
        "programme_id": _all(select(Programme.id)),
        "theme_id": _all(select(Theme.id)),
        "unit_id": _all(select(func.min(Unit.id)).group_by(Unit.parent_id)),
        "post_id": _all(select(Post.id)),
        "language": ["fi", "sv"],
        "token": ["that-nobody-has"],
        "criterion_id": _all(select(Criterion.id)),
        "transition": sorted({row.name for row in TRANSITIONS}),
    }


def _fitting(values: dict[str, list[object]], rule: Rule) -> dict[str, list[object]]:
    """Return values for an address, in which what belongs to a measure stands beside it."""
    for name, model in _BELONGING.items():
        if name in rule.arguments:
            rows = db.session.execute(select(model.measure_id, model.id).order_by(model.id)).all()
            assert rows, f"the demo has no {name}"
            return {
                **values,
                "measure_id": [row.measure_id for row in rows],
                name: [row.id for row in rows],
            }
    if "theme_id" in rule.arguments:
        themes = db.session.execute(select(Theme.programme_id, Theme.id)).all()
        ids = [row.id for row in themes]
        return {**values, "programme_id": [row.programme_id for row in themes], "theme_id": ids}
    if "criterion_id" in rule.arguments:
        query = select(Roadmap.year, Criterion.id).join(Round, Round.id == Criterion.round_id)
        rows = db.session.execute(query.join(Roadmap, Roadmap.id == Round.roadmap_id)).all()
        ids = [row.id for row in rows]
        return {**values, "year": [row.year for row in rows], "criterion_id": ids}
    return values


def _all(query: SelectBase) -> list[object]:
    found = list(db.session.scalars(query))
    assert found, f"the demo has none: {query}"
    return found
