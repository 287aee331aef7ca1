"""What the board secretary saw when the form of a decision was opened, and what differs now."""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.config import Language
from app.core.errors import Refused
from app.core.policy import Actor
from app.roadmaps import board_queries
from app.roadmaps.diff import Key, Part, parts_of
from app.roadmaps.models import BoardChange, BoardProposal
from app.roadmaps.proposal import text_of
from app.roadmaps.since_approval import readable
from app.roadmaps.snapshot import canonical
from app.roadmaps.subject import Subject
from app.roadmaps.wording import name_in


def marks(subject: Subject) -> str:
    """Return a short mark of each part of what is proposed as the records have it, and of changes.

    A form carries it, so that whoever sends the form gets to know what others have done since.
    """
    parts = parts_of(json.loads(text_of(subject)))
    of_parts = [f"{_name(key)}:{_mark(canonical(part))}" for key, part in parts.items()]
    return " ".join([*of_parts, f"changes:{_mark(_written(_changes(subject)))}"])


def check(subject: Subject, noted: str, actor: Actor, lang: Language) -> None:
    """Raise Refused, and say what, when something differs from what was noted in a form.

    Args:
        subject: The roadmap or the programme, read in the transaction that decides on it.
        noted: What `marks` gave when the form was opened.
        actor: Who sends the form.
        lang: Their language.
    """
    before = dict(each.rpartition(":")[::2] for each in noted.split())
    now = dict(each.rpartition(":")[::2] for each in marks(subject).split())
    if before == now:
        return
    parts = parts_of(json.loads(text_of(subject)))
    changed = {
        key: part for key, part in parts.items() if before.get(_name(key)) != now[_name(key)]
    }
    reasons = list(_reasons(changed, actor, lang))
    if before.get("changes") != now["changes"]:
        reasons.append(_l("The changes of the city board were written anew. Look at them below."))
    if before.keys() - now.keys():
        reasons.append(_l("Something is no longer on what was proposed."))
    raise Refused(
        _l("This has been changed after you opened the page, and nothing was recorded:"),
        *reasons,
        _l(
            "The city board decides on what was proposed; what was edited afterwards shows as"
            " changed since approval. Record the decision again if it stands."
        ),
    )


def _reasons(
    changed: Mapping[Key, Part], actor: Actor, lang: Language
) -> Iterator[LazyString | str]:
    may_read = readable(changed, actor)
    for key, part in changed.items():
        if key in may_read:
            name = " ".join(filter(None, (part.get("code"), name_in(part, lang).value)))
            yield _l("Edited: %(name)s", name=name)
    if changed.keys() - may_read:
        yield _l("Edited: measures that you may not read")


def _changes(subject: Subject) -> Sequence[BoardChange]:
    proposal = board_queries.newest(BoardProposal, subject)
    return board_queries.changes_of(proposal) if proposal else []


def _written(changes: Sequence[BoardChange]) -> str:
    return "\n".join(f"{each.id} {each.field} {each.value}" for each in changes)


def _name(key: Key) -> str:
    return f"{key[0]}-{key[1]}"


def _mark(text: str) -> str:
    """Return a short mark of a text; it keeps no secret and needs not be hard to forge."""
    return f"{zlib.crc32(text.encode()):08x}"
