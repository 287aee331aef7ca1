"""The invented proposals of the demo, each brought to its state through the workflow."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, update

from app.accounts import queries as people
from app.accounts.operations import INSTALLER
from app.attachments import operations as attachments
from app.comments import operations as comments
from app.comments.models import Comment
from app.comments.states import Audience
from app.core import clock, idempotency
from app.core.policy import Actor
from app.desk import operations as desk
from app.desk import plans
from app.desk.states import Deed
from app.extensions import db
from app.importing import queries
from app.measures import lineage
from app.measures import operations as measures
from app.measures.editing import POSTS, PROPOSED
from app.measures.models import Measure, Step
from app.measures.states import LineageKind, Publicity, State
from app.meetings import attendance, deciding, matters
from app.meetings import operations as meetings
from app.meetings.models import Meeting
from app.meetings.states import Outcome, Presence
from app.programmes import operations as programmes
from app.programmes.states import Phase
from app.roadmaps import dates
from app.roadmaps import operations as roadmaps
from app.scoring import operations as scoring
from app.scoring import round_operations as rounds
from app.scoring.choosing import Limits
from app.scoring.criteria import DEFAULT_CRITERIA
from app.scoring.models import Round
from app.scoring.options import Wanted, digest_of, options_of
from app.scoring.scenario_operations import save_scenario
from app.scoring.scenarios import Chosen
from app.scoring.states import ProposedOutcome
from app.vocabulary.states import Kind

_ROOM = 12
"""How many measures that year has room for."""

_COLLECTING = 2027
_DAYS = {
    "collect_from": -45,
    "submit_by": 30,
    "score_by": 40,
    "draft_by": 60,
    "board_by": 90,
    "budget_on": 105,
}
"""The days of that year's roadmap, counted from the day on which the demo is made."""

_BEFORE_BOARD = 2026
_BOARD_IN = 20
"""In how many days the board decides on that year's roadmap, after the budget is made."""

_DECIDED = {
    State.APPROVED: Outcome.APPROVE,
    State.POSTPONED: Outcome.POSTPONE,
    State.REJECTED: Outcome.REJECT,
}
_AROUND = (
    (True, "Kokouksen avaus", "Mötets öppnande"),
    (True, "Edellisen kokouksen pöytäkirja", "Föregående mötes protokoll"),
    (False, "Muut asiat", "Övriga ärenden"),
    (False, "Kokouksen päättäminen", "Mötets avslutning"),
)
"""What every agenda begins and ends with: whether it comes first, and its titles."""

_SCORED = {State.IN_SCORING, *_DECIDED}
_FOLLOWS = {
    "split_from": LineageKind.SPLIT,
    "carried_over_from": LineageKind.CARRIED_OVER,
}


