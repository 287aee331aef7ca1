"""The form of a comment."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField
from wtforms.validators import DataRequired

from app.comments.states import Audience
from app.core import idempotency
from app.core.fields import as_sentence, lines
from app.core.policy import Action, Actor, can

LONGEST = 2000
"""Characters of a comment."""


class CommentForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What somebody has to say, and to whom where they have the choice."""

    key = HiddenField(default=idempotency.new_key)
    text = lines(
        _l("Your comment"),
        LONGEST,
        _l("At most %(max)d characters. Your name and unit are shown with it.", max=LONGEST),
    )
    audience = RadioField(
        _l("Who may read it"),
        [DataRequired(_l("Choose who may read it."))],
        coerce=Audience.parse,
        choices=lambda: {each.value: as_sentence(each.label) for each in Audience},
        default=Audience.SIGNED_IN,
        description=_l("A comment is never shown to more people than its measure."),
    )

    def __init__(self, actor: Actor, **given: Any) -> None:
        super().__init__(**given)
        self.may_choose = can(actor, Action.READ_GROUP_COMMENTS)
        if not self.may_choose:
            del self.audience

    def accepts(self) -> bool:
        """Check the fields and write what is wrong beside them; True when nothing is."""
        self.validate()
        if not self.text.data and not self.text.errors:
            self.text.errors = [_("Write your comment.")]
        return not self.errors

    @property
    def chosen(self) -> Audience:
        """Whom the comment is for."""
        return self.audience.data if self.may_choose else Audience.SIGNED_IN
