"""Words for whatever is recorded: tags, columns, values, and the differences of texts."""

import json

import pytest
from sqlalchemy import select

from app.accounts.models import Unit
from app.audit.tags import Kind, Tag
from app.core.differences import Part, difference
from app.extensions import db
from app.history import choices, fields, wording
from app.history.names import TABLES
from tests.client import sign_in_as
from tests.history.logs import happen, many, read

# What no event holds as it is: the record itself, what is worked out, sessions and what surrounds
# them, steps, which events repeat, ratings, which stand in their review, and comments, whose text
# goes when it is removed.
NEVER_RECORDED = {
    "BulkAction",
    "BulkChange",
    "Comment",
    "Content",
    "DateReminder",
    "Event",
    "Invitation",
    "KeptForm",
    "Likeness",
    "MailRun",
    "MeasureWord",
    "Message",
    "Rating",
    "Receipt",
    "Revision",
    "PhaseStep",
    "Session",
    "SignInFailure",
    "Step",
    "Values",
    "WorkingCopy",
}


def recorded_columns() -> set[str]:
    return {
        attribute.key
        for mapper in db.Model.registry.mappers
        if mapper.class_.__name__ not in NEVER_RECORDED
        for attribute in mapper.column_attrs
        if not attribute.columns[0].info.get("unrecorded") and not attribute.columns[0].primary_key
    }


def test_every_tag_stands_in_one_group() -> None:
    grouped = [tag for tags in choices.TAG_GROUPS.values() for tag in tags]
    assert sorted(grouped) == sorted(Tag)


def test_every_kind_with_rows_is_a_table() -> None:
    assert set(TABLES.values()) <= set(db.metadata.tables)
    assert set(Kind) - TABLES.keys() == {Kind.PAGE, Kind.RECORD}


def test_every_recorded_column_has_a_label() -> None:
    without = {name for name in recorded_columns() if fields.base_of(name)[0] not in fields.LABELS}
    assert without == set()


def test_a_name_that_is_no_column_stands_for_itself(app) -> None:
    assert fields.label_of("no_such_column") == "no_such_column"
    assert fields.label_of("fi") == "fi"


@pytest.mark.parametrize("lang", ["fi", "sv"])
def test_every_tag_and_kind_is_shown_in_words(client, actor, lang: str) -> None:
    who = actor("secretary")
    for tag in Tag:
        happen(tag, who, Kind.RECORD, after={"reason": "syy"})
    for kind in Kind:
        happen(Tag.EXPORTED, who, kind, 999_999, before={"name": "x"}, after={})
    sign_in_as(client, "administrator")
    shown = [entry.text for page in (1, 2, 3) for entry in read(client.get(_page(page, lang)))]
    with client.application.test_request_context(f"/?lang={lang}"):
        labels = [str(tag.label) for tag in Tag]
    assert len(set(labels)) == len(Tag)
    for label in labels:
        assert any(f"{label} " in text for text in shown), label


def _page(number: int, lang: str) -> str:
    return f"/record?page={number}&lang={lang}"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("cost_once", None, "ei annettu"),
        ("cost_once", 0, "0\N{NO-BREAK SPACE}€"),
        ("cost_once", 12_500, "12\N{NO-BREAK SPACE}500\N{NO-BREAK SPACE}€"),
        ("partners", "", "tyhjä"),
        ("retired", False, "ei"),
        ("retired", True, "kyllä"),
        ("impact", "M", "M – keskisuuri"),
        ("state", "returned", "palautettu täydennettäväksi"),
        ("outcome", "approved_with_changes", "hyväksytty muutettuna"),
        ("publicity", "no such publicity", "no such publicity"),
        ("legal_deadline", "2026-12-02", "2.12.2026"),
        ("expires_at", "2026-07-01T21:30:00", "2.7.2026 klo 0.30"),
        ("starts_at", "09:05:00", "9.05"),
        ("first_year", 2026, "2026"),
        ("language", "sv", "ruotsi"),
        ("what", "sessions", "Istunnot viimeisestä käytöstä lukien"),
        ("up_to", "2026-01-31T22:00:00", "1.2.2026 klo 0.00"),
        ("from", "2026-02-01", "1.2.2026"),
        ("from", "x", "x"),
        ("unit_id", 1, "Palvelut"),
        ("unit_id", 999_999, "nro 999999"),
        ("measure_id", 999_999, "toimenpide (nro 999999)"),
        ("theme_id", 1, "A Palvelut"),
        ("holder_id", 1, "Ville Esimerkki"),
        ("action", "read_record", "lukea tapahtumalokia"),
        ("post_id", [1, 2], "Palvelujohtaja\nTekninen johtaja"),
        (
            "criteria",
            [{"weight": 3, "name_fi": "Hyöty"}],
            "Nimi (suomeksi): Hyöty; Painokerroin: 3",
        ),
        ("name_fi", "<b>&", "<b>&"),
        ("no_such_column", {"a": None}, "a: ei annettu"),
    ],
)
def test_values_are_read_in_words(app, actor, name: str, value: object, text: str) -> None:
    table = fields.table_of(name)
    ids = value if isinstance(value, list) else [value]
    wanted = {table: ids} if table else {}
    with app.test_request_context("/?lang=fi"):
        names = wording.names_of(wanted, actor("administrator"), "fi")
        assert wording.value_of(name, value, names, "fi").text == text


