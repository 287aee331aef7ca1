"""What can happen to programmes, themes and the roadmaps of their years."""

import csv
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.audit.operations import record_added, recorded
from app.audit.tags import Kind, Tag
from app.core.policy import Actor
from app.extensions import db
from app.programmes.models import Programme, Roadmap, Theme
from app.programmes.states import DECIDED, Phase, ThemeKind

START_THEMES = Path(__file__).with_name("start_themes.csv")


def add_programme(
    name_fi: str,
    name_sv: str,
    first_year: int,
    last_year: int,
    actor: Actor,
    phase: Phase = Phase.DRAFTING,
    **fields: Any,
) -> Programme:
    """Add a programme; `fields` are `imported` and `invented`.

    One that was approved before the tool came into use is added as approved and imported: what the
    city board decided on it then is not kept here.
    """
    programme = Programme(
        name_fi=name_fi,
        name_sv=name_sv,
        first_year=first_year,
        last_year=last_year,
        phase=phase,
        once_approved=phase in DECIDED,
        **fields,
    )
    db.session.add(programme)
    db.session.flush()
    record_added(Tag.PROGRAMME_ADDED, actor, Kind.PROGRAMME, programme)
    return programme


def add_theme(
    programme: Programme,
    code: str,
    name_fi: str,
    name_sv: str,
    actor: Actor,
    kind: ThemeKind = ThemeKind.THEME,
    colour: int = 1,
) -> Theme:
    """Add a theme to a programme, after those it has; `colour` is a number of the palette, 1-6."""
    query = select(func.count()).where(Theme.programme_id == programme.id)
    position = db.session.scalars(query).one() + 1
    theme = Theme(
        programme_id=programme.id,
        code=code,
        name_fi=name_fi,
        name_sv=name_sv,
        kind=kind,
        colour=colour,
        position=position,
    )
    db.session.add(theme)
    db.session.flush()
    record_added(Tag.THEME_ADDED, actor, Kind.PROGRAMME, theme, subject_id=programme.id)
    return theme


def add_start_themes(programme: Programme, actor: Actor) -> None:
    """Add the themes that a new programme begins with, each in a colour of its own."""
    with START_THEMES.open(encoding="utf-8", newline="") as file:
        for colour, row in enumerate(csv.DictReader(file), start=1):
            kind = ThemeKind[row.pop("kind").upper()]
            add_theme(programme, **row, actor=actor, kind=kind, colour=colour)


def add_roadmap(
    programme: Programme, year: int, phase: Phase, actor: Actor, **fields: Any
) -> Roadmap:
    """Add the roadmap of one year of a programme; `fields` are its days and `imported`."""
    approved = phase in DECIDED
    roadmap = Roadmap(
        programme_id=programme.id, year=year, phase=phase, once_approved=approved, **fields
    )
    db.session.add(roadmap)
    db.session.flush()
    record_added(Tag.ROADMAP_ADDED, actor, Kind.ROADMAP, roadmap)
    return roadmap


def import_phase(roadmap: Roadmap, phase: Phase, actor: Actor) -> None:
    """Give a roadmap the phase that an imported file shows it in, and mark it as imported."""
    with recorded(Tag.PHASE_CHANGED, actor, Kind.ROADMAP, roadmap):
        roadmap.phase = phase
        roadmap.once_approved = phase in DECIDED
        roadmap.imported = True
