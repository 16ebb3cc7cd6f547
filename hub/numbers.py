"""Numbers as the reader's language writes them: "1 412", "9,5", "82 %"."""

import re
from typing import Any

from babel.numbers import format_decimal, format_percent
from django.utils.translation import ngettext
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from hub.days import region


def number(value: float) -> str:
    return format_decimal(value, locale=region())


def phone(typed: str) -> str:
    """A French number by two, "02 40 12 34 56", never broken at the end of a line;
    any other as it was typed."""
    digits = re.sub(r"[ .()/-]", "", typed)
    if re.fullmatch(r"0[0-9]{9}", digits):
        return "\u00a0".join(re.findall("..", digits))
    if re.fullmatch(r"\+33[0-9]{9}", digits):
        return "\u00a0".join(["+33", digits[3], *re.findall("..", digits[4:])])
    return typed


def percent(part: float) -> str:
    return format_percent(part, locale=region())


@pass_eval_context
def counted(
    context: EvalContext, one: str, many: str, count: int, **values: Any
) -> str:
    """`ngettext` of templates: `%(num)s` is the count, written as a number is."""
    words = ngettext(one, many, count)
    values.setdefault("num", number(count))
    # Escaped words come from the catalogue; values are escaped by the Markup.
    return (Markup(words) if context.autoescape else words) % values  # noqa: S704
