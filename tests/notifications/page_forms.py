"""The forms of a page, as a program sees them that fills in nothing."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """`fields`: hidden ones as they are, others empty; `buttons`: (name, value)."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = given.get("method", "get")
            self.forms.append(Form(given.get("action", ""), method))
        elif tag == "a":
            self.links.append(given.get("href", ""))
        elif tag in ("input", "textarea") and "name" in given and self.forms:
            hidden = given.get("type") == "hidden"
            self.forms[-1].fields[given["name"]] = given["value"] if hidden else ""
        elif tag == "button" and self.forms:
            named = given.get("name", ""), given.get("value", "")
            self.forms[-1].buttons.append(named)


def read_page(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader
