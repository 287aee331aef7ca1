"""Import of people: what files say, what is wrong in them, what is written and what is not."""

import io
import re
from base64 import urlsafe_b64encode
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.accounts import operations, people_import, roles
from app.accounts.models import Identity, RoleGrant, Unit, User
from app.accounts.operations import INSTALLER, KEY
from app.accounts.people_file import COLUMNS, LARGEST, parse
from app.accounts.people_import import IMPORTER
from app.audit.models import Event
from app.core import clock
from app.core.database import writing
from app.core.policy import Role
from app.extensions import db
from tests.html import document_of, elements

UNITS = {
    "library": Unit(id=1, key="library", retired=False),
    "mill": Unit(id=2, key="mill", retired=True),
}


def user(key: str) -> User:
    return db.session.scalars(select(User).where(User.key == key)).one()


def plan(text: str, actor=IMPORTER):
    return people_import.plan_import(text.encode(), actor, clock.today(), "fi")


def apply(text: str, actor=IMPORTER):
    with writing():
        made = plan(text, actor)
        people_import.apply_plan(made, actor, "fi")
    return made


def counts() -> list[int]:
    return [
        db.session.scalar(select(func.count()).select_from(table))
        for table in (User, RoleGrant, Identity, Event)
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_is_read_as_programs_write_it(separator: str, mark: bytes) -> None:
    rows = [["Name", " KEY "], ["Äijä, Å;sa", "Anna.Ä".replace("Ä", "a")]]
    text = "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    sheet = parse(mark + text.encode(), UNITS)
    assert sheet.faults == []
    assert [(row.key, row.name) for row in sheet.rows] == [("anna.a", "Äijä, Å;sa")]


def test_all_cells_of_a_row(app) -> None:
    text = (
        "subject,issuer,last_day,first_day,roles,unit,language,email,name,key\n"
        "s1,https://id,31.12.2027,2027-01-02,viewer | PROPOSER;viewer,library,sv,a@b.fi,A B,a\n"
    )
    [row] = parse(text.encode(), UNITS).rows
    assert row.roles == (Role.VIEWER, Role.PROPOSER)
    assert (row.first_day, row.last_day) == (date(2027, 1, 2), date(2027, 12, 31))
    assert (row.unit, row.language, row.email) == ("library", "sv", "a@b.fi")
    assert (row.issuer, row.subject) == ("https://id", "s1")


FAULTS = {
    "nothing": ("", "line 1, column key: the file is empty"),
    "header alone": ("key,name\n", "line 1, column key: there are no rows"),
    "missing column": ("key\na\n", "line 1, column name: the column is missing"),
    "unknown column": ("key,name,age\na,b,3\n", "line 1, column age: unknown column"),
    "column twice": ("key,name,key\na,b,c\n", "line 1, column key: the column stands here twice"),
    "cell too few": ("key,name,email\na,b\n", "line 2, column email: the row has 2 cells"),
    "bad key": ("key,name\nä,b\n", "line 2, column key: A sign-in name is made of"),
    "no key": ("key,name\n,b\n", "line 2, column key: the cell is empty"),
    "no name": ("key,name\na,\n", "line 2, column name: the cell is empty"),
    "bad e-mail": ("key,name,email\na,b,c\n", "line 2, column email: “c” is not an e-mail"),
    "bad language": ("key,name,language\na,b,en\n", "column language: “en” is not a language"),
    "bad unit": ("key,name,unit\na,b,x\n", "line 2, column unit: “x” is not the key of a unit"),
    "retired unit": ("key,name,unit\na,b,mill\n", "line 2, column unit: The unit is retired"),
    "bad role": ("key,name,roles\na,b,viewer king\n", "column roles: “king” is not a role"),
    "bad day": ("key,name,last_day\na,b,31.2.2027\n", "column last_day: “31.2.2027” is not a day"),
    "days turned": (
        "key,name,first_day,last_day\na,b,2027-02-02,2027-02-01\n",
        "line 2, column last_day: The last day is before",
    ),
    "half an identity": ("key,name,issuer,subject\na,b,c,\n", "column subject: issuer and subject"),
    "key twice": ("key,name\na,b\nA,c\n", "line 3, column key: “a” stands already on line 2"),
    "subject twice": (
        "key,name,issuer,subject\na,b,i,s\nc,d,i,s\n",
        "line 3, column subject: “s” stands already on line 2",
    ),
    "cut off": ('key,name\na,"b', "line 2: from here on the file is not valid CSV"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_is_said_with_its_place(app, name: str) -> None:
    text, said = FAULTS[name]
    faults = parse(text.encode(), UNITS).faults
    assert [said in str(fault) for fault in faults] == [True], [str(fault) for fault in faults]


def test_bytes_of_another_encoding_are_named(app) -> None:
    [fault] = parse("key,name\na,Åsa\n".encode("latin-1"), UNITS).faults
    assert "line 2, column name: “\\udcc5sa” is not encoded in UTF-8" in str(fault)


@given(data=st.binary(max_size=300))
def test_no_bytes_break_the_reading(data: bytes) -> None:
    sheet = parse(data, UNITS)
    assert sheet.faults or sheet.rows


cell = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12)


@given(rows=st.lists(st.tuples(*[cell] * len(COLUMNS)), min_size=1, max_size=4))
def test_what_is_accepted_follows_the_rules(rows) -> None:
    out = io.StringIO()
    quoted = [[f'"{value.replace(chr(34), chr(34) * 2)}"' for value in row] for row in rows]
    out.write("\n".join(",".join(row) for row in [list(COLUMNS), *quoted]))
    sheet = parse(out.getvalue().encode(), UNITS)
    faulty = {fault.line for fault in sheet.faults}
    for row in sheet.rows:
        if row.line not in faulty:
            assert KEY.fullmatch(row.key)
            assert row.name == " ".join(row.name.split())
            assert row.unit in {"", "library"}
            assert bool(row.issuer) == bool(row.subject)


def test_an_import_adds_and_changes_and_a_second_one_does_nothing(app) -> None:
    text = (
        "key,name,email,language,unit,roles,issuer,subject\n"
        "uuno,Uuno Uusi,uuno@example.org,sv,library,proposer viewer,https://id,u1\n"
        "member,Matti Malli,,,streets,,,\n"
        "viewer,Ville Esimerkki,,,,,,\n"
    )
    made = apply(text)
    kinds = (made.added, made.changed, made.unchanged)
    assert [[each.row.key for each in kind] for kind in kinds] == [["uuno"], ["member"], ["viewer"]]
    uuno = user("uuno")
    assert (uuno.language, uuno.email, {grant.role for grant in uuno.roles}) == (
        "sv",
        "uuno@example.org",
        {Role.PROPOSER, Role.VIEWER},
    )
    assert user("member").unit_id == user("proposer2").unit_id
    assert [grant.role for grant in user("member").roles] == [Role.MEMBER]
    before = counts()
    assert not apply(text).changed
    assert counts() == before


def test_an_import_takes_nothing_away(app) -> None:
    with writing():
        member = user("member")
        member.email = "matti@example.org"
    apply("key,name,email,unit,roles\nmember,Matti Malli,,,viewer\n")
    member = user("member")
    assert member.email == "matti@example.org"
    assert member.unit_id is not None
    assert {grant.role for grant in member.roles} == {Role.MEMBER, Role.VIEWER}
    assert user("viewer").roles != []


def test_a_role_with_days_is_given_once_and_other_days_are_a_fault(app) -> None:
    text = "key,name,roles,first_day,last_day\nviewer,Ville Esimerkki,chair,2027-01-01,2027-06-30\n"
    apply(text)
    assert not plan(text).changed
    [fault] = plan(text.replace("2027-06-30", "2027-07-31")).faults
    assert (fault.line, fault.column) == (2, "roles")


def test_a_role_without_a_first_day_begins_today(app) -> None:
    apply("key,name,roles\nviewer,Ville Esimerkki,member\n")
    [grant] = [each for each in user("viewer").roles if each.role is Role.MEMBER]
    assert grant.first_day == clock.today()


def test_somebody_elses_identity_is_a_fault(app) -> None:
    with writing():
        operations.add_identity(user("member"), "https://id", "m1", INSTALLER)
    text = "key,name,issuer,subject\n{},X,https://id,m1\n"
    assert [fault.column for fault in plan(text.format("viewer")).faults] == ["subject"]
    assert [fault.column for fault in plan(text.format("new")).faults] == ["subject"]
    assert plan(text.format("member")).faults == []


def test_nobody_gives_themself_a_role_by_a_file(app, actor) -> None:
    text = "key,name,roles\nadministrator,Aino Esimerkki,chair\n"
    assert plan(text, actor("administrator")).faults == []
    with writing():
        roles.give_role(user("chair"), Role.ADMINISTRATOR, INSTALLER)
    [fault] = plan(text, actor("administrator")).faults
    assert fault.column == "roles"
    assert plan(text, actor("chair")).faults == []


def test_nothing_is_written_when_one_row_is_wrong(app, tmp_path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("key,name,unit\nuuno,Uuno Uusi,\nanna,Anna Uusi,nowhere\n")
    before = counts()
    result = app.test_cli_runner().invoke(args=["import", "people", str(path)])
    assert result.exit_code == 1
    assert "people.csv: line 3, column unit: “nowhere” is not the key of a unit" in result.stderr
    assert "nothing was written, 1 to correct" in result.stderr
    assert counts() == before


def test_the_command_says_what_it_does_and_a_dry_run_does_nothing(app, tmp_path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("key;name;roles\nuuno;Uuno Uusi;viewer\n")
    before = counts()
    run = app.test_cli_runner().invoke
    dry = run(args=["import", "people", str(path), "--dry-run"])
    assert "This was a dry run" in dry.stdout
    assert counts() == before
    wet = run(args=["import", "people", str(path)])
    assert wet.exit_code == 0
    assert dry.stdout.startswith(wet.stdout)
    assert "1 people: 1 added, 0 changed" in wet.stdout
    assert "+ line 2, uuno: Uuno Uusi" in wet.stdout
    assert user("uuno").roles != []


@pytest.fixture
def admin(client, sign_in):
    return sign_in(client, "administrator")


def upload(admin, text: str | bytes):
    data = text.encode() if isinstance(text, str) else text
    return admin.forge("/people/import", {"file": (io.BytesIO(data), "people.csv")})


def confirmation(response) -> dict[str, str]:
    """Return what the button under a plan sends."""
    [form] = [
        each
        for each in elements(document_of(response).root, "form")
        if (each.get("action") or "").endswith("/confirm")
    ]
    return {each.get("name"): each.get("value") for each in elements(form, "input")}


NEW = "key,name,roles\nuuno,Uuno Uusi,viewer\n"


def test_a_file_is_shown_then_confirmed_then_written_once(admin) -> None:
    before = counts()
    shown = upload(admin, NEW)
    assert shown.status_code == 200
    assert "Uuno Uusi" in shown.text
    assert counts() == before
    sent = confirmation(shown)
    for _press in range(2):
        assert admin.forge("/people/import/confirm", sent).status_code == 303
    assert [grant.role for grant in user("uuno").roles] == [Role.VIEWER]


def test_what_has_changed_since_is_shown_anew(admin) -> None:
    sent = confirmation(upload(admin, NEW))
    with writing():
        operations.add_user("uuno", "Uuno Toinen", "fi", [], INSTALLER)
    response = admin.forge("/people/import/confirm", sent)
    assert response.status_code == 409
    assert "Uuno Toinen → " in re.sub(r"\s+", " ", response.text)
    assert user("uuno").name == "Uuno Toinen"
    assert admin.forge("/people/import/confirm", confirmation(response)).status_code == 303
    assert user("uuno").name == "Uuno Uusi"


def test_faults_are_listed_in_the_readers_language(admin) -> None:
    response = upload(admin, "key,name,unit\nuuno,,nowhere\n")
    assert response.status_code == 422
    assert "”nowhere” ei ole yksikön tunnus" in response.text
    assert "solu on tyhjä" in response.text
    assert "/confirm" not in response.text


@pytest.mark.parametrize("data", [b"", b"x" * (LARGEST + 1)])
def test_a_file_that_is_empty_or_too_large_is_refused(admin, data) -> None:
    response = upload(admin, data)
    assert response.status_code == 422
    assert "error-summary" in response.text
    assert admin.forge("/people/import").status_code == 422


def test_a_large_file_fits_and_comes_back_whole(admin) -> None:
    # Empty rows make it large; thousands of people would only take long.
    rows = "".join(f"person-{n},Nimi {n}\n{',' * 8_500}\n" for n in range(30))
    text = f"key,name\n{rows}"
    assert LARGEST * 0.8 < len(text) <= LARGEST
    shown = upload(admin, text)
    assert shown.status_code == 200
    assert admin.forge("/people/import/confirm", confirmation(shown)).status_code == 303
    assert db.session.scalar(select(func.count(User.id))) == 40


@pytest.mark.parametrize(
    "content", ["", "%%%", "é", "AAAA=A", urlsafe_b64encode(b"x" * (LARGEST + 1)).decode()]
)
def test_a_confirmation_of_nonsense_is_refused(admin, content) -> None:
    before = counts()
    response = admin.forge("/people/import/confirm", {"content": content, "digest": "x"})
    assert response.status_code in {400, 409}
    assert counts() == before


def test_roles_held_for_a_while_from_a_file_end_by_themselves(app) -> None:
    today = clock.today()
    apply(f"key,name,roles,last_day\nviewer,Ville Esimerkki,member,{today + timedelta(days=5)}\n")
    [grant] = [each for each in user("viewer").roles if each.role is Role.MEMBER]
    assert (grant.first_day, grant.last_day) == (today, today + timedelta(days=5))
