"""The form in which other weights are tried. Nothing of it is saved: its address says it all."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, IntegerField
from wtforms.validators import InputRequired, NumberRange

from app.config import Language
from app.core.bilingual import text_of
from app.core.fields import printable
from app.scoring.models import Criterion

WEIGHT = "w_"
"""Before the key of a criterion: its weight in an address."""

WITHOUT = "without"
"""The keys of the criteria that are left out, in an address."""

LARGEST = 100
"""The largest weight that a criterion may have."""


class WhatIfForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Other weights for the criteria that count; `what_if_form` adds their fields.

    Attributes:
        criteria: These criteria.
        without: The keys of those that are left out.
    """

    class Meta:
        """What is only read needs no protection against forgery."""

        csrf = False

    def __init__(
        self, args: MultiDict[str, str], criteria: Sequence[Criterion], **given: Any
    ) -> None:
        super().__init__(args, **given)
        self.criteria = criteria
        self.without = {each.key for each in criteria} & set(args.getlist(WITHOUT))

    def weight_of(self, criterion: Criterion) -> Any:
        """The field of a criterion's weight."""
        return self[f"{WEIGHT}{criterion.key}"]

    def accepts(self) -> bool:
        """Check all weights and write what is wrong beside them; True when nothing is."""
        self.validate()
        fields = [self.weight_of(each) for each in self.criteria]
        for field in fields:
            if field.errors:
                field.errors = [
                    _("The weight is a whole number from %(min)d to %(max)d.", min=0, max=LARGEST)
                ]
        if not self.errors and not self.tried():
            for field in fields[:1]:
                field.errors = [_("At least one criterion must count with a weight above 0.")]
        return not self.errors

    def tried(self) -> dict[int, int]:
        """Return the weights that are tried, by the ids of the criteria that count then."""
        return {
            each.id: self.weight_of(each).data
            for each in self.criteria
            if each.key not in self.without and self.weight_of(each).data
        }

    def address(self) -> dict[str, Any]:
        """Return the arguments of the address that says the same."""
        weights = {f"{WEIGHT}{each.key}": self.weight_of(each).data for each in self.criteria}
        return {**weights, WITHOUT: sorted(self.without)}


def what_if_form(
    criteria: Sequence[Criterion], args: MultiDict[str, str], lang: Language
) -> WhatIfForm:
    """Return the form of the weights to be tried.

    What an address does not say is as in the round, so that it still works when a criterion has
    been added since.

    Args:
        criteria: The criteria of the round that count.
        args: The arguments of the address.
        lang: The reader's language.
    """
    fields: dict[str, Field] = {}
    # What is typed comes back onto the page.
    every = MultiDict([(name, printable(value)) for name, value in args.items(multi=True)])
    for each in criteria:
        name = f"{WEIGHT}{each.key}"
        fields[name] = IntegerField(
            text_of(each, "name", lang).value, [InputRequired(), NumberRange(0, LARGEST)]
        )
        every.setdefault(name, str(each.weight))
    form: WhatIfForm = type("WhatIfForm", (WhatIfForm,), fields)(every, criteria)
    return form
