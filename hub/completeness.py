"""What a measure still lacks before it can be transmitted (DOMAIN 1.2, marked M).

Pure: it looks at loaded objects. Whether a value makes sense is hub.terms_rules.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from hub.models import AttachmentState, Child, Measure, MeasureTerms, Party
from hub.models.choices import Nature, PartyRole

DECISION, FAMILY, TERMS, CENTRE = "decision", "famille", "modalites", "espace"
ORDER_DOCUMENT = "order_document"


@dataclass(frozen=True)
class Missing:
    """`step` and `field`: where the question is asked; `sentence`: what to do."""

    step: str
    field: str
    sentence: str


def missing(
    measure: Measure,
    terms: MeasureTerms,
    children: Sequence[Child],
    parties: Sequence[Party],
    *,
    order_document: str,
    has_centre: bool = True,
) -> list[Missing]:
    """In the order in which the form asks. Empty: it can be transmitted.

    `order_document`: the state of the attached decision, empty where there is none.
    """
    found = [
        *_decision(measure),
        *_order_document(order_document),
        *_family(children, parties),
        *missing_terms(terms),
    ]
    if not has_centre:
        found.append(Missing(CENTRE, "liste", _("Choose an espace de rencontre.")))
    return found


def missing_terms(terms: MeasureTerms) -> Iterator[Missing]:
    """What every version of the terms says, the three of CPC 1180-5 among it."""
    if not terms.nature:
        yield Missing(TERMS, "nature", _("Say whether these are visits or handovers."))
    if terms.nature != Nature.HANDOVER:
        if not terms.exits:
            yield Missing(TERMS, "exits", _("Say whether outings are possible."))
        if terms.visit_minutes is None:
            yield Missing(TERMS, "visit_minutes", _("Say how long each meeting lasts."))
    if terms.periodicity_count is None or not terms.periodicity_unit:
        yield Missing(TERMS, "periodicity_count", _("Say how often they meet."))
    if terms.duration_months is None:
        sentence = _("Say how long the measure lasts, from 1 to 24 months.")
        yield Missing(TERMS, "duration_months", sentence)
    if not terms.duration_starts:
        sentence = _("Choose from when the duration runs.")
        yield Missing(TERMS, "duration_starts", sentence)
    if not terms.contact_initiative:
        sentence = _("Say who contacts the espace de rencontre.")
        yield Missing(TERMS, "contact_initiative", sentence)


def _decision(measure: Measure) -> Iterator[Missing]:
    if not measure.decision_kind:
        yield Missing(DECISION, "decision_kind", _("Say what kind of decision it is."))
    if measure.decided_on is None:
        yield Missing(DECISION, "decided_on", _("Give the date of the decision."))


def _order_document(state: str) -> Iterator[Missing]:
    """The espace de rencontre needs the decision itself (DOMAIN 1.2), and only a file
    that was checked reaches it."""
    if not state:
        sentence = _("Attach the decision, or its extract.")
    elif state == AttachmentState.REFUSED:
        sentence = _("The attached decision was refused: attach another file.")
    elif state != AttachmentState.CLEAN:
        sentence = _("The attached decision is still being checked.")
    else:
        return
    yield Missing(DECISION, ORDER_DOCUMENT, sentence)


def _family(children: Sequence[Child], parties: Sequence[Party]) -> Iterator[Missing]:
    roles = {party.role for party in parties if party.relation}
    if not children:
        yield Missing(FAMILY, "child-1-birth", _("Add at least one child."))
    if PartyRole.VISITING not in roles:
        yield Missing(FAMILY, "visiting-relation", _("Say who visits the child."))
    if PartyRole.HOSTING not in roles:
        sentence = _("Say with whom the child lives.")
        yield Missing(FAMILY, "hosting-relation", sentence)
