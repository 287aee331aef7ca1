"""The words of the filters: what can be chosen, what is chosen, what the columns are called."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from flask_babel import gettext as _

from app.config import Language
from app.core.bilingual import text_of
from app.followup.states import Status
from app.programmes.models import Theme
from app.status_page.filters import CHOICES, NOT_GIVEN, SIZES, Filters, Order
from app.vocabulary.models import ClassificationValue

_FURTHER = frozenset(CHOICES) - {"status", "theme", "source"}

Options = Mapping[str, list[tuple[str, str]]]


class Column(NamedTuple):
    """A column of the list whose header sorts it; one without an address is not sorted by."""

    key: str
    label: str
    url: str
    direction: str | None


def options(
    filters: Filters,
    themes: Mapping[str, Theme],
    values: Mapping[str, Mapping[str, ClassificationValue]],
    lang: Language,
) -> dict[str, Any]:
    """Return what each filter offers: value and words; a retired value only while chosen."""
    none = (NOT_GIVEN, _("not given"))
    under_way = ",".join((Status.PLANNED, Status.STARTED))
    offered: dict[str, Any] = {
        "status": [
            (under_way, _("under way")),
            *((status.value, str(status.label)) for status in Status),
        ],
        "theme": [(name, theme_name(theme, lang)) for name, theme in themes.items()] + [none],
        "impact": [*((size.value, f"{size} – {size.label}") for size in SIZES), none],
        "cost": [*((size.value, f"{size} – {size.label}") for size in SIZES), none],
    }
    for kind, of_kind in values.items():
        chosen = filters.chosen.get(kind, ())
        offered[kind] = [
            (key, str(text_of(value, "name", lang)))
            for key, value in of_kind.items()
            if not value.retired or key in chosen
        ] + [none]
    offered["further_chosen"] = not _FURTHER.isdisjoint(filters.chosen)
    return offered


def theme_name(theme: Theme, lang: Language) -> str:
    """Return a theme's code and name."""
    return f"{theme.code} {text_of(theme, 'name', lang)}"


def chips(filters: Filters, offered: Options) -> list[tuple[str, str]]:
    """Return each choice that narrows the list, in words, and the address without it."""
    names = {
        "status": _("Status"),
        "theme": _("Theme"),
        "source": _("Source"),
        "long_term_benefit": _("Long-term benefit"),
        "beneficiary": _("Beneficiary"),
        "level": _("Level"),
        "development_model": _("Development model"),
        "impact": _("Impact"),
        "cost": _("Cost class"),
    }
    found = [
        (f"{names[name]}: {dict(offered[name])[value]}", filters.without(name, value))
        for name, values in filters.chosen.items()
        for value in values
    ]
    if filters.not_updated:
        found.append((_("not updated for long"), filters.url(not_updated=False)))
    if filters.changed:
        found.append((_("changed since approval"), filters.url(changed=False)))
    if filters.q:
        found.append((_("Search: %(words)s", words=filters.q), filters.url(q="")))
    return found


def columns(filters: Filters) -> Iterable[Column]:
    """Return the columns of the list with the addresses that sort by them."""
    labels: dict[Order | None, str] = {
        Order.CODE: _("Code"),
        Order.NAME: _("Measure"),
        Order.THEME: _("Theme"),
        Order.STATUS: _("Status"),
        None: _("Years"),
        Order.RESPONSIBLE: _("Responsible"),
        Order.IMPACT: _("Impact"),
        Order.COST: _("Cost class"),
    }
    for order, label in labels.items():
        if order is None:
            yield Column("", label, "", None)
            continue
        current = order is filters.order
        direction = ("descending" if filters.descending else "ascending") if current else None
        turned = current and not filters.descending
        yield Column(order.value, label, filters.url(order=order, descending=turned), direction)


def labels() -> dict[str, Any]:
    """Return the words that every line of the list repeats, translated once."""
    return {
        "code": _("Code"),
        "theme": _("Theme"),
        "years": _("Years"),
        "responsible": _("Responsible"),
        "impact": _("Impact"),
        "cost": _("Cost class"),
        "not_given": _("not given"),
        "proposed": _("proposed"),
        "changed": _("changed since approval"),
        "status": {status: str(status.label) for status in Status},
    }
