"""The menu: which pages stand in it, in which order, for whom."""

from typing import NamedTuple

from flask import Flask, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel.speaklater import LazyString

from app.core.guards import current_actor
from app.core.policy import Action, can


class Entry(NamedTuple):
    """A page of the menu, shown to those who may do `action`."""

    endpoint: str
    action: Action
    label: LazyString


MENU = (
    Entry("desk.queue", Action.MANAGE_PROPOSALS, _lp("menu", "Desk")),
    Entry("proposing.proposals", Action.READ_PROPOSALS, _l("Proposals")),
    Entry("translating.queue", Action.TRANSLATE, _l("Translations")),
    Entry("scoring.rounds", Action.READ_RANKING, _l("Scoring")),
    Entry("meetings.meetings", Action.READ_MEETINGS, _l("Meetings")),
    Entry("roadmaps.roadmaps", Action.READ_ROADMAPS, _l("Roadmaps")),
    Entry("roadmaps.annual_clock", Action.READ_ROADMAPS, _l("Annual clock")),
    Entry("accounts.people", Action.MANAGE_PEOPLE, _l("Administration")),
)

_ADMINISTRATION = frozenset(
    {"accounts", "mail", "organisation", "history.record", "history.retention"}
)
"""The rooms and pages under "Administration"."""

_ALONE = frozenset({"roadmaps.annual_clock"})
"""Pages of the menu that are no part of their room's entry."""


class Link(NamedTuple):
    """A link of the menu as the reader sees it."""

    endpoint: str
    label: LazyString
    url: str
    current: bool


def init_app(app: Flask) -> None:
    """Give every template `menu`."""
    app.context_processor(lambda: {"menu": menu()})


def menu() -> list[Link]:
    """Return the menu of this reader; the status page comes first and is for all."""
    actor = current_actor()
    here = request.endpoint or ""
    status = Entry("status_page.index", Action.READ_STATUS, _l("Status"))
    entries = [status, *(entry for entry in MENU if can(actor, entry.action))]
    return [
        Link(
            entry.endpoint, entry.label, url_for(entry.endpoint), _is_current(here, entry.endpoint)
        )
        for entry in entries
    ]


def _is_current(here: str, endpoint: str) -> bool:
    return _part_of_menu(here) == _part_of_menu(endpoint)


def _part_of_menu(endpoint: str) -> str:
    if endpoint in _ALONE:
        return endpoint
    room = endpoint.partition(".")[0]
    return "administration" if _ADMINISTRATION & {room, endpoint} else room
