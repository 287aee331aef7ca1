"""A watch over every transaction of the tests: what the app writes, it also records.

A transaction that changes a table of the domain must add an event of the kind that the table
belongs to. What a test itself writes, to set its scene, is left alone.
"""

import re
import sys
from typing import Any

from sqlalchemy import Connection, Engine, event

from app.audit.tags import Kind
from app.config import ROOT
from app.extensions import db

KINDS: dict[str, set[Kind]] = {
    "attachment": {Kind.MEASURE},
    "attendance": {Kind.MEETING},
    "board_change": {Kind.PROGRAMME, Kind.ROADMAP},
    "board_decision": {Kind.PROGRAMME, Kind.ROADMAP},
    "board_proposal": {Kind.PROGRAMME, Kind.ROADMAP},
    "carry_over": {Kind.MEASURE},
    "classification_value": {Kind.CLASSIFICATION},
    "bulk_action": {Kind.BULK_ACTION},
    "comment": {Kind.MEASURE},
    "credential": {Kind.PERSON},
    "criterion": {Kind.ROUND},
    "decision": {Kind.MEASURE},
    "disqualification": {Kind.MEASURE},
    "entry": {Kind.MEASURE},
    "former_code": {Kind.MEASURE},
    "identity": {Kind.PERSON},
    "item": {Kind.MEASURE, Kind.ROADMAP},
    "lineage": {Kind.MEASURE},
    "measure": {Kind.MEASURE},
    "measure_post": {Kind.MEASURE},
    "measure_step": {Kind.MEASURE},
    "meeting": {Kind.MEETING},
    "other_matter": {Kind.MEETING},
    "phase_step": {Kind.PROGRAMME, Kind.ROADMAP},
    "post": {Kind.POST},
    "programme": {Kind.PROGRAMME},
    "rating": {Kind.MEASURE},
    "review": {Kind.MEASURE},
    "roadmap": {Kind.ROADMAP},
    "role_grant": {Kind.PERSON},
    "scenario": {Kind.ROUND},
    "scorer": {Kind.ROUND},
    "scoring_round": {Kind.ROUND},
    "snapshot": {Kind.PROGRAMME, Kind.ROADMAP},
    "status_report": {Kind.MEASURE},
    "theme": {Kind.PROGRAMME},
    "unit": {Kind.UNIT},
    "user_account": {Kind.PERSON},
}
"""What an event is about, of which one at least stands beside a change of the table."""

UNRECORDED = {
    "audit_event": "it is the record",
    "attachment_content": "the file that it belongs to is recorded, with its digest",
    "audit_values": "they are the record's, and what erases them is recorded",
    "bulk_change": "each of the proposals has a step that is recorded",
    "date_reminder": "it keeps a reminder from being sent twice",
    "invitation": "that one was made is recorded; a token that was used or is too old goes",
    "kept_form": "it is kept for its sender until they sign in again",
    "likeness": "the lemmas follow from the texts of the measure",
    "mail_run": "it says when the job ran last",
    "measure_word": "the words follow from the texts of the measure",
    "message": "what it tells of is recorded; what becomes of it is seen in the outbox",
    "receipt": "it keeps a form from being sent twice",
    "revision": "it counts the changes",
    "session": "signing in, signing out and ending sessions are recorded, their use is not",
    "sign_in_failure": "it counts towards the delay, and goes in a while",
    "working_copy": "it is its writer's alone and changes no proposal until they save",
}
"""Tables that change without an event, and why."""

_WRITE = re.compile(r"\s*(INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) \"?(\w+)")
_SET = re.compile(r"(\w+)\s*=")
_APP, _MIGRATIONS = f"{ROOT}/app/", f"{ROOT}/migrations/"
_TRANSACTIONS = f"{_APP}core/database.py"
_WRITTEN, _RECORDED = "tables that must be recorded", "kinds of the events"


def watch(engine: Engine) -> None:
    """Let a transaction of the app that changes something without recording it fail."""

    @event.listens_for(engine, "before_cursor_execute")
    def note(
        connection: Connection,
        _cursor: object,
        statement: str,
        _: object,
        context: Any,
        *_rest: Any,
    ) -> None:
        if not (match := _WRITE.match(statement)):
            return
        verb, table = match.groups()
        if table == "audit_event" and context.compiled:
            kinds = {given.get("kind") for given in context.compiled_parameters}
            connection.info.setdefault(_RECORDED, set()).update(kinds)
        elif table in KINDS and not _only_unrecorded(verb, table, statement) and _is_of_the_app():
            connection.info.setdefault(_WRITTEN, set()).add(table)

    @event.listens_for(engine, "commit")
    def check(connection: Connection) -> None:
        written = connection.info.pop(_WRITTEN, set())
        recorded = connection.info.pop(_RECORDED, set())
        silent = sorted(table for table in written if not KINDS[table] & recorded)
        assert not silent, f"changed and not recorded: {', '.join(silent)}"

    @event.listens_for(engine, "rollback")
    def forget(connection: Connection) -> None:
        connection.info.pop(_WRITTEN, None)
        connection.info.pop(_RECORDED, None)


def _only_unrecorded(verb: str, table: str, statement: str) -> bool:
    """Tell whether a statement sets but columns that are marked as not recorded."""
    if verb != "UPDATE":
        return False
    columns = db.metadata.tables[table].columns
    names = _SET.findall(statement.partition(" SET ")[2].partition(" WHERE ")[0])
    return bool(names) and all(columns[name].info.get("unrecorded") for name in names)


def _is_of_the_app() -> bool:
    """Tell whether code of the app wants this written, and neither a migration nor a test."""
    frame = sys._getframe(1)
    while frame.f_back:
        frame = frame.f_back
        path = frame.f_code.co_filename
        if path.startswith(_MIGRATIONS):
            return False
        if path.startswith(_APP) and path != _TRANSACTIONS:
            return True
    return False
