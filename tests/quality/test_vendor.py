"""The vendored files are the ones that their lock names."""

from tests.tools import vendor


def test_vendored_files_are_as_locked() -> None:
    assert vendor.problems() == []
