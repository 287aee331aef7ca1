"""The history of a measure: who reads it, and what of it."""

import json

import pytest
from sqlalchemy import select

from app.accounts.operations import INSTALLER
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.database import writing
from app.extensions import db
from app.history import queries
from app.measures import operations as measures
from app.measures.models import Measure
from app.measures.states import Publicity, Size, State
from tests.client import HTMX, LintingClient, sign_in_as
from tests.history.logs import Entry, happen, many, read
from tests.html import document_of, elements, text_of
from tests.measures.proposals import card, fresh, saved
from tests.meetings.agendas import added, arranged
from tests.scoring.rounds import close_round, judge, open_round

DRAFTED = "Kirjoitettu luonnokseen"
SECRET = {"publicity": Publicity.SECRET, "secrecy_basis": "JulkL 24 §"}


def history(client: LintingClient, person: str, measure_id: int) -> list[Entry]:
    sign_in_as(client, person)
    return read(client.get(f"/measures/{measure_id}/history?lang=fi"))


def what(entries: list[Entry]) -> list[str]:
    """Return what happened, from the oldest event."""
    texts = [text_of(entry.element.findall(".//p/span")[0]) for entry in entries]
    return texts[::-1]


def change(measure_id: int, **given: object) -> None:
    with writing():
        measures.change(fresh(measure_id), INSTALLER, **given)


def move(measure_id: int, name: str, actor, reason: str = "") -> None:
    with writing():
        measures.move(fresh(measure_id), name, actor, reason)


@pytest.mark.parametrize(
    ("person", "draft", "approved", "secret"),
    [
        ("proposer", 200, 200, 200),
        ("secretary", 200, 200, 200),
        ("member", 404, 200, 200),
        ("chair", 404, 200, 200),
        ("administrator", 404, 200, 404),
        ("proposer2", 404, 403, 404),
        ("viewer", 403, 403, 403),
        ("board-secretary", 403, 403, 403),
        ("", 302, 302, 302),
    ],
)
def test_who_reads_the_history(client, person: str, draft: int, approved: int, secret: int) -> None:
    ids = [saved(), saved(State.APPROVED), saved(State.APPROVED, **SECRET)]
    if person:
        sign_in_as(client, person)
    pages = [f"/measures/{measure_id}/history" for measure_id in ids]
    assert [client.get(page).status_code for page in pages] == [draft, approved, secret]
    linked = [page in client.get(page.removesuffix("/history")).text for page in pages]
    assert linked == [code == 200 for code in (draft, approved, secret)]


def test_the_history_tells_what_happened_the_newest_first(client, actor) -> None:
    measure_id = saved()
    other = saved()
    move(measure_id, "submit", actor("proposer"))
    change(measure_id, impact=Size.L, cost_once=0)
    move(measure_id, "return", actor("secretary"), "Tarkenna kustannuksia")
    change(other, impact=Size.S)
    entries = history(client, "proposer", measure_id)
    assert what(entries) == [
        "toimenpide lisätty",
        "ehdotuksen tila muuttunut",
        "toimenpidettä muokattu",
        "ehdotuksen tila muuttunut",
    ]
    returned, edited, submitted, created = entries
    assert returned.changes == {
        "Tila": "ennen: jätetty → nyt: palautettu täydennettäväksi",
        "Perustelu": "Tarkenna kustannuksia",
    }
    assert edited.changes == {
        "Vaikuttavuus": "ennen: M – keskisuuri → nyt: L – suuri",
        "Arvioitu kertakustannus": "ennen: ei annettu → nyt: 0 €",
    }
    assert submitted.text.startswith("Ella Esimerkki")
    assert created.changes["Hyötyjä"] == "Asukas"