def test_only_what_is_there_is_given(app) -> None:
    with app.test_request_context("/?lang=fi"):
        given = [wording.value_of("x", value, {}, "fi").is_given for value in (None, "", 0, False)]
    assert given == [False, False, True, True]


def test_a_text_in_one_language_says_which(app) -> None:
    with app.test_request_context("/?lang=fi"):
        assert wording.value_of("name_sv", "Namn", {}, "fi").lang == "sv"
        assert wording.value_of("legal_act", "Laki", {}, "fi").lang == ""


def words(before: str, after: str) -> list[tuple[str, str]]:
    return [(segment.part.value, segment.text) for segment in difference(before, after)]


def test_a_difference_shows_the_words_that_changed() -> None:
    assert words("yksi kaksi kolme neljä", "yksi kaksi aivan neljä viisi") == [
        ("kept", "yksi kaksi "),
        ("removed", "kolme "),
        ("added", "aivan "),
        ("kept", "neljä "),
        ("added", "viisi"),
    ]


def test_a_difference_at_the_end_keeps_the_space_before_it() -> None:
    shorter, longer = "Yksi kaksi.", "Yksi kaksi. Kolme."
    assert words(longer, shorter) == [("kept", "Yksi kaksi. "), ("removed", "Kolme.")]
    assert words(shorter, longer) == [("kept", "Yksi kaksi. "), ("added", "Kolme.")]


def test_a_difference_leaves_out_the_middle_of_what_stayed() -> None:
    text = " ".join(str(number) for number in range(100))
    shown = words(f"alku {text} loppu", f"uusi {text} uusi")
    assert ("left_out", "") in shown
    kept = [part[1].split() for part in shown if part[0] == "kept"]
    assert kept == [[str(n) for n in range(8)], [str(n) for n in range(92, 100)]]


@pytest.mark.parametrize(
    ("before", "after"), [("yksi kaksi", "kolme neljä"), ("a b", "a  b"), ("a " * 4000, "b")]
)
def test_texts_with_little_in_common_stand_one_after_the_other(before: str, after: str) -> None:
    assert [segment.part for segment in difference(before, after)] == [Part.REMOVED, Part.ADDED]


def test_a_new_line_is_a_difference() -> None:
    assert ("added", "kaksi\n") in words("yksi kaksi kolme", "yksi kaksi\nkolme")


def test_names_of_a_page_are_asked_for_once_a_table(client, actor, query_counter) -> None:
    sign_in_as(client, "administrator")
    administrator = actor("administrator").user_id
    unit_ids = db.session.scalars(select(Unit.id)).all()
    counts = []
    for count in (1, 2, 997):
        for unit_id in unit_ids:
            after = json.dumps({"parent_id": unit_id, "name_fi": "x"})
            many(count, Tag.UNIT_EDITED, Kind.UNIT, unit_id, administrator, after)
        with query_counter() as statements:
            assert len(read(client.get("/record?kind=unit"))) <= 50
        counts.append(len(statements))
    assert len(set(counts)) == 1, counts
