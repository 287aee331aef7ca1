"""The reader's language, and numbers and dates written in it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, cast, get_args
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from app.config import Language
from app.core import clock
from app.core.bilingual import Text, text_of
from app.extensions import babel

LANGUAGES: Sequence[Language] = get_args(Language)
COOKIE = "lang"
_YEAR = 365 * 24 * 3600
_NATIVE = {"fi": "Suomeksi", "sv": "På svenska"}


class LanguageLink(NamedTuple):
    """A link of the language switch."""

    code: Language
    name: str
    url: str
    current: bool


def init_app(app: Flask) -> None:
    """Translate `app` and give its templates the filters for content, numbers and dates."""
    babel.init_app(app, locale_selector=language)
    app.after_request(_remember_choice)
    app.add_template_filter(format_date, "date")
    app.add_template_filter(format_moment, "moment")
    app.add_template_filter(format_number, "number")
    app.add_template_filter(format_euro, "euro")
    app.add_template_filter(format_share, "share")
    app.add_template_filter(reader_text, "text")
    app.add_template_filter(person_name, "person")
    app.add_template_filter(format_days, "days")


def language() -> Language:
    """Return the reader's language.

    It is the address's (`?lang=sv`), else the person's own choice, which a cookie carries (signing
    in sets it to the language of the account), else the browser's, else the city's first.
    Outside a request, as in a command of `flask`, it is the city's first.
    """
    default: Language = current_app.config["SETTINGS"].default_language
    if not has_request_context():
        return default
    chosen: Language | None = g.get("language")
    if chosen is None:
        chosen = _known(request.args.get("lang")) or _known(request.cookies.get(COOKIE))
        chosen = chosen or _known(request.accept_languages.best_match(LANGUAGES)) or default
        g.language = chosen
    return chosen


def _known(code: str | None) -> Language | None:
    return cast(Language, code) if code in LANGUAGES else None


def _remember_choice(response: Response) -> Response:
    """Keep the language that the address asked for; pages differ by cookie and by header."""
    chosen = _known(request.args.get("lang"))
    if chosen and request.cookies.get(COOKIE) != chosen:
        set_language_cookie(response, chosen)
    if response.mimetype == "text/html":
        response.vary.update(("Accept-Language", "Cookie"))
        response.content_language.add(language())
    return response


def set_language_cookie(response: Response, code: Language) -> None:
    """Make `code` the language of this browser."""
    https = current_app.config["SETTINGS"].https
    response.set_cookie(COOKIE, code, max_age=_YEAR, secure=https, httponly=True, samesite="Lax")


def language_links() -> list[LanguageLink]:
    """Return the language switch: links to the place where the reader is."""
    current = language()
    path, args = _place()
    kept = [(name, value) for name, value in args if name != "lang"]
    return [
        LanguageLink(
            code, _NATIVE[code], f"{path}?{urlencode([*kept, ('lang', code)])}", current == code
        )
        for code in LANGUAGES
    ]


def _place() -> tuple[str, list[tuple[str, str]]]:
    """Return path and arguments of the page that the reader is on.

    The answer to a form stands where the form stood, as its own address may take no reading.
    """
    if request.method in {"GET", "HEAD"}:
        # Two slashes at the beginning would lead to another host.
        return f"/{quote(request.path.lstrip('/'))}", list(request.args.items(multi=True))
    page = urlsplit(request.referrer or "")
    if page.netloc != request.host:
        return "/", []
    return f"/{page.path.lstrip('/')}", parse_qsl(page.query)


def reader_text(subject: object, name: str) -> Text:
    """Return the twin columns `name`_fi and `name`_sv of `subject` for this reader."""
    return text_of(subject, name, language())


def format_date(value: date) -> str:
    """Write a date as 2.12.2025, which is the form of both languages in Finland.

    Babel's short Swedish form is the ISO one of Sweden.
    """
    return f"{value.day}.{value.month}.{value.year}"


def format_moment(value: datetime) -> str:
    """Write a kept time (UTC, without a zone) as 2.12.2025 at 14.05, as clocks in Finland show it.

    The point between hours and minutes is the form of both languages in Finland.
    """
    day, time = format_date(clock.local(value)), format_time(value)
    return str(_("%(day)s at %(time)s", day=day, time=time))


def format_time(value: datetime) -> str:
    """Write the time of day of a kept time (UTC, without a zone) as 14.05."""
    here = clock.local(value)
    return f"{here.hour}.{here.minute:02}"


def format_number(value: int | float) -> str:
    """Write a number with the decimal comma and non-breaking spaces."""
    if isinstance(value, int) and 0 <= value < 1000:
        return str(value)
    return str(format_decimal(value))


def format_euro(value: int) -> str:
    """Write whole euros as 12 500 €, with non-breaking spaces."""
    return f"{format_decimal(value)}\N{NO-BREAK SPACE}€"


def format_share(value: float) -> str:
    """Write a share 0-1 as 19 %, with a non-breaking space."""
    return f"{round(value * 100)}\N{NO-BREAK SPACE}%"


def person_name(name: str) -> str:
    """Return the name of a person as it is shown; that of somebody who was erased is empty."""
    return name or _("erased person")


def format_days(days: int) -> str:
    """Write a number of days as 30 days, or as 2 years where it is full years of 365."""
    if days % 365 == 0:
        return str(ngettext("%(num)s year", "%(num)s years", days // 365))
    return str(ngettext("%(num)s day", "%(num)s days", days))
