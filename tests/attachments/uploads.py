"""Files on their way to a measure and from it."""

import io
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, stream_encode_multipart

from app.attachments import operations
from app.attachments.models import Attachment
from app.core.database import writing
from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import Publicity
from tests.attachments.documents import pdf
from tests.client import LintingClient
from tests.forms import forms_of

Named = tuple[str, bytes]


def page_of(measure_id: int) -> str:
    return f"/measures/{measure_id}/files"


def form_data(client: LintingClient, page: str, **given: Any) -> MultiDict:
    """Return what the form of the page sends, without files."""
    form = next(form for form in forms_of(client.get(page)) if form.action == page)
    return MultiDict(form.filled(given))


def upload(client: LintingClient, measure_id: int, *files: Named, **given: Any) -> TestResponse:
    """Add files as a person does on the page of a measure's files."""
    page = page_of(measure_id)
    return send(client, page, form_data(client, page, **given), *files)


def send(client: LintingClient, page: str, data: MultiDict, *files: Named) -> TestResponse:
    """Send a form with files."""
    data = data.copy()
    sent = [FileStorage(io.BytesIO(content), name) for name, content in files]
    data.setlist("files", sent)
    # The client would put a long form into a file that it does not close.
    body, length, boundary = stream_encode_multipart(data, use_tempfile=False)
    return client.post(
        page,
        input_stream=body,
        content_length=length,
        content_type=f'multipart/form-data; boundary="{boundary}"',
    )


def attached(
    actor: Actor,
    measure_id: int,
    name: str = "liite.pdf",
    data: bytes = b"",
    publicity: Publicity = Publicity.NOT_YET_PUBLIC,
    basis: str = "",
) -> int:
    """Add a file to a measure, and return its id; its content is made of its name if not given."""
    file = operations.checked(name, data or pdf(name.encode("ascii", "ignore").decode()))
    with writing():
        measure = db.session.get_one(Measure, measure_id)
        operations.attach(measure, file, publicity, basis, actor)
        return db.session.scalars(select(Attachment.id).order_by(Attachment.id.desc())).first()


def names_on(measure_id: int) -> list[str]:
    """Return the names of the files that a measure has."""
    query = select(Attachment.name).where(
        Attachment.measure_id == measure_id, Attachment.removed_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(Attachment.id)))
