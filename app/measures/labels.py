"""What the fields of a measure are called, wherever somebody reads of them."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.measures.editing import POSTS

FIELDS: Mapping[str, LazyString] = MappingProxyType(
    {
        "problem": _l("Problem that the measure solves"),
        "name": _l("Name"),
        "description": _l("Description"),
        "beneficiary_id": _l("Beneficiary"),
        "long_term_benefit_id": _l("Long-term benefit"),
        "source_id": _l("Source of the need"),
        "legal_act": _l("Act"),
        "legal_section": _l("Section of the act"),
        "legal_deadline": _l("Deadline set by the law"),
        "impact": _l("Impact"),
        "cost_class": _l("Cost class"),
        "cost_once": _l("Estimated one-off cost"),
        "cost_yearly": _l("Estimated yearly cost"),
        "theme_id": _l("Theme"),
        "level_id": _l("Level"),
        "development_model_id": _l("Development model"),
        "partners": _l("Partners"),
        "unit_id": _l("Unit"),
        "lead_post_id": _l("Responsible post"),
        POSTS: _l("Other responsible posts"),
        "contact_id": _l("Contact"),
        "first_year": _l("First year"),
        "last_year": _l("Last year"),
        "origin": _l("Whose idea was it?"),
        "funding_call": _l("Call for funding"),
        "publicity": _l("Publicity"),
        "secrecy_basis": _l("Basis of secrecy"),
    }
)
"""Fields of `editing.PROPOSED` in the order of the form, twin texts without their ending."""
