"""What the secretary does to programmes: their names and years, their themes, their roadmaps."""

import re
from contextlib import AbstractContextManager
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm.attributes import flag_modified

from app.audit.operations import record, recorded, values_of
from app.audit.tags import Kind, Tag
from app.core.errors import Refused, Stale
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.programmes import operations as programmes
from app.programmes.models import Programme, Roadmap, Theme
from app.programmes.queries import roadmap_of
from app.programmes.states import Phase, ThemeKind
from app.roadmaps import programme_queries as queries

EDITED_IN = frozenset({Phase.DRAFTING, Phase.RETURNED_BY_BOARD, Phase.AMENDING})
"""Phases in which a programme is edited; what the city board has approved is amended first."""

CODE = re.compile(r"[A-ZÅÄÖ]{1,4}")
"""The code of a theme: the codes of its measures are this and a number."""

_LONGEST = 10
"""How many years a programme may be for, so that a slip of the pen is noticed."""

COLOURS = range(1, 7)
"""The numbers of the colours of the palette."""


class ThemeFields(NamedTuple):
    """What is written of a theme.

    Attributes:
        code: What the codes of its measures begin with.
        name_fi: Its name in Finnish.
        name_sv: Its name in Swedish.
        kind: Whether it is a theme or an enabler.
        colour: A number of the palette.
        position: Its place among the themes of the programme, from 1.
    """

    code: str
    name_fi: str
    name_sv: str
    kind: ThemeKind
    colour: int
    position: int


def may_edit(programme: Programme, actor: Actor) -> bool:
    """Tell whether `actor` may edit a programme in its present phase."""
    return programme.phase in EDITED_IN and can(actor, Action.MANAGE_PROGRAMMES)


def _check(programme: Programme, version: int, actor: Actor) -> None:
    _check_role(actor)
    if programme.phase not in EDITED_IN:
        raise Refused(
            _l(
                "The programme can be changed only while it is prepared. What the city board has "
                "approved is amended first."
            )
        )
    if programme.version != version:
        raise Stale


def _check_role(actor: Actor) -> None:
    if not can(actor, Action.MANAGE_PROGRAMMES):
        raise Refused(_l("Your role does not include this action."))


def _check_years(programme: Programme | None, first_year: int, last_year: int) -> None:
    programme_id = programme.id if programme else None
    if first_year > last_year:
        raise Refused(_l("The last year is before the first."))
    if last_year - first_year >= _LONGEST:
        raise Refused(_l("A programme is for %(years)s years at most.", years=_LONGEST))
    if queries.others_in(programme_id, first_year, last_year):
        raise Refused(_l("Another programme has one of these years."))
    years = [each.year for each in queries.roadmaps_of(programme_id)] if programme_id else []
    if any(not first_year <= year <= last_year for year in years):
        raise Refused(_l("The programme has a roadmap of a year that would be outside it."))


def create_programme(
    name_fi: str, name_sv: str, first_year: int, last_year: int, actor: Actor
) -> Programme:
    """Begin a programme; its themes are added afterwards.

    Raises:
        Refused: The actor may not, or the years are another programme's.
    """
    _check_role(actor)
    _check_years(None, first_year, last_year)
    return programmes.add_programme(name_fi, name_sv, first_year, last_year, actor)


def edit_programme(
    programme: Programme,
    version: int,
    actor: Actor,
    *,
    name_fi: str,
    name_sv: str,
    first_year: int,
    last_year: int,
) -> None:
    """Change the names and the years of a programme.

    Raises:
        Stale: Somebody else has changed the programme since `version`.
        Refused: The actor may not, not in this phase, or the years do not do.
    """
    _check(programme, version, actor)
    _check_years(programme, first_year, last_year)
    with recorded(Tag.PROGRAMME_EDITED, actor, Kind.PROGRAMME, programme):
        programme.name_fi, programme.name_sv = name_fi, name_sv
        programme.first_year, programme.last_year = first_year, last_year


