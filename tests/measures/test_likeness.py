"""Measures that are like one another: what is found, for whom, and by which words."""

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from app.accounts.models import Unit
from app.accounts.operations import INSTALLER
from app.config import ROOT
from app.core.database import writing
from app.core.policy import ANONYMOUS
from app.extensions import db
from app.measures import lemmas, likeness, lineage, operations
from app.measures.known_words import ALIKE_FROM, KnownWords
from app.measures.likeness import COMPARED, Texts
from app.measures.models import Likeness, Measure, MeasureWord
from app.measures.overlap import Corpus, Words
from app.measures.states import LineageKind, Publicity, State
from tests.measures.proposals import card, fresh, saved, unit_id

EXAMPLES = tomllib.loads((ROOT / "tests/measures/look_alikes.toml").read_text())["draft"]

TYPED = Texts(name_fi="Asukas varaa ajan itse verkossa")
"""What is like the proposal of `card`."""


@pytest.fixture(scope="session", autouse=True)
def dictionaries() -> None:
    """Let there be dictionaries, also where the tests are run without make."""
    lemmas.prepare(ROOT / "build" / "lemmas")


def found(actor, texts: Texts = TYPED, leaving_out: int | None = None) -> list[int | None]:
    return [each.id for each in likeness.find(actor, texts, leaving_out)]


def words_of(measure_id: int) -> Likeness:
    return db.session.get_one(Likeness, measure_id, populate_existing=True)


# Words


def test_words_are_found_in_their_basic_forms(app) -> None:
    assert lemmas.words("Kirjastojen varausjärjestelmissä", "fi") == [
        "kirjasto",
        "varausjarjestelma",
    ]
    assert lemmas.words("Skolornas bibliotek, biblioteken", "sv") == ["skola", "bibliotek"]


def test_words_that_tell_nothing_apart_are_left_out(app) -> None:
    assert lemmas.words("Otamme käyttöön uuden kirjaston 2027", "fi") == ["kirjasto"]
    assert lemmas.words("Vi tar i bruk en ny karta 2027", "sv") == ["karta"]


def test_without_dictionaries_words_are_taken_as_they_are_written(app, tmp_path, caplog) -> None:
    without(app, tmp_path)
    assert lemmas.words("Kirjastojen tilat, TILAT", "fi") == ["kirjastojen", "tilat"]
    assert lemmas.words("Skolornas tider", "sv") == ["skolornas", "tider"]
    (said,) = [record.message for record in caplog.records if record.name == lemmas.__name__]
    assert said.startswith(f"no dictionaries in {tmp_path}: look-alikes are found by words as they")


def test_a_dictionary_that_is_damaged_does_no_harm(app, tmp_path) -> None:
    for path in (ROOT / "build" / "lemmas").glob("*.trie"):
        (tmp_path / path.name).write_bytes(path.read_bytes()[:1000])
    without(app, tmp_path)
    assert lemmas.words("Kirjastojen tilat", "fi") == ["kirjastojen", "tilat"]


def without(app: Flask, folder: Path) -> None:
    """Let the app look for its dictionaries in another folder."""
    given_settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = given_settings.model_copy(update={"lemma_root": folder})


def test_dictionaries_that_are_there_are_not_made_again() -> None:
    root = ROOT / "build" / "lemmas"
    before = {path.name: path.stat().st_mtime_ns for path in root.iterdir()}
    assert lemmas.prepare(root) is False
    assert {path.name: path.stat().st_mtime_ns for path in root.iterdir()} == before
    assert len(before) == 2, "drafts of dictionaries are left"


@settings(max_examples=200)
@given(text=st.text(max_size=5000), lang=st.sampled_from(("fi", "sv")))
def test_any_text_has_words(text: str, lang) -> None:
    app = Flask(__name__)
    app.config["SETTINGS"] = _Settings
    with app.app_context():
        words = lemmas.words(text, lang)
    assert len(set(words)) == len(words)
    assert all(word.isalnum() and len(word) > 1 for word in words), words


