"""What an agenda tells of what the scorers have said."""

import pytest

from app.measures.states import State
from app.scoring.states import ProposedOutcome
from tests.html import document_of, text_of
from tests.measures.proposals import saved
from tests.meetings.agendas import added, arranged
from tests.scoring.rounds import close_round, judge, open_round

SAID = ("Tarvitaan pian", "Esteellisen ajatus", "kesken vielä")


@pytest.fixture
def meeting(app, actor) -> str:
    """Return the address of a meeting with a matter on which four have said something."""
    secretary = actor("secretary")
    open_round(secretary)
    measure_id = saved(State.IN_SCORING)
    judge(actor("member"), measure_id, 4, comment=SAID[0])
    judge(
        actor("member2"),
        measure_id,
        4,
        comment=SAID[1],
        disqualified=True,
        disqualification_reason="Puoliso hakee",
    )
    judge(actor("member3"), measure_id, 3, proposed_outcome=ProposedOutcome.REJECT)
    judge(actor("chair"), measure_id, 3, comment=SAID[2], submit=False)
    number = arranged(secretary)
    added(secretary, number, measure_id)
    return f"/meetings/{number}"


def shown(client, sign_in, person: str, meeting: str) -> str:
    sign_in(client, person)
    root = document_of(client.get(meeting)).root
    return " ".join(text_of(each) for each in root.iterfind(".//*[@id='agenda']/.."))


def test_the_group_reads_what_the_scorers_say(client, sign_in, actor, meeting) -> None:
    text = shown(client, sign_in, "secretary", meeting)
    assert SAID[0] in text
    assert "Pisteyttäjät ehdottavat: hyväksytään 1, hylätään 1" in text
    assert f"Esteellisyys: {actor('member2').name}, ilmoitettu" in text
    # What the disqualified wrote does not count, their reason is theirs, and a draft is not said.
    for hidden in (*SAID[1:], "Puoliso hakee"):
        assert hidden not in text


@pytest.mark.parametrize("person", ["chair", "member2"])
def test_who_is_blind_reads_nothing_of_it_before_the_close(
    client, sign_in, actor, meeting, person: str
) -> None:
    said = (SAID[0], f": {actor('member2').name}")
    text = shown(client, sign_in, person, meeting)
    assert not [each for each in said if each in text]
    close_round()
    text = shown(client, sign_in, person, meeting)
    assert [each for each in said if each in text] == [*said]


def test_the_number_of_queries_does_not_grow_with_matters(
    client, sign_in, actor, meeting, query_counter
) -> None:
    sign_in(client, "secretary")
    client.get(meeting)
    with query_counter() as one:
        client.get(meeting)
    number = int(meeting.rsplit("/", 1)[1])
    for _time in range(2):
        measure_id = saved(State.IN_SCORING)
        judge(actor("member"), measure_id, 4, comment="Hyvä")
        added(actor("secretary"), number, measure_id)
    client.get(meeting)
    with query_counter() as three:
        client.get(meeting)
    assert len(three) == len(one)
