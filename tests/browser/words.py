"""The words of the screen, looked up in the catalogues by the English of the source."""

from functools import lru_cache

from babel.messages.pofile import read_po

from app.config import ROOT


class Words:
    """Calling it with a text of the source gives what stands on the screen in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, source: str, context: str | None = None, **values: object) -> str:
        """Return the translation of `source`; KeyError when the catalogue lacks it."""
        found = _catalogue(self.language)[(source, context)]
        return found % values if values else found


@lru_cache
def _catalogue(language: str) -> dict[tuple[str, str | None], str]:
    path = ROOT / "translations" / language / "LC_MESSAGES/messages.po"
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    return {
        (message.id, message.context): message.string
        for message in messages
        if isinstance(message.id, str)
    }
