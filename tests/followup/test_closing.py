"""A roadmap is closed when all that stood on it has come to something."""

import pytest

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.followup.closing import close
from app.followup.states import Choice, Status
from app.programmes.states import Phase
from app.roadmaps.states import Membership
from tests.followup.unfinished import before, decided, drafting, left_unfinished
from tests.scoring.rounds import YEAR

PAGE = f"/roadmaps/{YEAR - 1}/closing"


def test_the_unfinished_hold_it_open(client, sign_in, actor) -> None:
    done = left_unfinished("A1", status=Status.DONE)
    left_unfinished("A2", status=Status.ABANDONED)
    left_unfinished("A3", membership=Membership.REMOVED)
    open_one, over = left_unfinished("A4"), left_unfinished("A5")
    drafting()
    decided(over, Choice.CONTINUE, actor("secretary"))
    sign_in(client, "secretary")
    page = client.get(PAGE)
    assert f'href="/roadmaps/{YEAR - 1}/carry-over"' in page.text
    assert "<button" not in page.text.partition("<main")[2]
    assert client.forge(PAGE, {"close-version": before().version}).status_code == 409
    assert before().phase is Phase.APPROVED
    decided(open_one, Choice.DONE, actor("secretary"), as_of=clock.today())
    version = before().version
    # A second press of the button finds it closed, and a form that was opened later is told so.
    for sent, code in ((version, 303), (version, 303), (version + 1, 409)):
        assert client.forge(PAGE, {"close-version": sent}).status_code == code
        assert before().phase is Phase.CLOSED
    assert done


def test_an_old_form_does_not_close_it(client, sign_in) -> None:
    sign_in(client, "secretary")
    assert client.forge(PAGE, {"close-version": before().version - 1}).status_code == 409
    assert client.forge(PAGE, {"close-version": "x"}).status_code == 409
    assert before().phase is Phase.APPROVED


@pytest.mark.parametrize("phase", [each for each in Phase if each is not Phase.APPROVED])
def test_only_an_approved_one_is_closed(client, sign_in, actor, phase: Phase) -> None:
    with writing():
        before().phase = phase
    with pytest.raises(Refused), writing():
        close(before(), actor("secretary"))
    sign_in(client, "secretary")
    assert "<button" not in client.get(PAGE).text.partition("<main")[2]


@pytest.mark.parametrize("person", ["viewer", "member", "chair", "board-secretary"])
def test_others_do_not_close_it(client, sign_in, actor, person: str) -> None:
    with pytest.raises(Refused), writing():
        close(before(), actor(person))
    sign_in(client, person)
    assert client.get(PAGE).status_code == 403
