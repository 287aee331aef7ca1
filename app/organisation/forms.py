"""The forms of units and posts."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, ValidationError

from app.accounts.forms import key_line, names_of_units
from app.accounts.models import Post, Unit
from app.config import Language
from app.core import idempotency
from app.core.fields import Difference, at_most, choice, tidy_line
from app.core.forms import EditForm
from app.organisation.operations import KEY, KEY_RULE

_TWINS = {"_fi": "fi", "_sv": "sv"}


def _is_key(_form: object, field: Field) -> None:
    if field.data and not KEY.fullmatch(field.data):
        raise ValidationError(KEY_RULE)


def _name(message: Any) -> StringField:
    return StringField(_l("Name"), [DataRequired(message), *at_most(200)], filters=[tidy_line])


def _title(message: Any) -> StringField:
    return StringField(_l("Title"), [DataRequired(message), *at_most(200)], filters=[tidy_line])


class _Saved(EditForm):
    """What the form of a unit and that of a post have in common."""

    repeat = HiddenField(default=idempotency.new_key)
    key = StringField(
        _l("Key"),
        [_is_key],
        filters=[key_line],
        description=_l("What files call it. Made of the Finnish name if you leave it empty."),
    )

    def fields(self) -> dict[str, Any]:
        """Return the columns that the form gives, and their values; the key of a new row too."""
        return {
            field.name: field.data
            for field in self
            if field.name not in {"repeat", "version", "csrf_token"}
        }

    def differences(self, row: Unit | Post) -> list[Difference]:
        """Return the fields that are saved otherwise than they are written here."""
        return [
            Difference(
                str(self[name].label.text),
                self._shown(name, getattr(row, name)),
                self._shown(name, yours),
                _TWINS.get(name[-3:]),
            )
            for name, yours in self.fields().items()
            if yours != getattr(row, name)
        ]

    def _shown(self, name: str, value: Any) -> str:
        field = self[name]
        if isinstance(field, SelectField):
            return cast(dict[str, str], field.choices).get(str(value or ""), str(value))
        return str(value)


class UnitForm(_Saved):
    """A unit: its names, and what it is a part of."""

    name_fi = _name(_l("Give the name in Finnish."))
    name_sv = _name(_l("Give the name in Swedish."))
    parent_id = choice(_l("Part of"))

    def __init__(self, parents: Sequence[Unit], lang: Language, unit: Unit | None = None) -> None:
        super().__init__(obj=unit)
        self.parent_id.choices = names_of_units(parents, lang, _("Nothing: it is a sector"))
        if unit:
            del self.key


class PostForm(_Saved):
    """A post: its titles, its unit, who holds it and who deputises."""

    title_fi = _title(_l("Give the title in Finnish."))
    title_sv = _title(_l("Give the title in Swedish."))
    unit_id = SelectField(
        _l("Unit"), [DataRequired(_l("Choose the unit."))], coerce=lambda value: int(value or 0)
    )
    holder_id = choice(_l("Holder"))
    deputy_id = choice(_l("Deputy"), _l("Who acts when the holder is away."))

    def __init__(
        self,
        units: Sequence[Unit],
        people: Mapping[int, str],
        lang: Language,
        post: Post | None = None,
    ) -> None:
        super().__init__(obj=post)
        present = post.unit_id if post else None
        offered = [unit for unit in units if not unit.retired or unit.id == present]
        self.unit_id.choices = names_of_units(offered, lang, _("Choose"))
        for field in (self.holder_id, self.deputy_id):
            field.choices = {"": _("Nobody")} | {str(id_): name for id_, name in people.items()}
        if post:
            del self.key

    def accepts(self) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        if not self.validate():
            return False
        if self.holder_id.data and self.holder_id.data == self.deputy_id.data:
            self.deputy_id.errors = [_("Nobody deputises for themself.")]
        return not self.errors
