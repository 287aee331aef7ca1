"""The demo: real roadmaps, and invented people, units and proposals around them."""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from app.accounts import operations as accounts
from app.accounts import queries as people
from app.accounts.models import Unit, User
from app.accounts.operations import INSTALLER
from app.accounts.roles import give_role
from app.config import ROOT
from app.core import clock
from app.core.policy import Actor, Role
from app.importing import queries
from app.importing.apply import apply_plan
from app.importing.plan import AsOf, as_of, plan_import
from app.measures import operations as measures
from app.measures.models import Measure
from app.measures.states import State
from app.meetings import operations as meetings
from app.meetings.models import Meeting
from app.meetings.states import Outcome
from app.organisation import operations as organisation
from app.programmes import operations as programmes
from app.programmes.states import Phase
from app.roadmaps import operations as roadmaps
from app.scoring import operations as scoring
from app.scoring.criteria import DEFAULT_CRITERIA
from app.scoring.models import Round
from app.scoring.states import ProposedOutcome
from app.vocabulary import operations as vocabulary
from app.vocabulary.states import Kind

FOLDER = ROOT / "demo"

_OCTOBER, _DECEMBER = as_of("2024-10"), as_of("2025-12-02")

ROADMAPS: tuple[tuple[str, Mapping[int, AsOf], Mapping[int, date]], ...] = (
    ("roadmap-2024.csv", {2024: _OCTOBER, 2025: _DECEMBER}, {2024: date(2024, 1, 22)}),
    ("roadmap-2024-additions.csv", {2024: _OCTOBER, 2025: _DECEMBER}, {}),
    ("roadmap-2025.csv", {2025: _DECEMBER}, {2025: date(2025, 1, 13)}),
    ("roadmap-2026.csv", {}, {}),
)
"""The files, the days that their status columns speak of, and those of the board's approval."""

_AS_THEY_ARE = frozenset(
    {f"{name}_{lang}" for name in ("name", "problem", "description") for lang in ("fi", "sv")}
    | {"impact", "cost_class", "cost_once", "cost_yearly", "partners", "origin"}
    | {"legal_act", "legal_section"}
)
"""What a proposal's file gives as the columns of `Measure` hold it."""

_COLLECTING = 2027
_ISSUER = "https://sign-in.example.org"
_DECIDED = {
    State.APPROVED: Outcome.APPROVE,
    State.POSTPONED: Outcome.POSTPONE,
    State.REJECTED: Outcome.REJECT,
}
_SCORED = {State.IN_SCORING, *_DECIDED}


def make_demo() -> None:
    """Fill the empty database; the caller commits, so that there is never half a demo."""
    vocabulary.add_start_values(INSTALLER)
    _add_organisation(_read("organisation.toml"), clock.today())
    programme = programmes.add_programme(
        "Digiohjelma 2024–2026", "Digiprogram 2024–2026", 2024, 2026, INSTALLER
    )
    programmes.add_start_themes(programme, INSTALLER)
    for name, days, boards in ROADMAPS:
        plan = plan_import((FOLDER / name).read_bytes(), days, boards)
        if plan.faults:
            raise ValueError(f"{name}: {plan.faults[0]}")
        apply_plan(plan)
    _Invention().make(_read("proposals.toml")["proposal"])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def _add_organisation(data: Mapping[str, Any], today: date) -> None:
    units = {row["key"]: organisation.add_unit(**row, actor=INSTALLER) for row in data["unit"]}
    users = {row["key"]: _add_person(row, units[row["unit"]]) for row in data["person"]}
    for row in data["post"]:
        organisation.add_post(
            row["key"],
            row["title_fi"],
            row["title_sv"],
            units[row["unit"]],
            INSTALLER,
            holder=users.get(row.get("holder")),
            deputy=users.get(row.get("deputy")),
        )
    for row in data["deputy"]:
        give_role(
            users[row["person"]],
            Role[row["role"].upper()],
            INSTALLER,
            first_day=today + timedelta(days=row["first_day"]),
            last_day=today + timedelta(days=row["last_day"]),
            deputy_for_id=users[row["for"]].id,
        )


def _add_person(row: Mapping[str, Any], unit: Unit) -> User:
    user = accounts.add_user(
        row["key"],
        row["name"],
        row["language"],
        [Role[role.upper()] for role in row["roles"]],
        INSTALLER,
        unit=unit,
        invented=True,
    )
    if "subject" in row:
        accounts.add_identity(user, _ISSUER, row["subject"], INSTALLER)
    if row.get("disabled"):
        accounts.disable(user, INSTALLER)
    return user