class _Settings:
    lemma_root = ROOT / "build" / "lemmas"


# Arithmetic

A, B = Words("kirjasto tila varata", "puhelin"), Words("katu talvi kartta", "lumi")


def share(one: Words, another: Words) -> float:
    return corpus_of({1: another}).alike(one, 0).get(1, 0)


def corpus_of(texts: dict[int, Words]) -> Corpus:
    corpus = Corpus()
    corpus.update(texts)
    return corpus


def test_the_same_words_are_wholly_alike_and_others_not_at_all() -> None:
    assert share(A, A) == pytest.approx(1)
    assert share(A, B) == 0


def test_a_word_of_the_name_counts_more_than_one_of_the_problem() -> None:
    typed = Words("kirjasto", "")
    assert share(typed, Words("kirjasto", "lumi")) > share(typed, Words("lumi", "kirjasto")) > 0


def test_a_part_of_a_compound_word_counts_less_than_the_word() -> None:
    typed = Words("kirjasto", "")
    assert (
        1 > share(typed, Words("omatoimikirjasto", "")) == share(typed, Words("kirjastotila", ""))
    )
    assert share(Words("omatoimikirjasto", ""), Words("kirjasto", "")) > 0.5
    assert share(Words("ai", ""), Words("aika", "")) == 0


def test_another_spelling_is_nearly_the_same() -> None:
    assert 0.85 < share(Words("bibliotek", ""), Words("biblotek", "")) < 1


def test_a_long_text_that_mentions_everything_is_not_like_all() -> None:
    everything = Words("kirjasto katu", " ".join(f"sana{number}" for number in range(200)))
    assert share(Words("kirjasto", ""), everything) < ALIKE_FROM


WORDS = st.lists(st.text("abcå1", min_size=1, max_size=8), max_size=12).map(" ".join)
TEXT = st.builds(Words, WORDS, WORDS)
ROWS = st.dictionaries(st.integers(1, 6), TEXT)


@given(ROWS, TEXT)
def test_shares_are_shares(rows: dict[int, Words], typed: Words) -> None:
    shares = corpus_of(rows).alike(typed, 0)
    assert all(0 < each <= 1.000001 for each in shares.values())
    assert shares.keys() <= rows.keys()


@example({1: Words("a b c d e f g h i j", "")}, Words("a b c d e f g h i j", ""), 1)
@given(ROWS, TEXT, st.sampled_from([0.1, ALIKE_FROM, 0.5, 1]))
def test_nothing_that_is_alike_enough_is_counted_out(
    rows: dict[int, Words], typed: Words, at_least: float
) -> None:
    corpus = corpus_of(rows)
    enough = {key: each for key, each in corpus.alike(typed, 0).items() if each >= at_least}
    assert corpus.alike(typed, at_least) == enough


@given(TEXT, TEXT)
def test_one_is_as_much_like_another_as_the_other_is_like_it(one: Words, another: Words) -> None:
    assert share(one, another) == pytest.approx(share(another, one))


@given(st.lists(ROWS, min_size=1, max_size=4), TEXT)
def test_what_is_brought_up_to_date_is_as_if_it_had_always_been_so(
    changes: list[dict[int, Words]], typed: Words
) -> None:
    corpus = Corpus()
    by_now: dict[int, Words] = {}
    for rows in changes:
        corpus.update(rows)
        by_now |= rows
    assert corpus.alike(typed, 0) == corpus_of(by_now).alike(typed, 0)
    corpus.update(dict.fromkeys(by_now, Words("", "")))
    assert vars(corpus) == vars(Corpus())


# What is kept


TEXTS = {
    "name_fi": "Kirjastojen varausjärjestelmät",
    "name_sv": "Skolornas bibliotek",
    "problem_fi": "Miksi kirjasto on suljettu?",
    "problem_sv": "",
}


