"""docs/security.md answers every requirement, and the tests that it names are there."""

import ast
import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

# The requirements of levels 1 and 2 in the chapters on files, authentication, sessions and
# authorisation of the OWASP ASVS 5.0.0.
REQUIREMENTS = {
    *("5.1.1", "5.2.1", "5.2.2", "5.2.3", "5.3.1", "5.3.2", "5.4.1", "5.4.2", "5.4.3"),
    *("6.1.1", "6.1.2", "6.1.3"),
    *(f"6.2.{number}" for number in range(1, 13)),
    *("6.3.1", "6.3.2", "6.3.3", "6.3.4"),
    *("6.4.1", "6.4.2", "6.4.3", "6.4.4"),
    *(f"6.5.{number}" for number in range(1, 6)),
    *("6.6.1", "6.6.2", "6.6.3"),
    *("6.8.1", "6.8.2", "6.8.3", "6.8.4"),
    *("7.1.1", "7.1.2", "7.1.3"),
    *("7.2.1", "7.2.2", "7.2.3", "7.2.4"),
    *("7.3.1", "7.3.2"),
    *("7.4.1", "7.4.2", "7.4.3", "7.4.4", "7.4.5"),
    *("7.5.1", "7.5.2", "7.6.1", "7.6.2"),
    *("8.1.1", "8.1.2", "8.2.1", "8.2.2", "8.2.3", "8.3.1", "8.4.1"),
}


def answers() -> dict[str, str]:
    """Return the answer to each requirement as the page gives it."""
    page = (PROJECT / "docs/security.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| (\d\.\d\.\d+) .*? \| [12] \| (.+) \|$", page, re.M))


def test_every_requirement_is_answered() -> None:
    assert answers().keys() == REQUIREMENTS


def test_every_answer_is_a_test_a_document_or_a_reason() -> None:
    beginning = re.compile(r"`test_|Reason: |\[")
    assert [each for each, text in answers().items() if not beginning.match(text)] == []


def test_every_test_that_is_named_is_there() -> None:
    there = {
        node.name
        for path in (PROJECT / "tests").glob("*/test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    named = {name for text in answers().values() for name in re.findall(r"`(test_\w+)", text)}
    assert len(named) > 30
    assert named - there == set()


def test_every_document_that_is_named_is_there() -> None:
    page = (PROJECT / "docs/security.md").read_text(encoding="utf-8")
    files = re.findall(r"\]\(([\w./-]+\.md)", page)
    assert [file for file in files if not (PROJECT / "docs" / file).exists()] == []