@pytest.mark.parametrize("person", ["member", "administrator"])
def test_what_was_written_in_a_draft_stays_there(client, actor, person: str) -> None:
    measure_id = saved(description_fi=DRAFTED)
    proposer, secretary = actor("proposer"), actor("secretary")
    change(measure_id, description_fi=f"{DRAFTED} uudelleen")
    move(measure_id, "submit", proposer)
    change(measure_id, description_fi="Jätetty teksti")
    move(measure_id, "return", secretary, "Lyhennä")
    change(measure_id, description_fi=f"{DRAFTED} palautettuna", partners="Naapuri")
    change(measure_id, description_fi="Jätetty uudelleen", partners="")
    move(measure_id, "submit", proposer)
    with writing():
        fresh(measure_id).state = State.APPROVED
    entries = history(client, person, measure_id)
    page = client.get(f"/measures/{measure_id}/history").text
    assert "palautettuna" not in page
    assert "Naapuri" not in page
    closed = ["luonnokseen" in entry.text for entry in entries[::-1]]
    assert closed == [True, True, False, False, False, True, True, False]
    # The edit of what had been submitted says how it was submitted.
    assert "Jätetty teksti" in next(iter(entries[4].changes.values()))
    for reader in ("proposer", "secretary"):
        assert not any("luonnokseen" in e.text for e in history(client, reader, measure_id))
        assert "Naapuri" in client.get(f"/measures/{measure_id}/history").text


def test_a_draft_that_is_older_than_the_record_stays_closed(client, actor) -> None:
    with writing():
        now = clock.now()
        measure = Measure(**card(), state=State.DRAFT, created_at=now, changed_at=now)
        db.session.add(measure)
        db.session.flush()
        measure_id = measure.id
    change(measure_id, description_fi=DRAFTED)
    move(measure_id, "submit", actor("proposer"))
    moved, edited = history(client, "member", measure_id)
    assert edited.changes == {}
    assert moved.changes == {"Tila": "ennen: luonnos → nyt: jätetty"}


def test_a_measure_that_never_moved_in_the_record_is_what_it_is_now(client) -> None:
    with writing():
        now = clock.now()
        measure = Measure(**card(), state=State.APPROVED, created_at=now, changed_at=now)
        db.session.add(measure)
        db.session.flush()
        measure_id = measure.id
    change(measure_id, partners="Naapurikunta")
    (edited,) = history(client, "member", measure_id)
    assert edited.changes == {"Kumppanit": "ennen: tyhjä → nyt: Naapurikunta"}


def test_what_was_secret_stays_so(client) -> None:
    measure_id = saved(State.APPROVED, description_fi="Avoin", **SECRET)
    change(measure_id, description_fi="Salainen hälytysketju")
    change(measure_id, description_fi="Avoin taas")
    change(measure_id, publicity=Publicity.PUBLIC, secrecy_basis="")
    change(measure_id, description_fi="Avoin yhä")
    entries = history(client, "administrator", measure_id)
    closed = ["salassa pidettävä" in entry.text for entry in entries[::-1]]
    assert closed == [True, True, True, True, False]
    page = client.get(f"/measures/{measure_id}/history").text
    assert "hälytysketju" not in page
    assert "JulkL" not in page
    history(client, "member", measure_id)
    assert "hälytysketju" in client.get(f"/measures/{measure_id}/history").text


def test_a_measure_named_in_another_is_named_only_to_those_who_may_read_it(client, actor) -> None:
    hidden = saved(State.APPROVED, name_fi="Varautumisen kartta", **SECRET)
    measure_id = saved(State.APPROVED)
    happen(
        Tag.MEASURE_EDITED,
        actor("secretary"),
        Kind.MEASURE,
        measure_id,
        after={"earlier_id": hidden, "reason": "Erotettu varautumisesta"},
    )
    for person, seen in (("member", True), ("administrator", False)):
        history(client, person, measure_id)
        page = client.get(f"/measures/{measure_id}/history").text
        assert ("Varautumisen kartta" in page) is seen
        assert ("Erotettu varautumisesta" in page) is seen


