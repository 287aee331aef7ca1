"""Rooms stand in one order, and their tables keep to it."""

import tomllib

from app.config import ROOT
from app.extensions import db


def rooms() -> list[str]:
    """Return the rooms from the first of the process to the last, as import-linter checks them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    return [layer.strip("()") for layer in reversed(layers)]


def room_of_table() -> dict[str, str]:
    """Return the room of every table."""
    return {
        mapper.local_table.name: mapper.class_.__module__.split(".")[1]
        for mapper in db.Model.registry.mappers
    }


def test_every_table_is_of_a_room() -> None:
    assert set(room_of_table()) == set(db.metadata.tables)
    assert set(room_of_table().values()) <= set(rooms())


def test_foreign_keys_point_up() -> None:
    order, home = rooms(), room_of_table()
    down = [
        f"{table.name} → {key.column.table.name}"
        for table in db.metadata.tables.values()
        for key in table.foreign_keys
        if order.index(home[key.column.table.name]) > order.index(home[table.name])
    ]
    assert down == []


def test_relationships_point_up_and_not_back() -> None:
    order = rooms()
    down = [
        str(relation)
        for mapper in db.Model.registry.mappers
        for relation in mapper.relationships
        if order.index(relation.mapper.class_.__module__.split(".")[1])
        > order.index(mapper.class_.__module__.split(".")[1])
        or relation.back_populates
    ]
    assert down == []


def test_nothing_is_called_utils() -> None:
    assert [path for path in (ROOT / "app").rglob("*util*") if path.suffix == ".py"] == []


def test_every_room_says_what_it_is_for() -> None:
    for room in rooms():
        path = ROOT / "app" / room / "__init__.py"
        if path.exists():
            assert path.read_text().startswith('"""'), room
