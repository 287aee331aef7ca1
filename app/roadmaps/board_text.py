"""The text for the city board in both languages, as it is pasted where the city handles matters.

The board's agenda is public, so what is secret is not in the text: it only says how many measures
it leaves out (Act on the Openness of Government Activities 621/1999, 24 §).
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from flask import render_template
from flask_babel import force_locale
from markupsafe import Markup

from app.config import Language
from app.core.i18n import LANGUAGES, format_date
from app.core.policy import Actor
from app.measures.states import Size
from app.programmes.models import Programme
from app.programmes.states import Phase
from app.roadmaps import board_queries, snapshot
from app.roadmaps.diff import Differences, Key, Part, differences, parts_of
from app.roadmaps.models import BoardProposal, Snapshot
from app.roadmaps.proposal import text_of
from app.roadmaps.since_approval import readable
from app.roadmaps.subject import Subject
from app.roadmaps.wording import Told, told, twin


class Figures(NamedTuple):
    """What measures are together; money is in whole euros.

    Attributes:
        number: How many there are.
        new: How many of them were not carried over from an earlier year.
        carried_over: How many were.
        cost_once, cost_yearly: The sums of what is estimated; None where nothing is.
        not_estimated: Of how many nothing is estimated.
    """

    number: int
    new: int
    carried_over: int
    cost_once: int | None
    cost_yearly: int | None
    not_estimated: int


class OfTheme(NamedTuple):
    """The measures of one theme, in their order; `theme` is None for those that have none."""

    theme: Part | None
    measures: Sequence[Part]
    figures: Figures


class TextForBoard(NamedTuple):
    """The text in both languages, and what it is made from.

    Attributes:
        in_languages: The text by language, as HTML.
        number: The number of the proposal; 0 while it is a draft.
        sha256: The digest of the proposal; empty while it is a draft.
        left_out: How many secret measures are not in the text.
    """

    in_languages: Mapping[Language, Markup]
    number: int
    sha256: str
    left_out: int


def text_for_board(subject: Subject, actor: Actor) -> TextForBoard:
    """Return the text for the city board on what was proposed, or a draft before that.

    It is made from the kept text of the proposal, so that it agrees with its digest.

    Args:
        subject: The roadmap or the programme.
        actor: Who reads it.
    """
    proposal = None
    if subject.phase in {Phase.BEFORE_BOARD, Phase.APPROVED, Phase.CLOSED}:
        proposal = board_queries.newest(BoardProposal, subject)
    content = snapshot.parsed(proposal) if proposal else json.loads(text_of(subject))
    parts = parts_of(content)
    shown = _nameable(parts, actor)
    earlier = _approved_before(subject, proposal)
    found = differences(parts_of(snapshot.parsed(earlier)), parts) if earlier else None
    if found:
        found = found._replace(removed=_nameable(found.removed, actor))
    context: dict[str, Any] = {
        "content": content,
        "number": proposal.number if proposal else 0,
        "sha256": proposal.sha256 if proposal else "",
        "left_out": len(parts) - len(shown),
        "is_amendment": earlier is not None,
    }
    return TextForBoard(
        {lang: _in_language(lang, subject, shown, found, context) for lang in LANGUAGES},
        context["number"],
        context["sha256"],
        context["left_out"],
    )


def _nameable(parts: Mapping[Key, Part], actor: Actor) -> dict[Key, Part]:
    """Return the parts that the text may name: what its reader may read and is not secret."""
    may_read = readable(parts, actor)
    return {
        key: part
        for key, part in parts.items()
        if key in may_read and part.get("publicity") != "secret"
    }


def _approved_before(subject: Subject, proposal: BoardProposal | None) -> Snapshot | None:
    """Return what the board had approved before the proposal: then it is an amendment."""
    kept = board_queries.all_of(Snapshot, subject)
    return next((each for each in kept if not proposal or each.made_at < proposal.made_at), None)


def _in_language(
    lang: Language,
    subject: Subject,
    shown: Mapping[Key, Part],
    found: Differences | None,
    context: Mapping[str, Any],
) -> Markup:
    is_programme = isinstance(subject, Programme)
    measures = [] if is_programme else list(shown.values())
    with force_locale(lang):
        html = render_template(
            "roadmaps/_programme_board_text.html" if is_programme else "roadmaps/_board_text.html",
            **context,
            lang=lang,
            themes=_by_theme(measures),
            total=figures(measures),
            by_impact=_by_size(measures, "impact"),
            by_cost=_by_size(measures, "cost_class"),
            changed=told(found, set(shown) | set(found.removed), lang) if found else Told(),
            twin=twin,
            day=_day,
        )
    return Markup(html)  # noqa: S704  # a template of ours, which escapes


def _day(text: str) -> str:
    """Return a day of the text as readers write it."""
    return format_date(date.fromisoformat(text))


def figures(measures: Sequence[Part]) -> Figures:
    """Return what measures of a text are together."""
    carried_over = sum(1 for each in measures if each.get("carried_over_from"))
    return Figures(
        len(measures),
        len(measures) - carried_over,
        carried_over,
        _sum([each["cost_once"] for each in measures]),
        _sum([each["cost_yearly"] for each in measures]),
        sum(1 for each in measures if each["cost_once"] is None and each["cost_yearly"] is None),
    )


def _sum(costs: Sequence[int | None]) -> int | None:
    """Return the sum of what is given; no estimate is not zero."""
    given = [cost for cost in costs if cost is not None]
    return sum(given) if given else None


def _by_theme(measures: Sequence[Part]) -> list[OfTheme]:
    """Return measures by theme, in the order of the codes; those without a theme come last."""

    def code(part: Part) -> tuple[bool, str]:
        return part["theme"] is None, (part["theme"] or {}).get("code", "")

    found = []
    for _code, group in groupby(sorted(measures, key=code), code):
        of_theme = list(group)
        found.append(OfTheme(of_theme[0]["theme"], of_theme, figures(of_theme)))
    return found


def _by_size(measures: Iterable[Part], name: str) -> list[tuple[Size | None, int]]:
    """Return how many measures have each size that is given; None for those that have none."""
    counts = Counter(each[name] for each in measures)
    sizes: list[Size | None] = [*Size, None]
    return [(size, counts[size]) for size in sizes if counts[size]]
