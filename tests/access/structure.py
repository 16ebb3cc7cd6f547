"""What a page's HTML must hold for every reader, whatever shows it; no test here.

Each rule yields complaints that begin with the number of a criterion of RGAA 4.1.2. What
needs a browser (focus, sizes, the accessibility tree) is in walk.py.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

from lxml import html
from lxml.html import HtmlElement

from hub.text import fold

Rule = Callable[[HtmlElement], Iterator[str]]
HEADINGS = "//h1 | //h2 | //h3 | //h4 | //h5 | //h6"
CONTROLS = "//input[not(@type='hidden')] | //select | //textarea"
FOCUSABLE = "//a[@href] | //button | //input | //select | //textarea | //*[@tabindex]"
# Their meaning would be lost to whoever does not see, or hears and cannot stop them.
NOT_USED = {
    "2.1": ("iframe", "frame"),
    "4.1": ("audio", "video", "object", "embed", "canvas", "applet"),
    "10.1": ("font", "center", "big", "strike", "tt"),
    "13.8": ("marquee", "blink"),
}
LOOKS = ("align", "bgcolor", "border", "cellpadding", "color", "face", "valign")
SAYS_NOTHING = {"ici", "cliquez ici", "lire", "lire la suite", "plus", "here", "more"}
LONG = 20  # choices that can still be looked through
NAMING = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers")


def complaints(source: str) -> list[str]:
    """What breaks a rule in this page, as "criterion: what"."""
    page = html.fromstring(source)
    for shape in page.xpath("//template"):
        shape.drop_tree()
    page.set("data-ids", " ".join(page.xpath("//@id")))
    for unseen in page.xpath("//*[@hidden] | //dialog[not(@open)]"):
        unseen.drop_tree()
    found = [said for rule in RULES for said in rule(page)]
    if not source.lstrip().lower().startswith("<!doctype html>"):
        found.append("8.1: no doctype")
    return found


def title(source: str) -> str:
    return " ".join((html.fromstring(source).findtext(".//title") or "").split())


def ways(source: str) -> list[tuple[str, str]]:
    """What leads elsewhere from the head of a page, in order: links and forms."""
    page = html.fromstring(source)
    return [
        (one.tag, one.get("href") or one.get("action") or "")
        for one in page.xpath("/html/body/header//*[self::a[@href] or self::form]")
    ]


def name_of(element: HtmlElement) -> str:
    """The words that name a control or landmark; near to what the browser computes,
    which walk.py asks."""
    if by := element.get("aria-labelledby"):
        page = element.getroottree()
        named = [page.xpath(f"//*[@id='{one}']") for one in by.split()]
        return " ".join(shown(found[0]) for found in named if found)
    return element.get("aria-label") or shown(element)


def shown(element: HtmlElement) -> str:
    hidden = element.xpath(".//*[@aria-hidden='true']//text()")
    words = [text for text in element.itertext() if text not in hidden]
    return " ".join(" ".join(words).split())


def where(element: HtmlElement) -> str:
    return re.sub(r"\s+", " ", html.tostring(element, encoding="unicode"))[:110]


def headings(page: HtmlElement) -> Iterator[str]:
    levels = [int(one.tag[1]) for one in page.xpath(HEADINGS)]
    if levels.count(1) != 1:
        yield f"9.1: {levels.count(1)} h1"
    for before, level in pairwise(levels):
        if level > before + 1:
            yield f"9.1: h{level} after h{before}"
    for one in page.xpath(HEADINGS):
        if not shown(one):
            yield f"9.1: empty heading {where(one)}"


def landmarks(page: HtmlElement) -> Iterator[str]:
    for tag in ("main", "header", "footer"):
        tops = page.xpath(f"//{tag}[not(ancestor::main or ancestor::li)]")
        if len(tops) != 1:
            yield f"9.2: {len(tops)} {tag}"
    for tag in ("nav", "aside", "*[@role='search']", "section[@aria-label]"):
        names = [name_of_only(one) for one in page.xpath(f"//{tag}")]
        if len(names) > 1 and ("" in names or len(set(names)) != len(names)):
            yield f"12.6: {tag} without a name of its own: {names}"


def skip_link(page: HtmlElement) -> Iterator[str]:
    first = page.xpath(f"({FOCUSABLE})[1]")[0]
    target = (first.get("href") or "").removeprefix("#")
    if not page.xpath(f"//main[@id='{target}']"):
        yield f"12.7: the first stop does not lead to the content: {where(first)}"


def languages(page: HtmlElement) -> Iterator[str]:
    if page.get("lang") not in ("fr", "en"):
        yield f"8.3: lang {page.get('lang')!r}"
    for one in page.xpath("//*[@lang]"):
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", one.get("lang")):
            yield f"8.8: {where(one)}"
    for one in page.xpath("//*[@dir and not(@dir='auto')]"):
        yield f"8.10: {where(one)}"


def labels(page: HtmlElement) -> Iterator[str]:
    for one in page.xpath(CONTROLS):
        named = one.get("aria-label") or one.get("aria-labelledby")
        label = page.xpath(f"//label[@for='{one.get('id')}']") if one.get("id") else []
        around = one.xpath("ancestor::label")
        if not named and not any(shown(each) for each in (*label, *around)):
            yield f"11.1: no label {where(one)}"
        if len(label) + len(around) > 1:
            yield f"11.1: two labels {where(one)}"
    several = Counter(one.get("name") for one in page.xpath("//input[@type='radio']"))
    for name in (name for name, count in several.items() if count > 1):
        group = page.xpath(f"//input[@name='{name}']/ancestor::fieldset[1]/legend")
        if not any(shown(legend) for legend in group):
            yield f"11.5: choices without a group and its legend: {name}"
    for group in page.xpath("//fieldset"):
        legend = group.find("legend")
        if legend is None or not shown(legend):
            yield f"11.6: {where(group)}"
    for one in page.xpath("//input[@type='email' or @type='tel']"):
        if not one.get("autocomplete"):
            yield f"11.13: neither a purpose nor `off` {where(one)}"


def names(page: HtmlElement) -> Iterator[str]:
    for one in page.xpath("//a[@href] | //button"):
        name = name_of(one)
        number = "6.2" if one.tag == "a" else "11.9"
        if not name:
            yield f"{number}: no name {where(one)}"
        if name.lower().strip(" .…") in SAYS_NOTHING:
            yield f"6.1: a name that says nothing {where(one)}"
        seen = shown(one) if one.find(".//title") is None else ""
        if seen not in (one.get("aria-label") or seen):
            yield f"6.1: what is seen is not in the name {where(one)}"
    for one in page.xpath("//*[@title][not(self::abbr)]"):
        yield f"6.1: words that only a mouse finds {where(one)}"


def tables(page: HtmlElement) -> Iterator[str]:
    for table in page.xpath("//table[not(@role='presentation')]"):
        caption = table.find("caption")
        if not (caption is not None and shown(caption)) and not name_of_only(table):
            yield f"5.4: a table without a title {where(table)}"
        if not table.xpath(".//th"):
            yield f"5.6: a table without headers {where(table)}"
        for head in table.xpath(".//th"):
            if head.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
                yield f"5.7: {where(head)}"
            if not shown(head):
                yield f"5.6: an empty header {where(head)}"


def name_of_only(element: HtmlElement) -> str:
    """The name it is given, without its content."""
    return name_of(element) if set(element.keys()) & {*NAMING, "aria-label"} else ""


def images(page: HtmlElement) -> Iterator[str]:
    for one in page.xpath("//img[not(@alt)]"):
        yield f"1.1: {where(one)}"
    for one in page.xpath("//svg[not(ancestor::svg)]"):
        is_told = one.get("role") in ("img", "group")
        if is_told and not name_of_only(one):
            yield f"1.1: a picture without a name {where(one)}"
        if not is_told and one.get("aria-hidden") != "true":
            yield f"1.2: decoration that is not hidden {where(one)}"


def figures(page: HtmlElement) -> Iterator[str]:
    """What a chart or a map shows as a value, a table of the page shows too, or the page
    that a link beside it leads to, which is read on its own."""
    told = " ".join(shown(one) for one in page.xpath("//table"))
    elsewhere = page.xpath("//a[starts-with(@href, '/espaces/carte')]/@id")
    for one in page.xpath("//svg[@role='img' or @role='group']"):
        if one.get("aria-describedby") in elsewhere:
            continue
        if not told:
            yield f"1.6: a picture without a table {where(one)}"
        drawn = [shown(text) for text in one.xpath(".//text[@class='hot']")]
        for value in (*drawn, *one.xpath(".//a/@aria-label")):
            for number in re.findall(r"\d+(?:[.,]\d+)?", value):
                if number not in told:
                    yield f"1.7: {value!r} is drawn and stands in no table"


def long_lists(page: HtmlElement) -> Iterator[str]:
    for one in page.xpath("//select[not(optgroup)]"):
        options = one.xpath("./option[@value != '']")
        words = [fold(shown(each)) for each in options]
        codes = [each.get("value") for each in options]
        if len(options) > LONG and sorted(words) != words and sorted(codes) != codes:
            yield f"11.8: a long list without groups or order {where(one)}"


def lists(page: HtmlElement) -> Iterator[str]:
    for one in page.xpath("//ul/* | //ol/*"):
        if one.tag not in ("li", "script", "template"):
            yield f"9.3: {where(one)}"
    for one in page.xpath("//li[not(parent::ul or parent::ol)]"):
        yield f"9.3: an item without a list {where(one)}"
    for one in page.xpath("//dl/*"):
        if one.tag not in ("dt", "dd", "div"):
            yield f"9.3: {where(one)}"


def soundness(page: HtmlElement) -> Iterator[str]:
    ids = Counter(page.get("data-ids").split())
    for name in (name for name, count in ids.items() if count > 1):
        yield f"8.2: id {name!r} {ids[name]} times"
    for attribute in NAMING:
        for one in page.xpath(f"//*[@{attribute}]"):
            for name in one.get(attribute).split():
                if name not in ids:
                    yield f"8.2: {attribute} points at nothing: {name!r}"
    for one in page.xpath("//main//a[starts-with(@href, '#')]"):
        if (target := one.get("href")[1:]) and target not in ids:
            yield f"8.2: a link to nowhere on the page: #{target}"


def nothing_of_what_excludes(page: HtmlElement) -> Iterator[str]:
    for number, tags in NOT_USED.items():
        for tag in tags:
            if page.xpath(f"//{tag}"):
                yield f"{number}: <{tag}>"
    for look in LOOKS:
        for one in page.xpath(f"//*[@{look}][not(ancestor-or-self::svg)]"):
            yield f"10.1: {where(one)}"
    for one in page.xpath("//*[@accesskey] | //*[@tabindex > 0]"):
        yield f"12.8: {where(one)}"
    for one in page.xpath("//*[@target]"):
        yield f"13.2: {where(one)}"
    for one in page.xpath("//meta[@http-equiv='refresh']"):
        yield f"13.1: {where(one)}"


RULES: tuple[Rule, ...] = (
    headings, landmarks, skip_link, languages, labels, names, tables, images, figures,
    lists, long_lists, soundness, nothing_of_what_excludes,
)  # fmt: skip
