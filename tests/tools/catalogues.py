"""Bring the catalogues of translations up to date with the strings in the sources.

python -m tests.tools.catalogues    # new strings come in empty, strings that are gone go
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

PROJECT = Path(__file__).resolve().parents[2]
LANGUAGES = ("fi", "sv")

# Flask-Babel's names beside gettext's own; (1, "c") is a context.
KEYWORDS = DEFAULT_KEYWORDS | {
    "_l": None,
    "_lp": ((1, "c"), 2),
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}


def path(language: str) -> Path:
    """Return where the catalogue of a language stands."""
    return PROJECT / "translations" / language / "LC_MESSAGES/messages.po"


def read(language: str) -> Catalog:
    """Return the committed catalogue of a language; an empty one where there is none."""
    if not path(language).exists():
        return Catalog(locale=language, fuzzy=False)
    with path(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def extract() -> Catalog:
    """Return a catalogue of every string in the sources, without translations."""
    with (PROJECT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    template = Catalog(fuzzy=False)
    found = extract_from_dir(PROJECT, methods, options, keywords=KEYWORDS)
    for filename, line, message, comments, context in sorted(found, key=lambda entry: entry[:2]):
        template.add(message, "", [(filename, line)], auto_comments=comments, context=context)
    return template


def update(language: str) -> int:
    """Write the catalogue of a language anew and return how many strings lack a translation."""
    catalogue = read(language)
    # A guess at a translation would be fuzzy, and nobody reads it again.
    catalogue.update(extract(), no_fuzzy_matching=True, update_creation_date=False)
    _head(catalogue)
    path(language).parent.mkdir(parents=True, exist_ok=True)
    with path(language).open("wb") as file:
        # Line numbers would change in every commit.
        write_po(file, catalogue, width=100, ignore_obsolete=True, include_lineno=False)
    return sum(not all(as_tuple(message.string)) for message in catalogue if message.id)


def _head(catalogue: Catalog) -> None:
    # Babel would write placeholders.
    catalogue.header_comment = f"# The screens in {catalogue.locale_identifier}."
    catalogue.project, catalogue.version = "digital-roadmap", "0"
    catalogue.revision_date = catalogue.creation_date
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = ""


def as_tuple(strings: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return all forms of a source string or of a translation; a plain one has one form."""
    return (strings,) if isinstance(strings, str) else tuple(strings)


if __name__ == "__main__":
    for each in LANGUAGES:
        print(f"{path(each).relative_to(PROJECT)}: {update(each)} strings to translate")
