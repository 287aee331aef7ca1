"""The floor that the tool is measured against: the least that Flask and SQLAlchemy can do.

GET / reads 26 rows from SQLite into a table; POST / writes a review with three ratings in one
transaction that is as durable as the tool's own. Nothing else is here: no sign-in, no
translations, no compression. DATABASE_URL says which file it uses.
"""

import os
import sqlite3

from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, ForeignKey, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ROWS = 26

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Floor</title></head>
<body>
<h1>Floor</h1>
<table>
<tr><th>Code</th><th>Name</th><th>Status</th></tr>
{% for measure in measures %}
<tr><td>{{ measure.code }}</td><td>{{ measure.name }}</td><td>{{ measure.status }}</td></tr>
{% endfor %}
</table>
</body>
</html>
"""


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)


class Measure(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    status: Mapped[str]


class Review(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), index=True)
    comment: Mapped[str]


class Rating(db.Model):
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), primary_key=True)
    criterion: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int]


def prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL", "sqlite://")
db.init_app(app)
template = app.jinja_env.from_string(PAGE)
with app.app_context():
    event.listen(db.engine, "connect", prepare)
    event.listen(db.engine, "begin", begin)


@app.get("/")
def page() -> str:
    measures = db.session.scalars(db.select(Measure).order_by(Measure.code)).all()
    return render_template(template, measures=measures)


@app.post("/")
def review() -> tuple[str, int]:
    db.session.connection(execution_options={"immediate": True})
    review = Review(measure_id=1, comment="A comment of one sentence.")
    db.session.add(review)
    db.session.flush()
    db.session.add_all(
        Rating(review_id=review.id, criterion=number, value=number) for number in (1, 2, 3)
    )
    db.session.commit()
    return "", 204


def fill() -> None:
    """Create the tables and the rows; run once, before the server starts."""
    with app.app_context():
        db.create_all()
        db.session.add_all(
            Measure(code=f"A{number}", name=f"Measure number {number}", status="started")
            for number in range(1, ROWS + 1)
        )
        db.session.commit()


if __name__ == "__main__":
    fill()
