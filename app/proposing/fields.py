"""What the form of a proposal asks, in plain words and with an example each."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, RadioField, SelectMultipleField
from wtforms.validators import Optional

from app.core import idempotency
from app.core.enums import Labelled
from app.core.euros import EuroField
from app.core.fields import choice, hidden, line, lines
from app.measures.states import Origin, Publicity, Size

_PROBLEM = _l(
    "Write it as a question: who has trouble with what today? For example: Why must residents "
    "phone us to book a time?"
)
_NAME = _l(
    "One line that becomes the name of the measure. For example: Residents book their times "
    "themselves."
)
_DESCRIPTION = _l(
    "What is done, in which steps and with what. For example: We buy a booking service, connect "
    "it to our calendars and train the staff."
)


def _radio(label: LazyString, enum: type[Labelled], hint: LazyString | str = "") -> RadioField:
    return RadioField(label, [Optional()], coerce=enum.parse, description=hint)


class ProposalFields(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """All fields of the card, in the order in which people think of them.

    They are called as those of `editing.PROPOSED`: columns of `Measure`, twin texts with the ending
    of their language, and the further posts.
    """

    key = hidden(default=idempotency.new_key)
    version = hidden()
    # Which working copy the form was filled in from; what each field said in the version that the
    # writer began from; the version whose differences the writer was shown.
    copy = hidden()
    copy_version = hidden()
    base_version = hidden()
    conflict_version = hidden()

    problem_fi = lines(_l("What is the problem?"), 2000, _PROBLEM)
    problem_sv = lines(_l("What is the problem?"), 2000, _PROBLEM)
    name_fi = line(_l("What would you do?"), 200, _NAME)
    name_sv = line(_l("What would you do?"), 200, _NAME)
    description_fi = lines(_l("More about it"), 5000, _DESCRIPTION)
    description_sv = lines(_l("More about it"), 5000, _DESCRIPTION)
    still_matches = BooleanField(
        _l("The texts in Finnish and in Swedish still say the same"),
        description=_l(
            "Tick this if you changed only one language and the other needs no change. Otherwise "
            "the other one is marked for updating."
        ),
    )

    beneficiary_id = choice(
        _l("Beneficiary"),
        _l("Who notices the difference first. For example: residents, if a service gets easier."),
    )
    long_term_benefit_id = choice(
        _l("Long-term benefit"),
        _l(
            "What the city gains in the long run. For example: renewal, if work is done in a "
            "wholly new way."
        ),
    )

    source_id = choice(
        _l("Source of the need"),
        _l("What makes this necessary just now. For example: a law, if it obliges the city."),
    )
    legal_act = line(
        _l("Act"),
        300,
        _l("Needed when the source is a law: the act itself. For example: Archives Act 831/1994."),
    )
    legal_section = line(
        _l("Section"), 60, _l("The section that obliges the city. For example: 7 §.")
    )
    legal_deadline = DateField(
        _l("Deadline set by the law"),
        [Optional()],
        description=_l("The day by which it must be done. For example: 31.12.2027."),
    )

    impact = _radio(
        _l("Impact"),
        Size,
        _l("How much changes and for how many. For example: a new form for one team is small."),
    )
    cost_class = _radio(
        _l("Cost class"),
        Size,
        _l(
            "All that has to be bought; a rough estimate is enough. For example: licences, "
            "consulting and training together."
        ),
    )
    cost_once = EuroField(
        _l("Estimated one-off cost, euros"),
        description=_l("What is paid once, in whole euros. For example: 12 500."),
    )
    cost_yearly = EuroField(
        _l("Estimated yearly cost, euros"),
        description=_l(
            "What is paid every year, in whole euros; 0 if it costs nothing. For example: 1 200."
        ),
    )

    theme_id = choice(
        _l("Theme"),
        _l(
            "The theme of the programme that it serves best. For example: if two fit, the one you "
            "would name first."
        ),
    )
    level_id = choice(
        _l("Level"),
        _l(
            "How widely it is used. For example: one application of your sector, or a solution "
            "for the whole city."
        ),
    )
    development_model_id = choice(
        _l("Development model"),
        _l(
            "Whether the city does it alone or with others. For example: a network, if other "
            "municipalities take part."
        ),
    )
    partners = line(
        _l("With whom?"),
        500,
        _l(
            "Needed when the development model is a network: municipalities, companies, "
            "associations. For example: the libraries of the neighbouring towns."
        ),
    )

    unit_id = choice(
        _l("Unit"),
        _l("The unit that proposes it. For example: the one whose work it changes."),
    )
    lead_post_id = choice(
        _l("Responsible post"),
        _l("A post, not a person: who answers for it. For example: the director of your sector."),
    )
    post_ids = SelectMultipleField(
        _l("Other responsible posts"),
        coerce=int,
        description=_l(
            "Who else must take part for it to succeed. For example: the head of information "
            "management."
        ),
    )
    contact_id = choice(
        _l("Contact"),
        _l("Who answers questions about the proposal. For example: you yourself."),
    )

    first_year = choice(
        _l("First year"),
        _l(
            "When the work begins; the proposal is for the roadmap of that year. For example: "
            "next year."
        ),
    )
    last_year = choice(
        _l("Last year"),
        _l("When it is done. For example: the year after, if it takes two years."),
    )

    origin = _radio(
        _l("Whose idea was it?"),
        Origin,
        _l("Where it first came from. For example: a resident, if it began with feedback."),
    )
    funding_call = line(
        _l("Call for funding"),
        300,
        _l(
            "If money is applied for outside the city: the call and its last day. For example: "
            "State subsidy for digitalisation, 30.4."
        ),
    )
    publicity = _radio(
        _l("Publicity"),
        Publicity,
        _l(
            "Who may read it before it is decided on. For example: a weakness in information "
            "security is secret."
        ),
    )
    secrecy_basis = line(
        _l("Basis of secrecy"),
        300,
        _l(
            "Needed when the proposal is secret: the act and the section. For example: Act on the "
            "Openness of Government Activities 24 §."
        ),
    )
