"""The table "Who may do what" as people read it, on its page and in the documentation."""

from collections.abc import Sequence

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.core.enums import Labelled
from app.core.policy import MEANINGS, RULES, Action, Group, Role


class Answer(Labelled):
    """Whether a role includes an action."""

    YES = "yes", _l("yes")
    IN_OWN_UNIT = "in_own_unit", _l("in own unit")
    NO = "no", _l("no")


AS_LEAD = _l("also the holder of the responsible post of the measure, and the deputy")
FOR_ALL = _l("everyone")
FOR_ALL_SIGNED_IN = _l("everyone who has signed in")


def answer(role: Role, action: Action) -> Answer:
    """Return whether `role` alone includes `action`, which not everyone may do."""
    rule = RULES[action]
    if role in rule.roles:
        return Answer.YES
    return Answer.IN_OWN_UNIT if role in rule.in_own_unit else Answer.NO


def actions_of(group: Group) -> list[Action]:
    """Return the actions of a group in their order."""
    return [action for action, rule in RULES.items() if rule.group is group]


def as_markdown() -> str:
    """Return the whole table in English, as `docs/who-may-do-what.md` has it."""
    with force_locale("en"):
        return "\n".join(_lines())


def _lines() -> list[str]:
    lines = [
        "# Who may do what",
        "",
        "`flask policy print` writes this page from `RULES` in `app/core/policy.py`, the one table",
        "that routes, menus, buttons, queries and the page `/policy` read. “In own unit” means",
        "what belongs to the person's own unit or to a unit below it. A person may hold several",
        "roles, each with a first and a last day, and may hold one as somebody's deputy. The",
        "status page is open to everyone where the city sets `STATUS_PAGE_OPEN`.",
        "",
        "## Roles",
        "",
        *(f"- {role.label}: {meaning}" for role, meaning in MEANINGS.items()),
    ]
    for group in Group:
        lines += ["", f"## {group.label}", "", *_table(_cells(group))]
        led = [action.label for action in actions_of(group) if RULES[action].as_lead]
        lines += [line for label in led for line in ("", f"- {label}: {AS_LEAD}")]
    return lines


def _cells(group: Group) -> list[Sequence[str]]:
    if group is Group.FOR_EVERYONE:
        return [
            ("action", "who"),
            *((str(action.label), str(who(action))) for action in actions_of(group)),
        ]
    return [
        ("action", *(str(role.label) for role in MEANINGS)),
        *(
            (str(action.label), *(str(answer(role, action).label) for role in MEANINGS))
            for action in actions_of(group)
        ),
    ]


def who(action: Action) -> LazyString:
    """Return who may do what everyone may do: everyone, or everyone who has signed in."""
    return FOR_ALL if RULES[action].everyone else FOR_ALL_SIGNED_IN


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return an aligned table of Markdown; the first row is its head."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    rule = ["-" * width for width in widths]
    return [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (rows[0], rule, *rows[1:])
    ]
