"""What each key figure is called and how it is defined. Words only.

Keys are those of hub.queries.figures; a definition stands beside every figure, since a
number without one is believed or disbelieved for no reason.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

NORTH = "take_up_median"
DELAYS: dict[str, tuple[Text, Text]] = {
    NORTH: (
        _("median take-up time"),
        _("From the date of the decision to the first meeting or handover. This is "
          "what the family lives through."),
    ),
    "waiting_median": (
        _("median waiting time"),
        _("From the transmission to the first meeting: the part that the espace de "
          "rencontre can shorten."),
    ),
    "acknowledgement_median": (
        _("median time to acknowledge receipt"),
        _("From the transmission to the acknowledgement by the espace de rencontre."),
    ),
    "acknowledged_soon": (
        _("receipt acknowledged in 2 working days"),
        _("Among the measures whose two working days are over, public holidays of the "
          "département left out."),
    ),
    "parents_share_median": (
        _("parents’ share"),
        _("From the transmission until both parents have made contact. Shown apart: it "
          "does not depend on the espace de rencontre."),
    ),
    "transmission_median": (
        _("median time to transmit"),
        _("From the date of the decision to its transmission: the court’s part."),
    ),
    "started_soon": (
        _("measures started within 3 months"),
        _("First meeting held at most 3 months after the decision, among the measures "
          "whose third month ended in the period."),
    ),
    "unable": (
        _("declared impossible to take up"),
        _("Measures transmitted in the period that the espace de rencontre said it "
          "could not take up."),
    ),
}  # fmt: skip
SPREAD: dict[str, tuple[Text, Text]] = {
    "spread_ratio": (
        _("times longer in the slowest espace de rencontre"),
        _("Longest median waiting divided by the shortest, between the espaces de "
          "rencontre of one court; the middle court’s value."),
    ),
    "spread_gini": (
        _("Gini index of the waiting times"),
        _("0 when all espaces de rencontre of a court have the same median waiting, "
          "towards 1 when one has it all; the middle court’s value."),
    ),
}  # fmt: skip
USAGE: dict[str, tuple[Text, Text]] = {
    "active_courts": (
        _("active courts"), _("At least one measure transmitted in 30 days."),
    ),
    "registered_centres": (
        _("espaces de rencontre registered"), _("Those that closed are left out."),
    ),
    "active_centres": (
        _("active espaces de rencontre"), _("Acknowledged or wrote in 30 days."),
    ),
    "covered_departements": (
        _("départements covered"),
        _("At least one espace de rencontre is registered there; overseas "
          "collectivities included."),
    ),
    "active_judges": (_("active judges"), _("Wrote or did something in 30 days.")),
    "active_clerks": (_("active clerks"), _("Wrote or did something in 30 days.")),
    "active_contacts": (
        _("active contacts of espaces de rencontre"),
        _("Wrote or did something in 30 days."),
    ),
    "contacts_per_centre": (
        _("contacts per espace de rencontre"),
        _(
            "People with an open account, divided by the espaces where somebody has "
            "one."
        ),
    ),
    "measures_transmitted": (
        _("measures transmitted"),
        _("Since the beginning; a measure sent to a second espace counts twice."),
    ),
    "messages": (
        _("messages"), _("Since the beginning, lines of the life-cycle included."),
    ),
    "fresh_declarations": (
        _("declared waiting times up to date"),
        _("Declared or confirmed less than %(stale_days)d days ago. The others stay "
          "visible, marked “to be confirmed”."),
    ),
}  # fmt: skip
MISSING: dict[str, Text] = {
    "first_answer": _("time to first answer, by side"),
    "moved_to_less_loaded": _(
        "designations moved to a less loaded espace after consultation"
    ),
    "accessibility": _("accessibility rate, date of the audit"),
    "uptime": _("availability of the service"),
    "page_time": _("median page time"),
    "mail_delivery": _("mail delivery rate"),
    "satisfaction": _("satisfaction"),
    "cost_per_measure": _("cost per measure transmitted"),
    "support_tickets": _("requests for support per 100 people"),
}