class Invention:
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
        self._made: dict[str, Measure] = {}
        for year in (2027, 2028, 2029):
            programmes.add_roadmap(programme, year, Phase.PLANNED, INSTALLER)

    def make(
        self, proposals: list[dict[str, Any]], reviews: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Add the proposals, and bring each to its state through the workflow.

        Args:
            proposals: The proposals.
            reviews: Members' reviews by the names of the proposals: by the key of the member the
                ratings in the order of the criteria, "-" for a skipped one, and the outcome.
        """
        self._plan_year_before()
        scoring_round = self._open_collecting()
        held = self._arrange(-7, 5)
        coming = self._arrange(28, 6)
        made = [(self._propose(row), row) for row in proposals]
        self._hand_over(made)
        for measure, row in made:
            given = reviews.get(row.get("name_fi") or row["name_sv"], {})
            for review in (*row.get("review", []), *map(_reviewed, given.items())):
                self._review(scoring_round, measure, review)
            self._bring_to_state(measure, row, held)
            self._relate(measure, row)
            for comment in row.get("comment", []):
                self._comment(measure, comment)
            if row.get("agenda"):
                meetings.add_to_agenda(coming, measure, self._secretary)
            self._date_back(measure, row.get("days", 0))
            self._made[measure.name_fi] = measure
        self._save_scenarios(scoring_round)

    def _arrange(self, days: int, number: int) -> Meeting:
        """Arrange a meeting so many days from today, with what every agenda begins and ends with.

        Of one that has been it is known that all were there.
        """
        hours = {"starts_at": time(9), "ends_at": time(11)}
        day = self._in_days(days)
        meeting = meetings.arrange(day, number, "Raatihuone", self._secretary, hours)
        for comes_first, title_fi, title_sv in _AROUND:
            fields = {"comes_first": comes_first, "title_fi": title_fi, "title_sv": title_sv}
            matters.add(meeting, fields, self._secretary)
        if day < self._today:
            people = [
                replace(each, presence=Presence.PRESENT)
                for each in attendance.expected(meeting)
                if each.deputy_for_id is None
            ]
            seen = attendance.digest_of(meeting)
            attendance.save(meeting, seen, people, "", self._secretary)
        return meeting

    def _person(self, key: str) -> Actor:
        user = people.user_by_key(key)
        actor = people.actor_of(user.id, self._today) if user else None
        if actor is None:
            raise ValueError(f"the demo has nobody called {key}")
        return actor

    def _save_scenarios(self, scoring_round: Round) -> None:
        """Save what is best of so many measures: what is pinned in, and then the highest scores.

        Where nothing else is limited, that is the best choice, and needs no solver.
        """
        options = options_of(
            scoring_round,
            _COLLECTING,
            self._secretary,
            self._today,
            current_app.config["SETTINGS"],
        )
        if options is None:
            raise ValueError("something is hidden from the demo's secretary")
        candidates = options.candidates(None)
        pinned = frozenset(options.reasons)
        order = sorted(
            (each for each in candidates if each.score is not None or each.id in pinned),
            key=lambda each: (each.id not in pinned, -(each.score or 0), each.id),
        )
        for name, number in (("12 toimenpidettä", 12), ("Plats för 18", 18)):
            save_scenario(
                scoring_round,
                name,
                Wanted(Limits(number=number, inside=pinned)),
                Chosen({each.id: each for each in order[:number]}, digest_of(candidates)),
                self._secretary,
            )

    def _in_days(self, days: int) -> date:
        return self._today + timedelta(days=days)

    def _working_day(self, days: int) -> date:
        """Return the day so many days from today, or the Monday after it."""
        return dates.working_day(self._in_days(days))

    def _plan_year_before(self) -> None:
        """Give days to the real roadmap that is before the board; its plan is not known.

        The board decides after the budget is made, as it did on those before, so that the annual
        clock has something to warn of.
        """
        roadmap = queries.roadmaps()[_BEFORE_BOARD]
        days = {
            "collect_from": date(2025, 8, 18),
            "submit_by": date(2025, 9, 26),
            "score_by": date(2025, 10, 17),
            "draft_by": date(2025, 12, 12),
            "board_by": self._working_day(_BOARD_IN),
            "budget_on": date(2025, 11, 17),
            "midyear_report_by": date(2026, 8, 14),
            "year_report_by": date(2026, 12, 11),
        }
        dates.set_dates(roadmap, roadmap.version, days, self._secretary)

    def _open_collecting(self) -> Round:
        roadmap = queries.roadmaps()[_COLLECTING]
        days = {name: self._working_day(number) for name, number in _DAYS.items()}
        reports = {
            "midyear_report_by": date(_COLLECTING, 8, 13),
            "year_report_by": date(_COLLECTING, 12, 10),
        }
        dates.set_dates(roadmap, roadmap.version, {**days, **reports}, self._secretary)
        roadmaps.move(roadmap, "open", self._secretary)
        return rounds.open_round(
            roadmap,
            self._in_days(-14),
            days["score_by"],
            DEFAULT_CRITERIA,
            self._secretary,
            capacity=_ROOM,
        )

    def _propose(self, row: Mapping[str, Any]) -> Measure:
        """Add a draft, and change afterwards what the file says was changed later."""
        proposer = self._person(row["by"])
        fields = {name: value for name, value in row.items() if name in PROPOSED}
        for kind in Kind:
            if kind in row:
                fields[f"{kind}_id"] = self._known.values[kind][row[kind]]
        measure = measures.create_proposal(
            proposer,
            {
                **fields,
                "unit_id": self._units[row["unit"]],
                "lead_post_id": self._posts[row["lead"]] if "lead" in row else None,
                POSTS: sorted(self._posts[key] for key in row.get("others", ())),
                "contact_id": self._person(row["contact"]).user_id if "contact" in row else None,
                "theme_id": self._themes[row["theme"]],
                "first_year": _COLLECTING,
                "last_year": row.get("last_year", _COLLECTING),
                "publicity": Publicity.parse(row.get("publicity")) or Publicity.NOT_YET_PUBLIC,
                "invented": True,
            },
        )
        if "attachment" in row:
            file = attachments.checked(row["attachment"], _paper(measure.name_fi))
            attachments.attach(measure, file, Publicity.NOT_YET_PUBLIC, "", proposer)
        if "later" in row:
            measures.edit_proposal(measure, measure.version, row["later"], proposer)
        return measure

    def _hand_over(self, made: Sequence[tuple[Measure, Mapping[str, Any]]]) -> None:
        """Submit what is submitted, and open all that was scored for scoring at once."""
        scored = []
        for measure, row in made:
            state, proposer = State[row["state"].upper()], self._person(row["by"])
            if state is State.WITHDRAWN:
                measures.move(measure, "withdraw", proposer)
            elif state is not State.DRAFT:
                measures.move(measure, "submit", proposer)
            if state in _SCORED:
                scored.append(measure.id)
        plan = plans.make(Deed.OPEN_SCORING, scored, self._secretary)
        action = desk.carry_out(plan, {}, self._secretary, idempotency.new_key())
        action.made_at -= timedelta(days=10)

    def _bring_to_state(self, measure: Measure, row: Mapping[str, Any], held: Meeting) -> None:
        state, reason = State[row["state"].upper()], row.get("reason", "")
        if state is State.RETURNED:
            concerned = row.get("concerned", ())
            measures.move(measure, "return", self._secretary, reason, concerned=concerned)
        if state in _DECIDED:
            decision = meetings.add_to_agenda(held, measure, self._secretary)
            deciding.decide(
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

    def _relate(self, measure: Measure, row: Mapping[str, Any]) -> None:
        """Mark how a proposal follows from one before it, or merge it into that."""
        for name, kind in _FOLLOWS.items():
            if name in row:
                lineage.mark(measure, self._made[row[name]], kind, self._secretary)
        if "into" in row:
            lineage.merge(measure, self._made[row["into"]], self._secretary, row["reason"])

    def _comment(self, measure: Measure, row: Mapping[str, Any]) -> None:
        audience = Audience.STEERING_GROUP if row.get("within_group") else Audience.SIGNED_IN
        comments.add(measure, row["text"], audience, self._person(row["by"]))

    def _date_back(self, measure: Measure, days: int) -> None:
        """Let a proposal have got where it is some days ago, so that what waits has an age.

        Each step before the last was made two days earlier. The record keeps the moment at which
        the demo was made.
        """
        moment = clock.now() - timedelta(days=days)
        steps = select(Step).where(Step.measure_id == measure.id).order_by(Step.id.desc())
        measure.changed_at = moment
        said = update(Comment).where(Comment.measure_id == measure.id)
        db.session.execute(said.values(made_at=moment))
        for step in db.session.scalars(steps).all():
            step.made_at = moment
            moment -= timedelta(days=2)
        measure.created_at = moment


def _reviewed(line: tuple[str, str]) -> dict[str, Any]:
    """Return a review of `reviews.toml` as one that stands with its proposal."""
    by, text = line
    *values, outcome = text.split()
    ratings = {
        criterion.key: int(value)
        for criterion, value in zip(DEFAULT_CRITERIA, values, strict=True)
        if value != "-"
    }
    return {"by": by, "ratings": ratings, "outcome": outcome}


def _paper(title: str) -> bytes:
    """Return a page in PDF with one line of text."""
    text = f"BT /F1 18 Tf 60 760 Td ({title}) Tj ET".encode("latin-1")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F1 5 0 R >> >>",
    )
    paper, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(paper))
        paper += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return paper + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (count, table, count, len(paper))
    )
