"""What the things are called that events speak of, so far as the reader may know it."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Post, Unit, User
from app.attachments.models import Attachment
from app.attachments.queries import readable_by
from app.audit.tags import Kind
from app.config import Language
from app.core.bilingual import Text, text_of
from app.core.i18n import format_date, format_moment, person_name
from app.core.policy import Actor
from app.desk.models import BulkAction
from app.extensions import Model, db
from app.measures.models import Entry, Measure
from app.measures.queries import visible_to
from app.meetings.models import Meeting
from app.programmes.models import Programme, Roadmap, Theme
from app.roadmaps.models import BoardDecision, Item
from app.scoring.models import Criterion, Round
from app.vocabulary.models import ClassificationValue

Names = Mapping[tuple[str, int], Text]
"""Names by table and id; what is gone, or hidden from the reader, is missing."""

TABLES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.BULK_ACTION: BulkAction.__tablename__,
        Kind.CLASSIFICATION: ClassificationValue.__tablename__,
        Kind.MEASURE: Measure.__tablename__,
        Kind.MEETING: Meeting.__tablename__,
        Kind.PERSON: User.__tablename__,
        Kind.POST: Post.__tablename__,
        Kind.PROGRAMME: Programme.__tablename__,
        Kind.ROADMAP: Roadmap.__tablename__,
        Kind.ROUND: Round.__tablename__,
        Kind.UNIT: Unit.__tablename__,
    }
)
"""Where the subjects of each kind stand; a kind without a table has no single subjects."""


_Query = Callable[[list[int], Actor], Any]
_Namer = Callable[[Any, Language], Text]


def _rows(model: type[Model], *columns: str) -> _Query:
    """Return what makes the query for some columns of a model's rows."""
    wanted = [getattr(model, name) for name in ("id", *columns)]
    return lambda ids, _actor: select(*wanted).where(wanted[0].in_(ids))


def _twin(model: type[Model], name: str = "name") -> tuple[_Query, _Namer]:
    """Return how to name the rows of a model by their twin columns."""
    return _rows(model, f"{name}_fi", f"{name}_sv"), lambda row, lang: text_of(row, name, lang)


def _measures(ids: list[int], actor: Actor) -> Any:
    query = select(Measure.id, Measure.name_fi, Measure.name_sv)
    return query.where(Measure.id.in_(ids), visible_to(actor))


def _entries(ids: list[int], actor: Actor) -> Any:
    query = select(Entry.id, Measure.name_fi, Measure.name_sv)
    query = query.join(Measure, Measure.id == Entry.measure_id)
    return query.where(Entry.id.in_(ids), visible_to(actor))


def _files(ids: list[int], actor: Actor) -> Any:
    query = select(Attachment.id, Attachment.name)
    query = query.join(Measure, Measure.id == Attachment.measure_id)
    return query.where(Attachment.id.in_(ids), readable_by(actor))


def _rounds(ids: list[int], _actor: Actor) -> Any:
    query = select(Round.id, Roadmap.year).join(Roadmap, Roadmap.id == Round.roadmap_id)
    return query.where(Round.id.in_(ids))


def _items(ids: list[int], actor: Actor) -> Any:
    query = select(Item.id, Roadmap.year, Entry.code, Measure.name_fi, Measure.name_sv)
    query = query.join(Roadmap, Roadmap.id == Item.roadmap_id)
    query = query.join(Entry, Entry.id == Item.entry_id)
    query = query.join(Measure, Measure.id == Entry.measure_id)
    return query.where(Item.id.in_(ids), visible_to(actor))


def _named_measure(row: Any, lang: Language) -> Text:
    return text_of(row, "name", lang)


def _theme(row: Any, lang: Language) -> Text:
    name = text_of(row, "name", lang)
    return name._replace(value=f"{row.code} {name.value}")


def _item(row: Any, lang: Language) -> Text:
    of = row.code or text_of(row, "name", lang).value
    text = _("%(measure)s, digital roadmap %(year)s", measure=of, year=row.year)
    return Text(text, lang, is_other=False)


def _file(row: Any, lang: Language) -> Text:
    return Text(row.name, lang, is_other=False)


def _person(row: Any, lang: Language) -> Text:
    return Text(person_name(row.name), lang, is_other=False)


def _year(row: Any, lang: Language) -> Text:
    return Text(str(row.year), lang, is_other=False)


def _meeting(row: Any, lang: Language) -> Text:
    text = _("meeting %(number)s, %(date)s", number=row.number, date=format_date(row.held_on))
    return Text(text, lang, is_other=False)


def _handled(row: Any, lang: Language) -> Text:
    return Text(format_moment(row.made_at), lang, is_other=False)


def _decided(row: Any, lang: Language) -> Text:
    return Text(format_date(row.decided_on), lang, is_other=False)


_QUERIES: Mapping[str, tuple[_Query, _Namer]] = MappingProxyType(
    {
        Attachment.__tablename__: (_files, _file),
        BulkAction.__tablename__: (_rows(BulkAction, "made_at"), _handled),
        BoardDecision.__tablename__: (_rows(BoardDecision, "decided_on"), _decided),
        ClassificationValue.__tablename__: _twin(ClassificationValue),
        Criterion.__tablename__: _twin(Criterion),
        Entry.__tablename__: (_entries, _named_measure),
        Item.__tablename__: (_items, _item),
        Measure.__tablename__: (_measures, _named_measure),
        Meeting.__tablename__: (_rows(Meeting, "number", "held_on"), _meeting),
        Post.__tablename__: _twin(Post, "title"),
        Programme.__tablename__: _twin(Programme),
        Roadmap.__tablename__: (_rows(Roadmap, "year"), _year),
        Round.__tablename__: (_rounds, _year),
        Theme.__tablename__: (_rows(Theme, "code", "name_fi", "name_sv"), _theme),
        Unit.__tablename__: _twin(Unit),
        User.__tablename__: (_rows(User, "name"), _person),
    }
)
"""How the rows of each table are named."""


def names_of(wanted: Mapping[str, Collection[int]], actor: Actor, lang: Language) -> Names:
    """Return the names of rows for a reader, with one query for each table.

    Args:
        wanted: Ids by table.
        actor: The reader.
        lang: Their language.
    """
    return {
        (table, row.id): name(row, lang)
        for table, (query, name) in _QUERIES.items()
        if wanted.get(table)
        for row in db.session.execute(query(sorted(wanted[table]), actor))
    }


def without_name(table: str, number: int, lang: Language) -> Text:
    """Return what to call something whose name is gone or hidden from the reader."""
    if table == Measure.__tablename__:
        text = _("a measure (no. %(number)s)", number=number)
    else:
        text = _("no. %(number)s", number=number)
    return Text(text, lang, is_other=False)
