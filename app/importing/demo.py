"""The demo: real roadmaps, and invented people, units and proposals around them."""

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from app.accounts import operations as accounts
from app.config import ROOT
from app.core.policy import Role
from app.importing.apply import apply_plan
from app.importing.plan import AsOf, as_of, plan_import
from app.programmes import operations as programmes
from app.vocabulary import operations as vocabulary

FOLDER = ROOT / "demo"

_OCTOBER, _DECEMBER = as_of("2024-10"), as_of("2025-12-02")

ROADMAPS: tuple[tuple[str, Mapping[int, AsOf], Mapping[int, date]], ...] = (
    ("roadmap-2024.csv", {2024: _OCTOBER, 2025: _DECEMBER}, {2024: date(2024, 1, 22)}),
    ("roadmap-2024-additions.csv", {2024: _OCTOBER, 2025: _DECEMBER}, {}),
    ("roadmap-2025.csv", {2025: _DECEMBER}, {2025: date(2025, 1, 13)}),
    ("roadmap-2026.csv", {}, {}),
)
"""The files, the days that their status columns speak of, and those of the board's approval."""


def make_demo() -> None:
    """Fill the empty database; the caller commits, so that there is never half a demo."""
    vocabulary.add_start_values()
    _add_organisation(_read("organisation.toml"))
    programme = programmes.add_programme(
        "Digiohjelma 2024–2026", "Digiprogram 2024–2026", 2024, 2026
    )
    programmes.add_start_themes(programme)
    for name, days, boards in ROADMAPS:
        plan = plan_import((FOLDER / name).read_bytes(), days, boards)
        if plan.faults:
            raise ValueError(f"{name}: {plan.faults[0]}")
        apply_plan(plan)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def _add_organisation(data: Mapping[str, Any]) -> None:
    units = {row["key"]: accounts.add_unit(**row) for row in data["unit"]}
    for row in data["post"]:
        accounts.add_post(row["key"], row["title_fi"], row["title_sv"], units[row["unit"]])
    for row in data["person"]:
        roles = [Role[role.upper()] for role in row["roles"]]
        unit = units[row["unit"]]
        accounts.add_user(row["key"], row["name"], row["language"], roles, unit, invented=True)