def add_theme(
    programme: Programme,
    version: int,
    wanted: ThemeFields,
    actor: Actor,
) -> Theme:
    """Add a theme to a programme.

    Raises:
        Stale: Somebody else has changed the programme since `version`.
        Refused: The actor may not, not in this phase, or the code does not do.
    """
    _check(programme, version, actor)
    _check_code(programme, wanted.code, None)
    names = (wanted.code, wanted.name_fi, wanted.name_sv)
    theme = programmes.add_theme(programme, *names, actor, wanted.kind, wanted.colour)
    _place(programme, theme, wanted.position, actor)
    _touch(programme)
    return theme


def edit_theme(
    programme: Programme,
    theme: Theme,
    version: int,
    wanted: ThemeFields,
    actor: Actor,
) -> None:
    """Change a theme of a programme.

    Raises:
        Stale: Somebody else has changed the programme since `version`.
        Refused: The actor may not, not in this phase, or the code does not do: measures have codes
            that begin with the present one.
    """
    _check(programme, version, actor)
    _check_code(programme, wanted.code, theme)
    with _recorded_theme(theme, actor):
        theme.code, theme.name_fi, theme.name_sv = wanted.code, wanted.name_fi, wanted.name_sv
        theme.kind, theme.colour = wanted.kind, wanted.colour
    _place(programme, theme, wanted.position, actor)
    _touch(programme)


def _recorded_theme(theme: Theme, actor: Actor) -> AbstractContextManager[None]:
    return recorded(
        Tag.THEME_EDITED,
        actor,
        Kind.PROGRAMME,
        theme,
        subject_id=theme.programme_id,
        naming=("code",),
    )


def _check_code(programme: Programme, code: str, theme: Theme | None) -> None:
    if theme is not None and code == theme.code:
        return
    if not CODE.fullmatch(code):
        raise Refused(_l("A code is one to four capital letters, such as A."))
    if any(each.code == code for each in queries.themes(programme.id)):
        raise Refused(_l("Another theme of the programme has this code."))
    if theme is not None and queries.has_codes(theme):
        raise Refused(_l("Measures have codes that begin with the present code, so it stays."))


def _place(programme: Programme, theme: Theme, position: int, actor: Actor) -> None:
    """Put a theme into its place, and number all of them from 1."""
    others = [each for each in queries.themes(programme.id) if each.id != theme.id]
    order = [*others[: position - 1], theme, *others[position - 1 :]]
    for number, each in enumerate(order, start=1):
        if each.position != number:
            with _recorded_theme(each, actor):
                each.position = number


def remove_theme(programme: Programme, theme: Theme, version: int, actor: Actor) -> None:
    """Take a theme out of a programme.

    Raises:
        Stale: Somebody else has changed the programme since `version`.
        Refused: The actor may not, not in this phase, or something stands under the theme.
    """
    _check(programme, version, actor)
    if queries.is_used(theme):
        raise Refused(_l("Measures stand under this theme, so it cannot be removed."))
    before = values_of(theme)
    record(Tag.THEME_REMOVED, actor, Kind.PROGRAMME, programme.id, before=before)
    db.session.delete(theme)
    db.session.flush()
    _touch(programme)


def _touch(programme: Programme) -> None:
    """Make a new version of a programme whose themes have changed."""
    flag_modified(programme, "name_fi")
    db.session.flush()


def plan_roadmap(programme: Programme, year: int, actor: Actor) -> Roadmap:
    """Add the roadmap of a year to a programme, planned; one that is there already stays.

    Raises:
        Refused: The actor may not, or the year is not one of the programme.
    """
    _check_role(actor)
    if not programme.first_year <= year <= programme.last_year:
        raise Refused(_l("This year is not one of the programme."))
    found = roadmap_of(year)
    return found or programmes.add_roadmap(programme, year, Phase.PLANNED, actor)
