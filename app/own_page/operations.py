"""What people set of their own."""

from flask_babel import lazy_gettext as _l

from app.accounts.models import User
from app.accounts.states import Mail
from app.audit.operations import recorded
from app.audit.tags import Kind, Tag
from app.config import Language
from app.core.errors import Refused, Stale
from app.core.policy import Actor


def save_settings(
    user: User, version: int, actor: Actor, *, language: Language, mail: Mail
) -> None:
    """Set the language and the mail of a person; what is already so is no change.

    Args:
        user: The person.
        version: The version that the actor saw.
        actor: The same person.
        language: The language of their screens and mails.
        mail: When they get what the tool has to tell them.

    Raises:
        Stale: Somebody else has changed the person after that version.
        Refused: It is another person.
    """
    if actor.user_id != user.id:
        raise Refused(_l("Everybody sets their own language and mail."))
    if (user.language, user.mail) == (language, mail):
        return
    if user.version != version:
        raise Stale
    with recorded(Tag.PERSON_EDITED, actor, Kind.PERSON, user, person_id=user.id):
        user.language, user.mail = language, mail
        user.version += 1
