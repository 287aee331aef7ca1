"""What the choices of the form of a proposal mean, in plain words."""

from flask_babel import gettext as _

from app.config import Settings
from app.core.enums import Labelled
from app.core.i18n import format_euro
from app.measures.states import Publicity, Size


def explanations(settings: Settings) -> dict[str, dict[Labelled, str]]:
    """Return what the sizes and the kinds of publicity mean, by field."""
    m_from = format_euro(settings.cost_class_m_from)
    l_from = format_euro(settings.cost_class_l_from)
    return {
        "impact": {
            Size.S: _("One team or service benefits"),
            Size.M: _("A unit or a sector benefits"),
            Size.L: _("The whole city or a great number of residents benefit"),
        },
        "cost_class": {
            Size.S: _("Less than %(euro)s", euro=m_from),
            Size.M: _(
                "From %(from_euro)s, less than %(to_euro)s", from_euro=m_from, to_euro=l_from
            ),
            Size.L: _("%(euro)s or more", euro=l_from),
        },
        "publicity": {
            Publicity.NOT_YET_PUBLIC: _(
                "Becomes public when the roadmap is proposed to the city board"
            ),
            Publicity.SECRET: _("Only your unit and the steering group see it"),
        },
    }