def test_words_follow_the_texts(app) -> None:
    measure_id = saved(**TEXTS)
    row = words_of(measure_id)
    assert (row.name_fi, row.name_sv) == ("kirjasto varausjarjestelma", "skola bibliotek")
    # A word of the name is not repeated in the problem.
    assert (row.problem_fi, row.problem_sv) == ("suljettu", "")
    with writing():
        operations.change(fresh(measure_id), INSTALLER, name_fi="Kirjaston sulkeminen")
    assert words_of(measure_id).name_fi == "kirjasto sulkeminen"


def test_what_is_changed_is_found_by_its_new_text_alone(app, actor) -> None:
    secretary, measure_id = actor("secretary"), saved()
    assert found(secretary) == [measure_id]
    with writing():
        operations.change(
            fresh(measure_id),
            INSTALLER,
            **{**dict.fromkeys(COMPARED, ""), "name_fi": "Kadun talvihoito kartalle"},
        )
    assert found(secretary) == []
    assert found(secretary, Texts(name_fi="Katujen talvihoidon kartta")) == [measure_id]


def test_what_is_deleted_is_not_found(app, actor) -> None:
    first, second = saved(), saved()
    assert found(actor("secretary")) == [first, second]
    with writing():
        for model in (Likeness, MeasureWord):
            db.session.execute(delete(model).where(model.measure_id == first))
        db.session.execute(delete(Measure).where(Measure.id == first))
    assert found(actor("secretary")) == [second]


def test_what_others_have_changed_is_found_at_once_and_nothing_else_is_read(
    app, actor, query_counter
) -> None:
    """Another process writes to the same database, and knows nothing of this one's memory."""
    secretary = actor("secretary")
    first, second, third = saved(), saved(), saved()
    assert found(secretary) == [first, second, third]
    texts = Texts(name_fi="Katujen talvihoidon kartta")
    row = {"name_fi": "katu talvihoito kartta", "problem_fi": "", "name_sv": "", "problem_sv": ""}
    with writing():
        mine = Likeness.measure_id == second
        db.session.execute(update(Likeness).where(mine).values(**row, digest=5))
    with query_counter() as statements:
        assert found(secretary, texts) == [second]
    (read,) = [each for each in statements if "likeness.name_sv" in each]
    assert "IN (?)" in read, "more is read than the one that has changed"
    assert found(secretary) == [first, third]
    with query_counter() as statements:
        found(secretary)
    assert not any("likeness.name_sv" in each for each in statements)


def test_what_is_rolled_back_was_never_known(app, actor) -> None:
    secretary, measure_id = actor("secretary"), saved()
    texts = Texts(name_fi="Katujen talvihoidon kartta")

    def reword(name_fi: str) -> None:
        empty = dict.fromkeys(COMPARED, "")
        operations.change(fresh(measure_id), INSTALLER, **{**empty, "name_fi": name_fi})

    with writing():
        reword("Kadun talvihoito kartalle")
        assert found(secretary, texts) == [measure_id]
        db.session.rollback()
    assert found(secretary, texts) == []
    assert found(secretary) == [measure_id]
    # What comes in its place is of the same version.
    with writing():
        reword("Uimahallin vuorojen vuokraus")
    assert found(secretary, texts) == []
    assert found(secretary, Texts(name_fi="Uimahallin vuorot")) == [measure_id]


def test_what_is_known_to_be_alike_follows_every_change(app) -> None:
    known = KnownWords()
    first, second, third = saved(), saved(), saved()
    ids = [first, second, third]
    assert known.alike(ids) == {key: {*ids} - {key} for key in ids}
    other = {**dict.fromkeys(COMPARED, ""), "name_fi": "Kadun talvihoito kartalle"}
    with writing():
        operations.change(fresh(second), INSTALLER, **other)
    assert (
        known.alike(ids)
        == KnownWords().alike(ids)
        == {first: {third}, second: set(), third: {first}}
    )
    with writing():
        operations.change(fresh(third), INSTALLER, **other)
    assert known.alike(ids) == {first: set(), second: {third}, third: {second}}
    with writing():
        db.session.execute(delete(Likeness).where(Likeness.measure_id == third))
    assert known.alike(ids) == KnownWords().alike(ids) == {key: set() for key in ids}


