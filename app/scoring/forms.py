"""The form of a review."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.config import Language
from app.core import idempotency
from app.core.bilingual import text_of
from app.core.fields import Whole, hidden, lines
from app.core.numbers import LARGEST
from app.measures.models import Measure
from app.scoring.models import Criterion, Review, Round
from app.scoring.operations import RATING, Judgement, shortcomings
from app.scoring.states import ProposedOutcome

SCALE = {
    "1": _l("very low"),
    "2": _l("low"),
    "3": _l("moderate"),
    "4": _l("high"),
    "5": _l("very high"),
}
"""The words beside the ratings of a criterion that has none of its own."""


class ReviewForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A member's review; `review_form` adds the fields that are seen, in the order of the page."""

    proposed_outcome: RadioField
    comment: TextAreaField
    disqualification_reason: TextAreaField

    key = hidden(default=idempotency.new_key)
    version = Whole(widget=HiddenInput(), default=0)
    measure_version = Whole(validators=[NumberRange(0, LARGEST)], widget=HiddenInput(), default=0)

    @property
    def ratings(self) -> list[RadioField]:
        """The fields of the criteria in their order."""
        return [field for field in self if field.name.startswith(RATING)]

    def judgement(self, *, disqualified: bool) -> Judgement:
        """Return what the member says; whether they declare that they are disqualified is asked."""
        return Judgement(
            self.measure_version.data or 0,
            {each.name.removeprefix(RATING): int(each.data) for each in self.ratings if each.data},
            self.proposed_outcome.data,
            self.comment.data or "",
            disqualified=disqualified,
            disqualification_reason=self.disqualification_reason.data or "",
        )

    def accepts(self, scoring_round: Round, judgement: Judgement, *, submit: bool) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is.

        Args:
            scoring_round: The round.
            judgement: What the member says in the form.
            submit: Whether the group may count on the review; a draft may be half-way.
        """
        self.validate()
        for name, text in shortcomings(scoring_round, judgement, submit=submit).items():
            label = self[name].label.text
            is_rating = name.startswith(RATING)
            if not self[name].errors:
                self[name].errors = [_("Rate this: %(name)s", name=label) if is_rating else text]
        if judgement.disqualification_reason and not judgement.disqualified:
            # It would be lost, and with it what the member meant to declare.
            self.disqualification_reason.errors = [
                _("Declare with the button below that you are disqualified, or empty this field.")
            ]
        return not self.errors

    def take_versions(self, measure: Measure, review: Review | None) -> None:
        """Let the form judge `measure`, and replace `review`, as they are now."""
        self.version.raw_data = self.measure_version.raw_data = None
        self.version.data = review.version if review else 0
        self.measure_version.data = measure.version


def review_form(
    scoring_round: Round, lang: Language, data: Mapping[str, Any] | None = None
) -> ReviewForm:
    """Return the form of a review in a round.

    Args:
        scoring_round: The round, whose criteria are rated.
        lang: The reader's language.
        data: What it begins with; None for what the reader has sent.
    """
    fields = {
        **{RATING + each.key: _rating_field(each, lang) for each in scoring_round.criteria},
        "proposed_outcome": RadioField(
            _l("What do you propose that the meeting decides?"),
            [Optional()],
            coerce=ProposedOutcome.parse,
            choices=lambda: {each.value: str(each.label) for each in ProposedOutcome},
        ),
        "comment": lines(_l("Comment"), 2000, _l("The steering group reads it.")),
        "disqualification_reason": lines(_l("Why are you disqualified?"), 500),
    }
    form: ReviewForm = type("ReviewForm", (ReviewForm,), fields)(data=data)
    for criterion in scoring_round.criteria:
        form[RATING + criterion.key].flags.required = criterion.required
    form.proposed_outcome.flags.required = True
    return form


def _rating_field(criterion: Criterion, lang: Language) -> RadioField:
    choices = {value: value for value in SCALE}
    if not criterion.required:
        choices[""] = _("I do not rate this")
    return RadioField(
        text_of(criterion, "name", lang).value,
        [Optional()],
        choices=choices,
        description=text_of(criterion, "help", lang).value,
    )


def words_of(criterion: Criterion, lang: Language) -> Mapping[str, str]:
    """Return what each rating of a criterion means, to a reader of `lang`."""
    own = text_of(criterion, "words", lang).value.splitlines()
    return dict(zip(SCALE, own or map(str, SCALE.values()), strict=False))


def data_of(scoring_round: Round, measure: Measure, review: Review | None) -> dict[str, Any]:
    """Return what the form of a member's review begins with.

    Args:
        scoring_round: The round.
        measure: The measure as the member sees it now.
        review: The review as far as it is; None when the member has not begun.
    """
    if review is None:
        return {"measure_version": measure.version}
    keys = {criterion.id: criterion.key for criterion in scoring_round.criteria}
    return {
        **{RATING + keys[each.criterion_id]: str(each.value) for each in review.ratings},
        "version": review.version,
        "measure_version": measure.version,
        "proposed_outcome": review.proposed_outcome,
        "comment": review.comment,
        "disqualification_reason": review.disqualification_reason,
    }
