"""The forms of a person: who they are, their roles, how they sign in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, DateField, Field, HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, Optional, ValidationError

from app.accounts.models import RoleGrant, Unit, User
from app.accounts.operations import EMAIL, KEY, KEY_RULE
from app.accounts.people_file import LARGEST
from app.accounts.queries import Choice
from app.config import Language
from app.core import idempotency
from app.core.bilingual import text_of
from app.core.fields import Difference, as_sentence, at_most, choice, line, tidy_line, version_seen
from app.core.forms import EditForm, Form
from app.core.policy import Role

LONGEST_NAME = 200
LONGEST_EMAIL = 254
LONGEST_ISSUER = 500
LONGEST_SUBJECT = 255

LANGUAGE_NAMES: Mapping[str, Any] = {"fi": _l("Finnish"), "sv": _l("Swedish")}


def key_line(text: str | None) -> str:
    """Return a sign-in name as it is kept: in small letters."""
    return tidy_line(text).lower()


def _is_key(_form: object, field: Field) -> None:
    # A name from before this rule stays as it is until it is changed.
    if not KEY.fullmatch(field.data) and field.data != field.object_data:
        raise ValidationError(KEY_RULE)


def _is_email(_form: object, field: Field) -> None:
    if field.data and not EMAIL.fullmatch(field.data):
        raise ValidationError(_("Write the whole address, for example anna@example.org."))


class PersonForm(EditForm):
    """Who a person is."""

    repeat = HiddenField(default=idempotency.new_key)
    name = StringField(
        _l("Name"),
        [DataRequired(_l("Give the name.")), *at_most(LONGEST_NAME)],
        filters=[tidy_line],
        description=_l("First name and surname."),
    )
    key = StringField(
        _l("Sign-in name"),
        [DataRequired(_l("Give the sign-in name.")), _is_key],
        filters=[key_line],
    )
    email = line(_l("E-mail"), LONGEST_EMAIL)
    language = RadioField(
        _l("Language"),
        choices=lambda: {code: str(name) for code, name in LANGUAGE_NAMES.items()},
        description=_l("The language of the person's screens and mails."),
    )
    unit_id = choice(_l("Unit"))

    def __init__(
        self, units: Sequence[Unit], lang: Language, default: Language, user: User | None = None
    ) -> None:
        super().__init__(obj=user, data={} if user else {"language": default})
        self.email.validators = [*self.email.validators, _is_email]
        # A retired unit gets nobody new.
        offered = [unit for unit in units if not unit.retired or (user and user.unit_id == unit.id)]
        self.unit_id.choices = names_of_units(offered, lang, _("No unit"))

    def fields(self) -> dict[str, Any]:
        """Return what the form says of the person, without the unit."""
        return {
            "key": self.key.data,
            "name": self.name.data,
            "email": self.email.data or None,
            "language": self.language.data,
        }

    def differences(self, user: User) -> list[Difference]:
        """Return the fields that are saved otherwise than they are written here."""
        theirs = {name: getattr(user, name) for name in (*self.fields(), "unit_id")}
        yours = {**self.fields(), "unit_id": self.unit_id.data}
        return [
            Difference(
                str(self[name].label.text),
                self._shown(name, theirs[name]),
                self._shown(name, yours[name]),
            )
            for name in yours
            if yours[name] != theirs[name]
        ]

    def _shown(self, name: str, value: Any) -> str:
        if value in (None, ""):
            return str(_("not given"))
        if name == "unit_id":
            return cast(dict[str, str], self.unit_id.choices).get(str(value), str(value))
        return str(LANGUAGE_NAMES[value]) if name == "language" else str(value)


class SmallForm(Form):
    """One of many forms on a person's page, so it has its prefix."""

    class Meta:
        # A prefix would rename the token, and the page's own protects every form.
        csrf = False