def test_starting_up_writes_what_is_missing_and_what_other_dictionaries_have_found(app) -> None:
    missing, outdated, right = saved(**TEXTS), saved(**TEXTS), saved(**TEXTS)
    with writing():
        db.session.execute(delete(Likeness).where(Likeness.measure_id == missing))
        db.session.execute(
            update(Likeness)
            .where(Likeness.measure_id == outdated)
            .values(edition="others", name_fi="vanha")
        )
        db.session.execute(
            update(Likeness).where(Likeness.measure_id == right).values(name_fi="oikea")
        )
    result = app.test_cli_runner().invoke(args=["start-up", "--no-demo"])
    assert result.exit_code == 0, result.output
    assert words_of(missing).name_fi == words_of(outdated).name_fi == "kirjasto varausjarjestelma"
    # What is up to date is not written again.
    assert words_of(right).name_fi == "oikea"


# What is found


def corpus() -> Iterator[dict[str, Any]]:
    for name in ("2024", "2024-additions", "2025", "2026"):
        with (ROOT / f"demo/roadmap-{name}.csv").open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
    yield from tomllib.loads((ROOT / "demo/proposals.toml").read_text())["proposal"]


@pytest.fixture
def known(app) -> None:
    """Let there be the measures of the demo's roadmaps, and its first proposals."""
    with writing():
        for row in corpus():
            texts = {name: row.get(name) or "" for name in COMPARED}
            operations.add_measure(
                INSTALLER, **texts, state=State.APPROVED, publicity=Publicity.PUBLIC
            )


@pytest.mark.parametrize(
    ("unseen", "wanted", "fewest_found", "most_others"), [(False, 32, 24, 15), (True, 14, 13, 11)]
)
def test_what_is_alike_is_found_and_what_is_not_is_not(
    known, actor, unseen: bool, wanted: int, fewest_found: int, most_others: int
) -> None:
    viewer = actor("viewer")
    hits = others = asked = 0
    for case in EXAMPLES:
        if case.get("unseen", False) is not unseen:
            continue
        texts = Texts(**{name: case.get(name, "") for name in COMPARED})
        names = [each.name_fi + each.name_sv for each in likeness.find(viewer, texts)]
        asked += len(case["finds"])
        hits += sum(any(part in name for name in names) for part in case["finds"])
        if case["finds"]:
            others += sum(all(part not in name for part in case["finds"]) for name in names)
        else:
            # Where nothing is alike nothing is shown.
            assert names == [], texts
    assert asked == wanted
    assert hits >= fewest_found
    assert others <= most_others


def test_the_most_alike_come_first_and_five_at_most(app, actor) -> None:
    ids = [saved(problem_fi="x " * number + "Miksi?") for number in range(4)]
    ids += [saved(name_fi="Asukas varaa ajan itse verkossa", problem_fi="") for _ in range(3)]
    near = found(actor("secretary"))
    assert len(near) == likeness.MOST_SHOWN
    assert near[:3] == ids[4:]


def test_each_language_finds_its_own(app, actor) -> None:
    finnish = saved(name_sv="", problem_sv="")
    swedish = saved(name_fi="", problem_fi="")
    secretary = actor("secretary")
    assert found(secretary, Texts(name_fi=card()["name_fi"])) == [finnish]
    assert found(secretary, Texts(name_sv=card()["name_sv"])) == [swedish]


def test_a_problem_alone_finds(app, actor) -> None:
    measure_id = saved()
    texts = Texts(problem_fi="Miksi aika täytyy varata soittamalla?")
    assert found(actor("secretary"), texts) == [measure_id]


ODD = ["", " ", "a", "😀", "\0", "\ud800", "%", "x" * 5000, "kirja " * 1000, "ei ja olla", "2027"]


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_find_nothing(app, actor, text: str) -> None:
    saved()
    saved(name_fi="😀", problem_fi="")
    assert found(actor("secretary"), Texts(text, text, text, text)) == []


