"""Sends every form of a page with the same for every answer, and judges what comes back.

What must hold is 11.10 and 11.11 of RGAA 4.1.2, and 7.5: the page says "Erreur" first, a
summary takes the focus, each of its lines leads to its field, and the field points at
what to write.
"""

from collections.abc import Iterator

from django.db import transaction
from django.test import Client
from lxml import html
from lxml.html import FormElement, HtmlElement

from tests.access.structure import CONTROLS, shown, where


def forms(source: str, answer: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Where each form with something to fill in goes, and what is sent: `answer` in
    every field in which anything can be written, nothing chosen elsewhere."""
    page = html.fromstring(source)
    for form in page.xpath("//main//form[@method='post']"):
        assert isinstance(form, FormElement)
        asked = form.xpath(f".{CONTROLS.replace(' //', ' .//')}")
        if not asked:
            continue
        kept = {one.get("name"): one.get("value", "")
                for one in form.xpath(".//input[@type='hidden']")}  # fmt: skip
        typed = {one.get("name"): answer if one.tag != "select" else "" for one in asked
                 if one.get("type") not in ("checkbox", "radio", "file")}  # fmt: skip
        [first, *_] = form.xpath(".//button[not(@type='button')]")
        pressed = (
            {first.get("name"): first.get("value", "")} if first.get("name") else {}
        )
        yield form.get("action") or "", {**kept, **typed, **pressed}


def refusal(client: Client, address: str, answers: dict[str, str]) -> str:
    """The form again, with what is wrong, or nothing where nothing is; undone."""
    with transaction.atomic():
        answer = client.post(address.partition("#")[0], answers)
        transaction.set_rollback(True)
    page = answer.getvalue().decode()
    return (
        page
        if 400 <= answer.status_code < 500 and "<form" in page.partition("<main")[2]
        else ""
    )


def complaints(source: str) -> Iterator[str]:
    page = html.fromstring(source)
    title = " ".join(page.findtext(".//title").split())
    if not title.startswith(("Erreur", "Error")):
        yield f"11.10: the title does not begin with the error: {title}"
    summaries = page.xpath("//*[@role='alert'][not(@hidden)]")
    if not summaries:
        yield "7.5: no alert"
    if not page.xpath("//*[@autofocus]"):
        yield "11.10: nothing takes the focus"
    for link in page.xpath("//*[@id='summary']//a"):
        yield from _field(page, link.get("href")[1:])


def _field(page: HtmlElement, name: str) -> Iterator[str]:
    found = page.xpath(f"//*[@id='{name}']")
    if not found:
        yield f"11.10: the summary leads nowhere: #{name}"
        return
    fields = found if found[0].tag in ("input", "select", "textarea") else []
    for field in fields:
        told = (field.get("aria-describedby") or "").split()
        words = [
            page.xpath(f"//*[@id='{one}'][contains(@class, 'error')]") for one in told
        ]
        if field.get("aria-invalid") != "true" or not any(
            shown(each) for one in words for each in one
        ):
            yield f"11.10: a field does not point at its error {where(field)}"
