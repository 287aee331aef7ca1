"""What can happen to files; each operation flushes and leaves the commit to its caller."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert

from app.attachments import queries
from app.attachments.contents import kind_of
from app.attachments.models import Attachment, Content
from app.attachments.names import kind_by, tidy_name
from app.attachments.states import FileKind
from app.attachments.unfit import Unfit
from app.attachments.workflow import may_attach, publicities, reason_not_to_attach
from app.audit.operations import given, record, record_difference, values_of
from app.audit.tags import Kind, Tag
from app.core import clock, idempotency
from app.core.errors import Refused
from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import Publicity

MOST = 20
"""How many files a measure has at most."""

LARGEST = 10 * 1024 * 1024
"""Bytes of a file at most."""


class Checked(NamedTuple):
    """A file that is fit to be added."""

    name: str
    kind: FileKind
    data: bytes
    digest: str


def checked(name: str, data: bytes) -> Checked:
    """Return a file after a look at its name and its content.

    It reads all of the content, so call it before the transaction that adds the file.

    Args:
        name: What its sender calls it.
        data: Its content, not longer than `LARGEST`.

    Raises:
        Unfit: It is not taken.
    """
    if not data:
        raise Unfit(_l("The file is empty."))
    kind = kind_of(data)
    name = tidy_name(name)
    if kind_by(name) is not kind:
        raise Unfit(
            _l(
                "By its content the file is: %(kind)s. Its name must end with .%(ending)s.",
                kind=kind.label,
                ending=kind,
            )
        )
    return Checked(name, kind, data, sha256(data).hexdigest())


def attach(
    measure: Measure,
    file: Checked,
    publicity: Publicity,
    secrecy_basis: str,
    actor: Actor,
    key: str = "",
) -> None:
    """Add a file to a measure, once however often it is sent with the same key.

    Args:
        measure: The measure, found by somebody who may read it.
        file: The file.
        publicity: Who may read it, of those who may read the measure.
        secrecy_basis: The act and the section, where it is secret.
        actor: Who adds it.
        key: The key of the form. Going back to it and sending another file adds that one too.

    Raises:
        Refused: The actor may not; the measure has as many files as it may have, or this one.
    """
    # Of two that add at the same time the second waits here, and counts the file of the first.
    db.session.refresh(measure, with_for_update=True)
    key = idempotency.key_with(key, file.digest)
    if idempotency.earlier_result(actor, key) is not None:
        return
    _must_attach(measure, actor)
    _must_set(publicity, secrecy_basis, actor)
    if same := queries.same_as(measure.id, file.digest, actor):
        raise Refused(_l("The same file is here already as “%(name)s”.", name=same.name))
    if queries.count(measure.id) >= MOST:
        raise Refused(
            _l("A measure has at most %(most)d files. Remove one before you add more.", most=MOST)
        )
    row = Attachment(
        measure_id=measure.id,
        name=file.name,
        kind=file.kind,
        size=len(file.data),
        digest=file.digest,
        publicity=publicity,
        secrecy_basis=secrecy_basis if publicity is Publicity.SECRET else "",
        added_by_id=actor.user_id,
        added_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    db.session.execute(insert(Content), [{"attachment_id": row.id, "data": file.data}])
    record(Tag.FILE_ADDED, actor, Kind.MEASURE, measure.id, after=given(_values(row)))
    idempotency.keep_result(actor, key, str(row.id))


def set_publicity(
    file: Attachment, measure: Measure, publicity: Publicity, secrecy_basis: str, actor: Actor
) -> None:
    """Set who may read a file, of those who may read its measure.

    Raises:
        Refused: The actor may not touch the files of the measure now, or not set that.
    """
    _take_turn(measure, file)
    _must_attach(measure, actor)
    _must_set(publicity, secrecy_basis, actor, file.publicity)
    before = _values(file)
    file.publicity = publicity
    file.secrecy_basis = secrecy_basis if publicity is Publicity.SECRET else ""
    db.session.flush()
    record_difference(
        Tag.FILE_CHANGED,
        actor,
        Kind.MEASURE,
        measure.id,
        before,
        _values(file),
        naming=("attachment_id",),
    )


def remove(file: Attachment, measure: Measure, actor: Actor) -> None:
    """Remove a file: its content goes, its row stays for the record. A second time nothing happens.

    Raises:
        Refused: The actor may not touch the files of the measure now, or the file is public.
    """
    _take_turn(measure, file)
    _must_attach(measure, actor)
    if Publicity.SECRET not in publicities(actor, file.publicity):
        raise Refused(_l("The file is public. Ask the secretary to remove it."))
    if file.removed_at is not None:
        return
    file.removed_at = clock.now()
    db.session.execute(delete(Content).where(Content.attachment_id == file.id))
    db.session.flush()
    record(Tag.FILE_REMOVED, actor, Kind.MEASURE, measure.id, before={"attachment_id": file.id})


def _values(row: Attachment) -> Mapping[str, Any]:
    """Return what the record keeps of a file; it is named by its id."""
    return {"attachment_id": row.id, **values_of(row)}


def _take_turn(measure: Measure, file: Attachment) -> None:
    """Let what is done to a file at once come one after the other, and read both anew."""
    db.session.refresh(measure, with_for_update=True)
    db.session.refresh(file)


def _must_attach(measure: Measure, actor: Actor) -> None:
    if not may_attach(measure, actor):
        raise Refused(reason_not_to_attach(measure))


def _must_set(
    publicity: Publicity,
    secrecy_basis: str,
    actor: Actor,
    now: Publicity = Publicity.NOT_YET_PUBLIC,
) -> None:
    if publicity not in publicities(actor, now):
        raise Refused(_l("Your role does not include setting this publicity."))
    if publicity is Publicity.SECRET and not secrecy_basis:
        raise Refused(_l("Give the act and the section of the secrecy."))
