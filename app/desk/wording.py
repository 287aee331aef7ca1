"""What was done to many proposals at once, in sentences."""

from collections import Counter
from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.i18n import format_moment, person_name
from app.desk.operations import Undone
from app.desk.states import Deed
from app.measures.models import Step


def done(transition: str, count: int) -> str:
    """Return what was done to so many proposals."""
    if transition == Deed.RETURN:
        text = ngettext(
            "%(num)s proposal was returned for completion.",
            "%(num)s proposals were returned for completion.",
            count,
        )
    elif transition == Deed.OPEN_SCORING:
        text = ngettext(
            "%(num)s proposal was opened for scoring.",
            "%(num)s proposals were opened for scoring.",
            count,
        )
    else:
        text = ngettext(
            "%(num)s proposal was taken out of scoring.",
            "%(num)s proposals were taken out of scoring.",
            count,
        )
    return str(text)


def undoings(steps: Sequence[Step], number: int, names: Mapping[int, str]) -> list[str]:
    """Return who undid a bulk action of so many proposals and when, the latest first.

    `steps` are those that undid it; one person may have undone a part, and another one the rest.
    """
    times = Counter((step.actor_id or 0, format_moment(step.made_at)) for step in steps)
    return [
        _("%(person)s undid this %(time)s.", person=person_name(names[actor_id]), time=time)
        if count == number
        else ngettext(
            "%(person)s undid this for %(num)s proposal %(time)s.",
            "%(person)s undid this for %(num)s proposals %(time)s.",
            count,
            person=person_name(names[actor_id]),
            time=time,
        )
        for (actor_id, time), count in times.items()
    ]


def undone(what: Undone) -> str:
    """Return what undoing has done, to proposals and to mail."""
    sentences = [
        ngettext(
            "%(num)s proposal is in its earlier state again.",
            "%(num)s proposals are in their earlier states again.",
            what.proposals,
        )
    ]
    if what.taken_back:
        sentences.append(
            ngettext(
                "%(num)s message was taken back before it was sent.",
                "%(num)s messages were taken back before they were sent.",
                what.taken_back,
            )
        )
    if what.told:
        sentences.append(
            ngettext(
                "%(num)s message had been sent already; its reader is told of the undoing.",
                "%(num)s messages had been sent already; their readers are told of the undoing.",
                what.told,
            )
        )
    return " ".join(sentences)