def test_the_measure_itself_and_what_it_is_related_to_are_left_out(app, actor) -> None:
    secretary = actor("secretary")
    this, earlier, later, other = saved(), saved(), saved(), saved()
    assert found(secretary, TYPED, this) == [earlier, later, other]
    with writing():
        lineage.mark(fresh(this), fresh(earlier), LineageKind.SPLIT, secretary)
        lineage.mark(fresh(later), fresh(this), LineageKind.CARRIED_OVER, secretary)
    assert found(secretary, TYPED, this) == [other]


def test_what_is_merged_is_not_shown(app, actor) -> None:
    saved(State.MERGED)
    assert found(actor("secretary")) == []


# Who sees what. R reads it and may open it; o knows of it in outline; - knows nothing.
PUBLIC, NOT_YET, SECRET = Publicity.PUBLIC, Publicity.NOT_YET_PUBLIC, Publicity.SECRET
WHO = ("proposer", "proposer2", "member", "secretary", "viewer", "administrator", None)
SEES = {
    (State.DRAFT, NOT_YET): "R--R---",
    (State.RETURNED, NOT_YET): "R--R---",
    (State.SUBMITTED, NOT_YET): "RoRR---",
    (State.IN_SCORING, NOT_YET): "RoRR---",
    (State.SUBMITTED, SECRET): "R-RR---",
    (State.IN_SCORING, SECRET): "R-RR---",
    (State.POSTPONED, NOT_YET): "R-RR---",
    (State.REJECTED, NOT_YET): "R-RR---",
    (State.WITHDRAWN, NOT_YET): "R-RR---",
    (State.APPROVED, NOT_YET): "RRRRRR-",
    (State.APPROVED, PUBLIC): "RRRRRRR",
    (State.APPROVED, SECRET): "R-RR---",
}


@pytest.mark.parametrize(("state", "publicity"), SEES)
def test_who_sees_a_look_alike(app, actor, state: State, publicity: Publicity) -> None:
    measure_id = saved(state, publicity=publicity, secrecy_basis="JulkL 24 §", last_year=2027)
    for key, wanted in zip(WHO, SEES[state, publicity], strict=True):
        seen = likeness.find(actor(key) if key else ANONYMOUS, TYPED)
        if wanted == "-":
            assert seen == [], key
            continue
        (one,) = seen
        library = db.session.scalars(select(Unit).where(Unit.key == "library")).one()
        assert (one.name_fi, one.unit, one.state) == (card()["name_fi"], library, state), key
        expected = (measure_id, 2026, 2027) if wanted == "R" else (None, None, None)
        assert (one.id, one.first_year, one.last_year) == expected, key


def test_as_few_queries_with_one_as_with_many(app, actor, query_counter) -> None:
    secretary = actor("secretary")
    counts = []
    for _ in range(2):
        ids = [saved() for _ in range(3)]
        likeness.find(secretary, TYPED)
        with query_counter() as statements:
            likeness.find(secretary, TYPED)
        measures = [fresh(each) for each in ids]
        with query_counter() as of_counts:
            likeness.counts_for(measures, secretary)
        counts.append((len(statements), len(of_counts)))
    assert counts[0] == counts[1]
    assert counts[0][0] == 2


def test_counts_are_those_of_what_is_found(app, actor) -> None:
    secretary = actor("secretary")
    first, second, third = saved(), saved(State.SUBMITTED), saved(unit_id=unit_id("streets"))
    alone = saved(name_fi="Katujen talvihoito", name_sv="", problem_fi="", problem_sv="")
    saved(State.MERGED)
    measures = [fresh(each) for each in (first, second, third, alone)]
    assert likeness.counts_for(measures, secretary) == {first: 2, second: 2, third: 2, alone: 0}
    # A proposer counts what they read themself.
    assert likeness.counts_for(measures, actor("proposer"))[second] == 1
    with writing():
        lineage.mark(fresh(first), fresh(second), LineageKind.SPLIT, secretary)
    counts = likeness.counts_for([fresh(first), fresh(second), fresh(third)], secretary)
    assert counts == {first: 1, second: 1, third: 2}
    assert likeness.counts_for([], secretary) == {}
