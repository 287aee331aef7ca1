"""The forms of a round's criteria: all their weights, and one criterion with its words."""

from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext
from wtforms import Field, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, NumberRange

from app.config import Language
from app.core import idempotency
from app.core.bilingual import text_of
from app.core.fields import Difference, Tick, Whole, at_most, hidden, line, lines, tidy_line
from app.core.forms import Form
from app.scoring.criterion_operations import Weighting, fingerprint
from app.scoring.models import Criterion

WEIGHT, POSITION = "weight_", "position_"
"""Before the id of a criterion: the fields of its weight and of its place."""

VALUES = range(1, 6)
"""What a criterion is rated with."""

COUNTED = {
    "yes": _l("They count towards the score"),
    "no": _l("They are shown beside the score"),
}
"""What becomes of the ratings on a criterion."""

_TWINS: tuple[Language, ...] = ("fi", "sv")


def _weight(label: Any, least: int) -> Whole:
    message = _l("The weight is a whole number from %(min)d to %(max)d.")
    return Whole(label, [InputRequired(_l("Give the weight.")), NumberRange(least, 100, message)])


class WeightsForm(Form):
    """The weights and the order of all criteria; `weights_form` adds the fields."""

    seen = hidden()

    def __init__(self, criteria: Collection[Criterion], **given: Any) -> None:
        super().__init__(**given)
        self.criteria = criteria

    def weight_of(self, criterion: Criterion) -> Any:
        """The field of a criterion's weight; None of one that does not count."""
        name = f"{WEIGHT}{criterion.id}"
        return getattr(self, name, None)

    def position_of(self, criterion: Criterion) -> Any:
        """The field of a criterion's place."""
        return self[f"{POSITION}{criterion.id}"]

    def wanted(self) -> dict[int, Weighting]:
        """Return the weight and the place of each criterion, by its id."""
        found = {}
        for criterion in self.criteria:
            weight = self.weight_of(criterion)
            found[criterion.id] = Weighting(
                weight.data if weight else criterion.weight, self.position_of(criterion).data
            )
        return found

    def differences(self, lang: Language) -> list[Difference]:
        """Return the weights and places that are saved otherwise than they are written here."""
        found = []
        for criterion in self.criteria:
            name = text_of(criterion, "name", lang).value
            weight, place = self.weight_of(criterion), self.position_of(criterion)
            rows = [(_("Weight"), criterion.weight, weight.data if weight else criterion.weight)]
            rows.append((pgettext("criterion", "Order"), criterion.position, place.data))
            found += [
                Difference(f"{name}: {label}", str(theirs), str(yours))
                for label, theirs, yours in rows
                if theirs != yours
            ]
        return found


def weights_form(criteria: Sequence[Criterion], lang: Language) -> WeightsForm:
    """Return the form of the weights and the order of criteria.

    Args:
        criteria: The criteria, in their order.
        lang: The reader's language.
    """
    fields: dict[str, Field] = {}
    for each in criteria:
        name = text_of(each, "name", lang).value
        fields[f"{POSITION}{each.id}"] = Whole(
            _("Order of %(name)s", name=name),
            [
                InputRequired(_("Give the order.")),
                NumberRange(1, 99, _("The order is a whole number from 1 to 99.")),
            ],
        )
        if each.counted:
            fields[f"{WEIGHT}{each.id}"] = _weight(_("Weight of %(name)s", name=name), 1)
    data = {
        "seen": fingerprint(criteria),
        **{f"{POSITION}{each.id}": each.position for each in criteria},
        **{f"{WEIGHT}{each.id}": each.weight for each in criteria},
    }
    form: WeightsForm = type("WeightsForm", (WeightsForm,), fields)(criteria, data=data)
    return form


class CriterionForm(Form):
    """One criterion; `criterion_form` adds the fields of the words for 1 to 5."""

    key = hidden(default=idempotency.new_key)
    seen = hidden()
    name_fi = StringField(
        _l("Name"),
        [DataRequired(_l("Give the name in Finnish.")), *at_most(200)],
        filters=[tidy_line],
    )
    name_sv = StringField(
        _l("Name"),
        [DataRequired(_l("Give the name in Swedish.")), *at_most(200)],
        filters=[tidy_line],
    )
    help_fi = lines(_l("Help text"), 500)
    help_sv = lines(_l("Help text"), 500)
    counted = RadioField(
        _l("What becomes of the ratings?"),
        [InputRequired(_l("Choose what becomes of the ratings."))],
        choices=lambda: {value: str(label) for value, label in COUNTED.items()},
    )
    weight = _weight(_l("Weight"), 0)
    required = Tick(
        _l("Everyone must rate this"),
        description=_l("Otherwise a member may skip it, which does not lower the score."),
    )

    def word(self, value: int, lang: str) -> Any:
        """The field of the words for a rating in a language."""
        return self[f"word_{value}_{lang}"]

    def accepts(self) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        self.validate()
        if self.counted.data == "yes" and self.weight.data == 0:
            self.weight.errors = [_("A criterion that counts has a weight of at least 1.")]
        words = {(value, lang): self.word(value, lang) for value in VALUES for lang in _TWINS}
        if any(field.data for field in words.values()):
            for (value, lang), field in words.items():
                if not field.data:
                    field.errors = [
                        _("Give words for %(value)s in Finnish.", value=value)
                        if lang == "fi"
                        else _("Give words for %(value)s in Swedish.", value=value)
                    ]
        return not self.errors

    def fields(self) -> dict[str, Any]:
        """Return columns of `Criterion` and their values."""
        names = ("name_fi", "name_sv", "help_fi", "help_sv", "weight", "required")
        return {
            **{name: self[name].data for name in names},
            "counted": self.counted.data == "yes",
            **{
                f"words_{lang}": "\n".join(self.word(value, lang).data for value in VALUES).strip()
                for lang in _TWINS
            },
        }

    def differences(self, criterion: Criterion) -> list[Difference]:
        """Return what is saved otherwise than it is written here."""
        return [
            Difference(
                str(self[name].label.text) if name in self else _("Words for 1 to 5"),
                self._shown(name, getattr(criterion, name)),
                self._shown(name, yours),
                name[-2:] if name[-3:] in {"_fi", "_sv"} else None,
            )
            for name, yours in self.fields().items()
            if yours != getattr(criterion, name)
        ]

    def _shown(self, name: str, value: Any) -> str:
        if name == "counted":
            return str(COUNTED["yes" if value else "no"])
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        return str(value)


def criterion_form(criterion: Criterion | None = None) -> CriterionForm:
    """Return the form of a criterion; of a new one when None."""
    words = {
        f"word_{value}_{lang}": line(_l("Words for %(value)s", value=value), 60)
        for value in VALUES
        for lang in _TWINS
    }
    form_class = type("CriterionForm", (CriterionForm,), words)
    form: CriterionForm = form_class(data=_begun(criterion))
    return form


def _begun(criterion: Criterion | None) -> dict[str, Any]:
    """Return what the form of a criterion begins with."""
    if criterion is None:
        return {"counted": "yes", "required": True, "weight": 10}
    names = ("name_fi", "name_sv", "help_fi", "help_sv", "weight", "required")
    return {
        **{name: getattr(criterion, name) for name in names},
        "seen": fingerprint([criterion]),
        "counted": "yes" if criterion.counted else "no",
        **{
            f"word_{value}_{lang}": text
            for lang in _TWINS
            for value, text in zip(
                VALUES, getattr(criterion, f"words_{lang}").splitlines(), strict=False
            )
        },
    }