def test_reviews_are_left_out_while_a_round_is_blind(client, actor) -> None:
    open_round(actor("secretary"))
    measure_id, other = saved(State.IN_SCORING), saved(State.IN_SCORING)
    judge(actor("member"), measure_id, 5, comment="Hyvä ajatus")

    def reviews(person: str) -> int:
        return what(history(client, person, measure_id)).count("arvio tallennettu")

    assert reviews("member") == 1
    assert reviews("member2") == 0
    assert reviews("secretary") == 1
    assert reviews("proposer") == 0
    judge(actor("member2"), other, 3)
    judge(actor("member2"), measure_id, 3, submit=False)
    assert reviews("member2") == 1, "their own draft, and nothing of the others"
    judge(actor("member2"), measure_id, 3)
    assert reviews("member2") == 3
    assert reviews("member3") == 0
    close_round()
    assert reviews("member3") == 3
    assert reviews("proposer") == 0
    for person in ("member", "member3", "secretary"):
        history(client, person, measure_id)
        assert "Hyvä ajatus" not in client.get(f"/measures/{measure_id}/history").text


def test_agendas_are_for_those_who_read_meetings(client, actor) -> None:
    secretary = actor("secretary")
    measure_id = saved(State.IN_SCORING)
    added(secretary, arranged(secretary, days=7), measure_id)
    assert "otettu esityslistalle" in what(history(client, "member", measure_id))
    assert "otettu esityslistalle" not in what(history(client, "proposer", measure_id))


def test_who_tried_to_see_it_is_no_part_of_its_history(client, actor) -> None:
    measure_id = saved()
    happen(Tag.ACCESS_REFUSED, actor("viewer"), Kind.MEASURE, measure_id, after={"page": "x"})
    assert what(history(client, "secretary", measure_id)) == ["toimenpide lisätty"]


def test_pages_and_their_fragment(client, actor) -> None:
    measure_id = saved(State.APPROVED)
    after = json.dumps({"unit_id": 1})
    many(60, Tag.MEASURE_EDITED, Kind.MEASURE, measure_id, actor("secretary").user_id, after)
    first = history(client, "secretary", measure_id)
    second = client.get(f"/measures/{measure_id}/history?page=2", headers=HTMX)
    assert "<!DOCTYPE" not in second.text
    assert (len(first), len(read(second))) == (50, 11)
    far = client.get(f"/measures/{measure_id}/history?page=9&lang=sv")
    assert far.location == f"/measures/{measure_id}/history?page=2&lang=sv"


def test_a_measure_from_before_the_record_says_that_it_has_none(client) -> None:
    with writing():
        now = clock.now()
        measure = Measure(**card(), state=State.APPROVED, created_at=now, changed_at=now)
        db.session.add(measure)
        db.session.flush()
        measure_id = measure.id
    assert history(client, "secretary", measure_id) == []
    text = text_of(document_of(client.get(f"/measures/{measure_id}/history?lang=fi")).root)
    assert "Toimenpiteestä ei ole lokimerkintöjä." in text


def test_the_number_of_queries_is_that_of_one_event(client, actor, query_counter) -> None:
    measure_id = saved(State.APPROVED)
    sign_in_as(client, "administrator")
    after = json.dumps(
        {"unit_id": 1, "lead_post_id": 1, "theme_id": 1, "source_id": 1, "state": "approved"}
    )
    counts = []
    for count in (1, 2, 997):
        author = actor("secretary").user_id
        many(count, Tag.MEASURE_EDITED, Kind.MEASURE, measure_id, author, after)
        with query_counter() as statements:
            assert read(client.get(f"/measures/{measure_id}/history"))
        counts.append(len(statements))
    assert len(set(counts)) == 1, counts


def test_the_record_tells_the_state_and_the_publicity_of_every_measure(demo_app) -> None:
    every = {measure.id: measure for measure in db.session.scalars(select(Measure))}
    told: dict[int, dict[str, str]] = {number: {} for number in every}
    for event, values in queries.moves(list(every)):
        after = json.loads(values.after)
        told[event.subject_id] |= {
            name: after[name] for name in ("state", "publicity") if name in after
        }
    assert len(told) > 90
    assert told == {
        number: {"state": measure.state, "publicity": measure.publicity}
        for number, measure in every.items()
    }


def test_the_page_links_back_to_the_measure(client) -> None:
    measure_id = saved(State.APPROVED)
    sign_in_as(client, "secretary")
    root = document_of(client.get(f"/measures/{measure_id}/history")).root
    links = {text_of(a): a.get("href") for a in elements(root, "a")}
    assert links["Asukas varaa ajan itse"] == f"/measures/{measure_id}"