class _Invention:
    """A programme to come, whose first roadmap collects invented proposals.

    Its days lie around the day on which the demo is made, so that its round is open.
    """

    def __init__(self) -> None:
        self._today = clock.today()
        self._secretary = self._person("secretary")
        programme = programmes.add_programme(
            "Digiohjelma 2027–2029 (esimerkki)",
            "Digiprogram 2027–2029 (exempel)",
            2027,
            2029,
            INSTALLER,
            invented=True,
        )
        programmes.add_start_themes(programme, INSTALLER)
        self._known = queries.known()
        self._themes = self._known.themes[programme.id]
        self._units = {unit.key: unit.id for unit in people.units()}
        self._posts = {post.key: post.id for post in people.posts()}
        for year in (2027, 2028, 2029):
            programmes.add_roadmap(programme, year, Phase.PLANNED, INSTALLER)

    def make(self, proposals: list[dict[str, Any]]) -> None:
        """Add the proposals, and bring each to its state through the workflow."""
        scoring_round = self._open_collecting()
        held = meetings.arrange(self._in_days(-7), 5, "Raatihuone", self._secretary)
        coming = meetings.arrange(self._in_days(14), 6, "Raatihuone", self._secretary)
        for row in proposals:
            measure = self._propose(row)
            self._bring_to_state(measure, row, held)
            for review in row.get("review", []):
                self._review(scoring_round, measure, review)
            if row.get("agenda"):
                meetings.add_to_agenda(coming, measure, self._secretary)

    def _person(self, key: str) -> Actor:
        user = people.user_by_key(key)
        actor = people.actor_of(user.id, self._today) if user else None
        if actor is None:
            raise ValueError(f"the demo has nobody called {key}")
        return actor

    def _in_days(self, days: int) -> date:
        return self._today + timedelta(days=days)

    def _open_collecting(self) -> Round:
        roadmap = queries.roadmaps()[_COLLECTING]
        roadmaps.set_dates(roadmap, self._in_days(30), self._in_days(90), self._secretary)
        roadmaps.move(roadmap, "open", self._secretary)
        first, last = self._in_days(-14), self._in_days(45)
        return scoring.open_round(roadmap, first, last, DEFAULT_CRITERIA, self._secretary)

    def _propose(self, row: Mapping[str, Any]) -> Measure:
        fields = {name: value for name, value in row.items() if name in _AS_THEY_ARE}
        for kind in Kind:
            if kind in row:
                fields[f"{kind}_id"] = self._known.values[kind][row[kind]]
        return measures.create_proposal(
            self._person(row["by"]),
            {
                **fields,
                "unit_id": self._units[row["unit"]],
                "lead_post_id": self._posts[row["lead"]] if "lead" in row else None,
                "theme_id": self._themes[row["theme"]],
                "first_year": _COLLECTING,
                "last_year": _COLLECTING,
                "invented": True,
            },
        )

    def _bring_to_state(self, measure: Measure, row: Mapping[str, Any], held: Meeting) -> None:
        state, reason = State[row["state"].upper()], row.get("reason", "")
        proposer = self._person(row["by"])
        if state is State.WITHDRAWN:
            measures.move(measure, "withdraw", proposer)
        elif state is not State.DRAFT:
            measures.move(measure, "submit", proposer)
        if state is State.RETURNED:
            measures.move(measure, "return", self._secretary, reason)
        if state in _SCORED:
            scoring.open_scoring(measure, self._secretary)
        if state in _DECIDED:
            decision = meetings.add_to_agenda(held, measure, self._secretary)
            meetings.decide(
                decision, _DECIDED[state], reason, str(decision.position), self._secretary
            )

    def _review(self, scoring_round: Round, measure: Measure, row: Mapping[str, Any]) -> None:
        outcome = ProposedOutcome[row["outcome"].upper()] if "outcome" in row else None
        judgement = scoring.Judgement(
            measure.version,
            row.get("ratings", {}),
            outcome,
            row.get("comment", ""),
            disqualified="disqualified" in row,
            disqualification_reason=row.get("disqualified", ""),
        )
        submit = not row.get("draft", False)
        scoring.save_review(
            scoring_round, measure, self._person(row["by"]), judgement, submit=submit
        )
