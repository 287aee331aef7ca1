"""Erasing people and letting go of what is old, on PostgreSQL."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from app.accounts import erasure, queries
from app.accounts.models import User
from app.audit.models import Event, Values
from app.audit.verification import first_fault
from app.core import clock
from app.core.database import writing
from app.extensions import db
from app.history import retention


def test_all_but_one_can_be_erased_and_all_that_is_old_goes(demo_app: Flask, actor) -> None:
    administrator = actor("administrator")
    others = select(User.id).where(User.id != administrator.user_id, User.erased_on.is_(None))
    people = db.session.scalars(others).all()
    assert len(people) > 8
    for person_id in people:
        with writing():
            erasure.erase(queries.user(person_id), administrator)
    names = select(User.name).where(User.id != administrator.user_id).distinct()
    assert db.session.scalars(names).all() == [""]
    settings, later = demo_app.config["SETTINGS"], clock.now() + timedelta(days=4000)
    expected = {each.kept.name: each.number for each in retention.due(settings, later)}
    assert expected["personal values"] > 0
    assert {each.kept.name: each.number for each in retention.let_go(settings, later)} == expected
    assert sum(each.number for each in retention.let_go(settings, later)) == 0
    personal = select(func.count()).select_from(Values).join(Event)
    assert db.session.scalar(personal.where(Event.person_id.is_not(None))) == 0
    assert first_fault() is None
