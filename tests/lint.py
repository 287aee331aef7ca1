"""What every answer must be: headers, valid HTML, names for all that a reader meets."""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from flask import current_app
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.test import TestResponse

from app.config import ROOT
from tests.html import Document, document_of, elements, text_of

# Written out, so that a change of app/core/security.py is noticed.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

# Files that people have sent have an origin of their own.
FILE_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; sandbox",
}
_FILE = re.compile(r"/measures/\d+/files/\d+")

LANGUAGES = {"fi", "sv"}
_CONTROLS = ("input", "select", "textarea")
_UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
_ID_LISTS = ("aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "headers")
_HX_ADDRESSES = ("hx-get", "hx-post")
_HX_ELEMENTS = ("hx-target", "hx-indicator", "hx-include", "hx-select")
_FORBIDDEN = re.compile(r"style|on[a-z]+|hx-on.*|hx-boost")
_PLACEHOLDER = re.compile(r"%\(\w+\)|\{\{|\{%")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def faults_of(response: TestResponse) -> list[str]:
    """Return what is wrong with an answer, each in a sentence; nothing when all is well."""
    faults = [
        f"header {name} is {response.headers.get(name)!r}"
        for name, value in _headers(response).items()
        if response.headers.get(name) != value
    ]
    is_static = response.request.path.startswith("/static/")
    if response.mimetype != "text/html" or is_static or response.status_code in range(300, 400):
        return faults
    document = document_of(response)
    faults += document.errors
    faults += _caching_faults(response, document)
    faults += _reference_faults(document)
    faults += _link_faults(response, document)
    for check in _CHECKS:
        faults += check(document.root)
    if document.is_page:
        faults += _page_faults(response, document.root)
    return faults


def _headers(response: TestResponse) -> dict[str, str]:
    """Return the headers of an answer, which those of a file have a word more of."""
    is_file = response.status_code == 200 and _FILE.fullmatch(response.request.path)
    return FILE_HEADERS if is_file else HEADERS


def _page_faults(response: TestResponse, root: Element) -> Iterator[str]:
    """A page says its language and has one h1, which is also its title."""
    language = root.get("lang")
    if language not in LANGUAGES or language != response.headers.get("Content-Language"):
        yield f"lang is {language}, Content-Language {response.headers.get('Content-Language')}"
    title = next((text_of(each) for each in root.iterfind("./head/title")), "")
    name, dash, tool = title.rpartition(" – ")
    if not (name and dash and tool):
        yield f"the title is {title!r}, not “page – tool”"
    headings = [text_of(each) for each in root.iter("h1")]
    if headings != [name]:
        yield f"h1 are {headings}, and the title says {name!r}"
    level = 0
    for element in elements(root, *_HEADINGS):
        if _HEADINGS[element.tag] > level + 1:
            yield f"{element.tag} “{text_of(element)}” follows h{level}"
        level = _HEADINGS[element.tag]
    if sum(1 for _ in root.iter("main")) != 1:
        yield "there is not one main"


def _caching_faults(response: TestResponse, document: Document) -> Iterator[str]:
    """No shared cache keeps a page, and none gives a fragment for the page of one address."""
    control = response.cache_control
    if not (control.private and control.no_cache):
        yield f"Cache-Control is {control}"
    varies = {name.lower() for name in response.vary}
    missing = {"cookie", "accept-language"} - varies
    if missing:
        yield f"Vary lacks {sorted(missing)}"
    if response.status_code >= 400 and response.status_code != 422:
        return
    here = response.request.path
    gets = {
        urlsplit(urljoin(here, element.get("hx-get") or here)).path
        for element in document.root.iter()
        if element.get("hx-get") is not None
    }
    if (here in gets or not document.is_page) and "hx-request" not in varies:
        yield "Vary lacks HX-Request, and the address has a fragment"


def _id_faults(root: Element) -> Iterator[str]:
    ids = Counter(element.get("id") for element in root.iter() if element.get("id") is not None)
    yield from (f"id {name} occurs {count} times" for name, count in ids.items() if count > 1)
    yield from (f"id {name!r} is not one word" for name in ids if not re.fullmatch(r"\S+", name))


def _reference_faults(document: Document) -> Iterator[str]:
    """What refers to an element by its id finds it; a fragment may refer to its page."""
    root = document.root
    ids = {element.get("id") for element in root.iter()}
    for element in root.iter():
        wanted = [each for name in _ID_LISTS for each in element.get(name, "").split()]
        if element.tag == "label" and element.get("for") is not None:
            wanted.append(element.get("for", ""))
        address = element.get("href", "")
        if element.tag == "a" and address.startswith("#"):
            wanted.append(address[1:])
        if document.is_page:
            targets = [element.get(name, "") for name in _HX_ELEMENTS]
            wanted += [target[1:] for target in targets if target.startswith("#")]
        yield from (f"{_sign(element)} refers to #{each}" for each in wanted if each not in ids)


def _link_faults(response: TestResponse, document: Document) -> Iterator[str]:
    """Every address of ours exists; a page without one (404) may lead to itself."""
    adapter = current_app.url_map.bind("localhost")
    here = response.request.path
    for element in document.root.iter():
        for name in ("href", "src", "action", *_HX_ADDRESSES):
            address = element.get(name)
            if address is None or _is_outside(address) or element.tag.startswith("{"):
                continue
            path = urlsplit(urljoin(here, address)).path
            if path == here and response.request.method == "GET":
                continue
            if path.startswith("/static/"):
                if not (ROOT / path[1:]).is_file():
                    yield f"{_sign(element)} leads to {address}, which is no file"
                continue
            post = name == "hx-post" or (
                name == "action" and element.get("method", "get").lower() == "post"
            )
            try:
                adapter.match(path, "POST" if post else "GET")
            except MethodNotAllowed:
                yield f"{_sign(element)} leads to {address}, which does not take the method"
            except HTTPException as error:
                if error.code == 404:
                    yield f"{_sign(element)} leads to {address}, which no route serves"


def _name_faults(root: Element) -> Iterator[str]:
    """Every button, link, picture and group has a name, and no two menus the same."""
    for element in elements(root, "button", "a", "summary", "legend", "th", "caption"):
        alternatives = [image.get("alt", "") for image in element.iter("img")]
        if not (text_of(element) or any(alternatives) or _has_aria_name(element)):
            yield f"{_sign(element)} has no text"
    yield from (f"{_sign(each)} has no alt" for each in root.iter("img") if each.get("alt") is None)
    for group in root.iter("fieldset"):
        if group.find("legend") is None and not _has_aria_name(group):
            yield f"{_sign(group)} has no legend"
    places = Counter(each.get("aria-label") for each in root.iter("nav"))
    yield from (f"{count} nav are called {name}" for name, count in places.items() if count > 1)


def _form_faults(root: Element) -> Iterator[str]:
    """Every control has a label, and every form that writes its token."""
    labels = [label for label in root.iter("label") if text_of(label)]
    labelled = {label.get("for") for label in labels}
    wrapped = {control for label in labels for control in elements(label, *_CONTROLS)}
    for control in elements(root, *_CONTROLS):
        if control.get("type") in _UNLABELLED or control in wrapped:
            continue
        if control.get("id") not in labelled and not _has_aria_name(control):
            yield f"{_sign(control)} has no label"
    for form in root.iter("form"):
        names = {each.get("name") for each in form.iter("input")}
        if form.get("method", "get").lower() == "post" and "csrf_token" not in names:
            yield f"{_sign(form)} has no csrf_token"


def _widths(table: Element) -> set[int]:
    """Return how many columns the rows of a table fill, cells that reach down into them too."""
    widths, reaching = set(), Counter[int]()
    for number, row in enumerate(table.iter("tr")):
        width = reaching[number]
        for cell in row:
            columns = int(cell.get("colspan", "1"))
            width += columns
            for below in range(1, int(cell.get("rowspan", "1"))):
                reaching[number + below] += columns
        widths.add(width)
    return widths


def _table_faults(root: Element) -> Iterator[str]:
    for table in root.iter("table"):
        headers = list(table.iter("th"))
        if not headers:
            yield f"{_sign(table)} has no th"
        yield from (f"{_sign(each)} has no scope" for each in headers if not each.get("scope"))
        if table.find("caption") is None and not _has_aria_name(table):
            yield f"{_sign(table)} has no caption"
        widths = _widths(table)
        if len(widths) > 1:
            yield f"{_sign(table)} has rows of {sorted(widths)} cells"


def _script_faults(root: Element) -> Iterator[str]:
    """Nothing that the content security policy blocks, or that goes round it."""
    for element in root.iter():
        forbidden = [name for name in element.attrib if _FORBIDDEN.fullmatch(name)]
        if forbidden:
            yield f"{_sign(element)} has {forbidden}"
        if element.get("href", "").lower().startswith("javascript:"):
            yield f"{_sign(element)} leads to a script"
    for script in root.iter("script"):
        if not script.get("src") and script.get("type") != "application/json":
            yield "there is a script in the page"
    if next(root.iter("style"), None) is not None:
        yield "there is a style in the page"


def _text_faults(root: Element) -> Iterator[str]:
    """Texts are in one of the two languages and carry nothing of the program."""
    for element in root.iter():
        if element.get("lang", "fi") not in LANGUAGES:
            yield f"{_sign(element)} is in the language {element.get('lang')!r}"
        if element.tag in {"script", "textarea", "option"}:
            continue
        for text in (element.text or "", *(child.tail or "" for child in element)):
            if _PLACEHOLDER.search(text):
                yield f"{_sign(element)} shows a placeholder: {text.strip()}"
            if text.strip() == "None":
                yield f"{_sign(element)} shows None"


def _is_outside(address: str) -> bool:
    """Tell whether an address leads to another site, a mailbox or a place in the page."""
    return address.startswith("#") or bool(urlsplit(address).scheme)


_CHECKS = (_id_faults, _name_faults, _form_faults, _table_faults, _script_faults, _text_faults)


def _has_aria_name(element: Element) -> bool:
    return bool(element.get("aria-label", "").strip() or element.get("aria-labelledby"))


def _sign(element: Element) -> str:
    """Return an element's start tag, to name it in a message."""
    shown = " ".join(f'{name}="{value}"' for name, value in element.items())
    return f"<{element.tag} {shown[:120]}>" if shown else f"<{element.tag}>"
