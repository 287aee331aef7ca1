import enum

import pytest
import sqlalchemy as sa

from app.core.enums import Labelled, enum_type


class Colour(Labelled):
    RED = "red", "punainen", "warm"
    BLUE = "blue", "sininen"


def test_member_is_its_value_and_carries_label_and_badge() -> None:
    assert Colour.RED == "red"
    assert (Colour.RED.label, Colour.RED.badge) == ("punainen", "warm")
    assert Colour.BLUE.badge == ""
    assert Colour("blue") is Colour.BLUE


@pytest.mark.parametrize("text", ["", "RED", "green", None])
def test_parse_knows_no_other_text(text: str | None) -> None:
    assert Colour.parse(text) is None


def test_parse_finds_a_member() -> None:
    assert Colour.parse("red") is Colour.RED


def test_column_keeps_values_and_checks_them_by_name() -> None:
    metadata = sa.MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"})
    table = sa.Table("car", metadata, sa.Column("colour", enum_type(Colour, "colour")))
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.execute(table.insert().values(colour=Colour.BLUE))
        assert connection.scalar(sa.text("SELECT colour FROM car")) == "blue"
        assert connection.scalar(sa.select(table.c.colour)) is Colour.BLUE
        with pytest.raises(sa.exc.IntegrityError, match="ck_car_colour"):
            connection.execute(sa.text("INSERT INTO car VALUES ('green')"))
    engine.dispose()


def test_column_also_takes_a_plain_enum() -> None:
    class Side(enum.StrEnum):
        LEFT = "left"

    assert enum_type(Side, "side").enums == ["left"]