class RoleForm(SmallForm):
    """A role to give."""

    role = RadioField(_l("Role"), [DataRequired(_l("Choose the role."))], coerce=Role.parse)
    first_day = DateField(
        _l("First day"), [DataRequired(_l("Give the first day."))], description=_l("Included.")
    )
    last_day = DateField(
        _l("Last day"),
        [Optional()],
        description=_l("Included. Leave it empty if the role holds until further notice."),
    )
    unit_id = choice(
        _l("Proposes for"),
        _l("For proposers only. The units below it belong to it."),
    )
    deputy_for_id = choice(
        _l("Deputy for"),
        _l("Choose whom the person deputises for, if they hold the role only as a deputy."),
    )

    def __init__(
        self,
        units: Sequence[Unit],
        people: Iterable[Choice],
        lang: Language,
        user: User,
        today: date,
    ) -> None:
        super().__init__(prefix="role-", data={"first_day": today})
        self.role.choices = {role.value: as_sentence(role.label) for role in Role}
        in_use = [unit for unit in units if not unit.retired]
        self.unit_id.choices = names_of_units(in_use, lang, _("The person's own unit"))
        self.deputy_for_id.choices = {"": _("Nobody: the role is the person's own")} | {
            str(each.id): f"{each.name} ({', '.join(str(role.label) for role in each.roles)})"
            for each in people
            if each.roles and each.id != user.id
        }

    def fields(self) -> dict[str, Any]:
        """Return what `give_role` takes."""
        names = ("role", "first_day", "last_day", "unit_id", "deputy_for_id")
        return {name: self[name].data for name in names}


class LastDayForm(SmallForm):
    """The last day of a role."""

    version = HiddenField()
    last_day = DateField(_l("Last day"), [Optional()])

    def __init__(self, grant: RoleGrant, version: int) -> None:
        super().__init__(
            prefix=f"grant-{grant.id}-", data={"last_day": grant.last_day, "version": version}
        )
        self.grant = grant

    @property
    def version_seen(self) -> int:
        """The version of the person that the form was filled in on."""
        return version_seen(self.version)


class IdentityForm(SmallForm):
    """Who a person is to a sign-in service."""

    issuer = StringField(
        _l("Issuer"),
        [DataRequired(_l("Give the issuer.")), *at_most(LONGEST_ISSUER)],
        filters=[tidy_line],
        description=_l("The address of the sign-in service, as it stands in its settings."),
    )
    subject = StringField(
        _l("Subject"),
        [DataRequired(_l("Give the subject.")), *at_most(LONGEST_SUBJECT)],
        filters=[tidy_line],
        description=_l(
            "The permanent id that the service gives the person, not an e-mail address."
        ),
    )

    def __init__(self, issuer: str) -> None:
        super().__init__(prefix="identity-", data={"issuer": issuer})


class ErasureForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Whether a person is really to be erased."""

    certain = BooleanField(
        _l("I want to erase this person for good"),
        [DataRequired(_l("Confirm that you want to erase the person for good."))],
    )


def names_of_units(units: Sequence[Unit], lang: Language, none: str) -> dict[str, str]:
    """Return the choices of a unit, those below another with a dash for each step down."""
    depths: dict[int | None, int] = {None: -1}
    for unit in units:
        depths[unit.id] = depths.get(unit.parent_id, -1) + 1
    return {"": none} | {
        str(unit.id): "– " * depths[unit.id] + text_of(unit, "name", lang).value for unit in units
    }


def _content(field: Field) -> bytes:
    """Return the bytes of a file, and no more than it takes to see that they are too many."""
    if not isinstance(field.data, FileStorage):
        return b""
    field.data.stream.seek(0)
    found: bytes = field.data.stream.read(LARGEST + 1)
    return found


def _is_small(_form: object, field: Field) -> None:
    content = _content(field)
    if not content:
        raise ValidationError(_("Choose a file that is not empty."))
    if len(content) > LARGEST:
        raise ValidationError(_("The file is too large. Divide it into smaller ones."))


class FileForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A file of people."""

    file = FileField(
        _l("File"),
        [_is_small],
        description=_l("CSV in UTF-8, at most 300 kB: about 3,000 people."),
    )

    def content(self) -> bytes:
        """Return the file's bytes."""
        return _content(self.file)


class ConfirmForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A file whose plan was shown: its bytes in base64, and what the plan was."""

    repeat = HiddenField(default=idempotency.new_key)
    content = HiddenField()
    digest = HiddenField()
