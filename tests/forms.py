"""Forms of a page, filled in as a person fills them in."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from werkzeug.test import TestResponse

from tests.html import document_of, elements, text_of

_BUTTONS = {"submit", "image"}
_UNSENT = {"button", "reset", "file", *_BUTTONS}


@dataclass(frozen=True, repr=False)
class Form:
    """A form and the address of the page that it stands on."""

    element: Element
    page: str

    @property
    def action(self) -> str:
        """The address that it is sent to."""
        return urljoin(self.page, self.element.get("action") or self.page)

    def __repr__(self) -> str:
        fields = sorted(field.get("name", "") for field in self._controls())
        return f"<form {self.action} {fields} {[text_of(each) for each in self.buttons()]}>"

    def buttons(self) -> list[Element]:
        """Return the buttons that send it."""
        return [
            element
            for element in elements(self.element, "button", "input")
            if element.get("type", "submit" if element.tag == "button" else "text") in _BUTTONS
        ]

    def button(self, wanted: str | None) -> Element | None:
        """Return the button with the value, name or words `wanted`; the first for None."""
        for element in self.buttons():
            if wanted in {None, element.get("value"), element.get("name"), text_of(element)}:
                return element
        return None

    def fits(self, data: dict[str, Any], button: str | None, action: str | None) -> bool:
        """Tell whether it has the fields of `data`, their hidden values, the button, the action."""
        if action not in {None, self.action} or (button and self.button(button) is None):
            return False
        names = {field.get("name") for field in self._controls()}
        hidden = {
            field.get("name"): field.get("value", "")
            for field in self._controls()
            if field.get("type") == "hidden"
        }
        return names >= data.keys() and all(
            hidden.get(name, str(value)) == str(value) for name, value in data.items()
        )

    def filled(self, data: dict[str, Any], button: str | None = None) -> list[tuple[str, str]]:
        """Return the fields that a browser sends after `data` is filled in and `button` pressed.

        AssertionError is raised for a choice that the form does not offer.
        """
        sent: list[tuple[str, str]] = []
        given: set[str] = set()
        for field in self._controls():
            name = field.get("name", "")
            if name not in data:
                sent.extend((name, value) for value in _own_values(field))
            elif name not in given:
                given.add(name)
                values = data[name] if isinstance(data[name], list) else [data[name]]
                sent.extend((name, str(value)) for value in values)
                self._check_offered(name, {str(value) for value in values})
        pressed = self.button(button)
        if pressed is not None and pressed.get("name"):
            sent.append((pressed.get("name", ""), pressed.get("value", "")))
        return sent

    def _controls(self) -> list[Element]:
        return [
            element
            for element in elements(self.element, "input", "select", "textarea")
            if element.get("name")
            and element.get("type") not in _UNSENT
            and element.get("disabled") is None
        ]

    def _check_offered(self, name: str, values: set[str]) -> None:
        fields = [field for field in self._controls() if field.get("name") == name]
        if any(field.get("type") in {"radio", "checkbox"} for field in fields):
            offered = {field.get("value", "on") for field in fields}
        elif fields[0].tag == "select":
            offered = {_value(option) for option in fields[0].iter("option")}
        else:
            return
        assert values <= offered, f"{name} offers {sorted(offered)} and not {sorted(values)}"


def forms_of(response: TestResponse) -> list[Form]:
    """Return the forms of a page or a fragment."""
    page = response.request.full_path.rstrip("?")
    return [Form(element, page) for element in document_of(response).root.iter("form")]


def _own_values(field: Element) -> list[str]:
    """Return what a field sends when nobody touches it."""
    if field.tag == "textarea":
        # The standard drops a newline right after the start tag.
        return ["".join(field.itertext())]
    if field.tag == "select":
        options = list(field.iter("option"))
        chosen = [option for option in options if option.get("selected") is not None]
        if not chosen and field.get("multiple") is None:
            chosen = options[:1]
        return [_value(option) for option in chosen]
    if field.get("type") in {"radio", "checkbox"}:
        return [field.get("value", "on")] if field.get("checked") is not None else []
    return [field.get("value", "")]


def _value(option: Element) -> str:
    return option.get("value", text_of(option))
