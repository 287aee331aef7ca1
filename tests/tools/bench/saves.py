"""Save a proposal and a review as a person does, and look for what is like a proposal."""

from collections.abc import Callable
from itertools import count, cycle

from tests.forms import Form
from tests.html import parse
from tests.tools.bench.fill import PROBLEM_FI
from tests.tools.server import Answer, Client

NEW = "/proposals/new"

# A form is read without the work of unpacking it.
PLAIN = {"Accept-Encoding": "identity"}


def proposal_save(client: Client, path: str) -> Callable[[], Answer]:
    """Return the save of a draft, each with a new text; the answer is the save's alone."""
    sign_in(client, "proposer")
    numbers = count(1)
    return lambda: _send(client, path, {"problem_fi": f"Tieto on {next(numbers)} paikassa."})


def score_save(client: Client, path: str) -> Callable[[], Answer]:
    """Return the save of a review with three ratings, each with a new comment."""
    sign_in(client, "member")
    scores = cycle("12345")

    def save() -> Answer:
        score = next(scores)
        ratings = {f"rating_c{number}": score for number in (1, 2, 3)}
        words = {"proposed_outcome": "approve", "comment": f"Arvosana {score}."}
        return _send(client, path, {**ratings, **words}, "submit")

    return save


def look_alikes(client: Client) -> Callable[[], Answer]:
    """Return the search for measures like what is being typed, each time of a text a bit longer."""
    sign_in(client, "proposer")
    form = _form(client, NEW, {"name_fi": ""}, "save")
    numbers = count(1)

    def search() -> Answer:
        words = " ".join(f"sana{number}" for number in range(next(numbers) % 40))
        typed = {"name_fi": "Lupapalvelun ajanvaraus", "problem_fi": f"{PROBLEM_FI} {words}"}
        return client.post(f"{NEW.removesuffix('new')}look-alikes", form.filled(typed, "save"))

    return search


def sign_in(client: Client, person: str) -> None:
    """Sign a person in by the key that they have in the demo."""
    _send(client, "/sign-in", {}, person)


def _send(client: Client, path: str, data: dict[str, str], button: str | None = None) -> Answer:
    """Fill in the form of a page that is sent to the page's own address, and send it."""
    return client.post(path, _form(client, path, data, button).filled(data, button))


def _form(client: Client, path: str, data: dict[str, str], button: str | None) -> Form:
    answer = client.get(path, PLAIN)
    document = parse(answer.body.decode())
    forms = [Form(element, path) for element in document.root.iter("form")]
    (form,) = [form for form in forms if form.fits(data, button, path)]
    return form
