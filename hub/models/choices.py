"""The closed lists of a measure: what a decision can say, and how it can end.

Values are the identifiers of the glossary; labels are what people read. The field list
is DOMAIN section 1.2, the reasons of closure section 6.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MeasureState(models.TextChoices):
    """DOMAIN section 6. Changed only through hub.states."""

    DRAFT = "draft", _("draft")
    TRANSMITTED = "transmitted", _("transmitted")
    RECEIVED = "received", _("received")
    WAITING = "waiting", _("waiting for a place")
    INTAKE = "intake", _("interviews")
    ACTIVE = "active", _("in progress")
    SUSPENDED = "suspended", _("suspended")
    UNABLE = "unable", _("cannot be taken up")
    ENDED = "ended", _("ended")
    CANCELLED = "cancelled", _("cancelled")
    ARCHIVED = "archived", _("archived")
    PURGED = "purged", _("purged")


class DesignationState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    TRANSMITTED = "transmitted", _("transmitted")
    RECEIVED = "received", _("received")
    ACCEPTED = "accepted", _("accepted")
    UNABLE = "unable", _("cannot be taken up")
    WITHDRAWN = "withdrawn", _("withdrawn")
    ENDED = "ended", _("ended")


class Priority(models.TextChoices):
    NORMAL = "normal", _("normal")
    URGENT = "urgent", _("urgent")


class LegalBasis(models.TextChoices):
    CC_373_2_9 = (
        "cc_373_2_9",
        _("visits, child living with one parent (C. civ. 373-2-9)"),
    )
    CC_373_2_1 = "cc_373_2_1", _("sole parental authority (C. civ. 373-2-1)")
    CC_515_11 = "cc_515_11", _("protection order (C. civ. 515-11)")
    CC_371_4 = "cc_371_4", _("grandparent or third person (C. civ. 371-4)")


class DecisionKind(models.TextChoices):
    JUDGMENT = "jugement", _("judgment")
    ORDER = "ordonnance", _("order")
    PROTECTION_ORDER = "ordonnance_protection", _("protection order")
    INTERIM_ORDER = "ordonnance_jme", _("order on interim measures (divorce)")
    SUMMARY_ORDER = "ordonnance_refere", _("summary order (référé)")
    APPEAL = "arret_appel", _("judgment of a court of appeal")
    APPROVED_AGREEMENT = "convention_homologuee", _("approved agreement")
    AMICABLE_AGREEMENT = "amicable_agreement", _("amicable agreement")


class Nature(models.TextChoices):
    VISIT = "visit", _("visits")
    HANDOVER = "handover", _("handover of the child")


class Exits(models.TextChoices):
    """An order that says nothing is a choice too: the centre then allows none."""

    NONE = "none", _("no outing")
    ALLOWED = "allowed", _("outings allowed")
    PROGRESSIVE = "progressive", _("outings after some visits")
    SILENT = "centre_assessed_forbidden", _("the decision does not say")


class Accompaniment(models.TextChoices):
    GROUP = "group", _("collective room, staff present")
    INDIVIDUAL = "individual", _("room of their own")
    CONTINUOUS = "continuous", _("one staff member throughout")
    HANDOVER_ONLY = "handover_only", _("handover only")


class PeriodUnit(models.TextChoices):
    WEEK = "week", _("a week")
    MONTH = "month", _("a month")


class DurationStart(models.TextChoices):
    """The law does not say, and either reading hurts: the decision has to choose."""

    DECISION = "decision_date", _("the date of the decision")
    NOTIFICATION = "notification", _("its notification")
    FIRST_VISIT = "first_visit", _("the first meeting")


class ContactInitiative(models.TextChoices):
    BOTH = "both_parents", _("both parents")
    VISITING = "visiting_parent", _("the visiting parent")
    HOSTING = "host_parent", _("the host parent")
    CENTRE = "centre_contacts", _("the espace de rencontre contacts the parents")


class LapseRule(models.TextChoices):
    """Only what the decision itself states: no general lapse exists (DOMAIN 1.2)."""

    NONE = "none", _("none")
    NO_CONTACT = "no_contact_by_deadline", _("no contact before the deadline")
    ABSENCES = "n_unexcused_absences", _("a number of unexcused absences")


class AfterEnd(models.TextChoices):
    BACK_TO_JUDGE = "back_to_judge_on_request", _("back to the judge, on request")
    STANDARD_VISITS = "standard_visits_resume", _("ordinary visits begin again")
    NOT_STATED = "none_stated", _("the decision does not say")


class HolidayRule(models.TextChoices):
    CONTINUES = "continues", _("goes on during school holidays")
    SUSPENDED = "suspended", _("suspended during school holidays")
    OTHER = "other", _("another rule, see the decision")


class DesignationRank(models.TextChoices):
    """CPC 1180-5-1: a centre may be named in case a trusted third person fails."""

    MAIN = "main", _("main")
    SUBSIDIARY = "subsidiary", _("in case the trusted third person fails")


class ExpectedNote(models.TextChoices):
    """Facts only: centres do not assess parents (DOMAIN 0, point 12)."""

    START_NOTICE = "start_notice", _("notice of the first meeting")
    ATTENDANCE = "attendance_certificate", _("attendance certificate")
    END_NOTE = "end_note", _("note at the end")


class PartyRole(models.TextChoices):
    VISITING = "visiting", _("visiting parent")
    HOSTING = "hosting", _("host parent")
    AUTHORISED = "authorised_third", _("authorised person")


class Relation(models.TextChoices):
    PARENT = "parent", _("parent")
    MOTHER = "mother", _("mother")
    FATHER = "father", _("father")
    GRANDPARENT = "grandparent", _("grandparent")
    SIBLING = "sibling", _("brother or sister")
    THIRD_PERSON = "third_person", _("third person")
    SERVICE_ASE = "service_ase", _("child welfare service")


class UnableReason(models.TextChoices):
    CAPACITY = "capacity", _("no place")
    CRITERIA = "criteria", _("outside what the espace de rencontre can receive")
    CONFLICT = "conflict", _("conflict of interest")
    APPROVAL = "approval", _("no approval in force")


class ClosureReason(models.TextChoices):
    TERM_REACHED = "term_reached", _("term reached")
    REVOKED = "revoked", _("revoked by the judge")
    REPLACED = "replaced_by_new_decision", _("replaced by a new decision")
    BETTER_AGREEMENT = "better_agreement", _("agreement of the parents")
    NEVER_STARTED = "never_started", _("never started")
    LAPSED = "lapsed_per_order", _("lapsed, as the decision provides")
    MOVED = "moved_to_other_centre", _("moved to another espace de rencontre")
    UNABLE = "unable_no_alternative", _("no espace de rencontre could take it")
    OF_AGE = "child_of_age", _("child of age")
    FAMILY_MOVED = "family_moved", _("the family moved")
    CENTRE_CLOSED = "centre_closed", _("the espace de rencontre closed")
    OTHER = "other", _("other reason")


class DifficultyCategory(models.TextChoices):
    PARENT_ABSENT = "parent_absent", _("a parent did not come")
    CHILD_NOT_PRESENTED = "child_not_presented", _("the child was not brought")
    CHILD_REFUSES = "child_refuses", _("the child refuses")
    VIOLENCE = "violence_or_threat", _("violence or threat")
    RULE_BREACH = "rule_breach", _("rules of the espace de rencontre not kept")
    THIRD_PERSON = "third_person", _("a third person intervenes")
    NO_CONTACT = "no_contact_made", _("no contact made")
    CAPACITY = "capacity", _("no place")
    TERMS_UNCLEAR = "terms_unclear", _("terms of the decision unclear")
    SAFETY = "safety", _("safety")
    OTHER = "other", _("other")


class Urgency(models.TextChoices):
    """How soon the judge has to answer a difficulty report."""

    INFO = "info", _("for information")
    ANSWER_NEEDED = "answer_needed", _("an answer is needed")
    IMMEDIATE = "immediate", _("at once")


class MilestoneKind(models.TextChoices):
    CONTACT_VISITING = "parent_contact_visiting", _("visiting parent made contact")
    CONTACT_HOSTING = "parent_contact_hosting", _("host parent made contact")
    INTERVIEW_VISITING = "interview_visiting", _("interview with the visiting parent")
    INTERVIEW_HOSTING = "interview_hosting", _("interview with the host parent")
    INTERVIEW_CHILD = "interview_child", _("interview with the child")
    AGREEMENT_SIGNED = "agreement_signed", _("agreement with the family signed")
    CALENDAR_SENT = "calendar_sent", _("calendar sent")
    FIRST_VISIT = "first_visit_held", _("first meeting held")
    EXITS_STARTED = "exits_started", _("outings began")
    LAST_VISIT = "last_visit_held", _("last meeting held")


class Act(models.TextChoices):
    """What a measure waits for: the next act of the side whose turn it is."""

    COMPLETE = "complete", _("complete and transmit")
    ACKNOWLEDGE = "acknowledge", _("acknowledge receipt")
    GIVE_DATE = "give_date", _("accept with a date, or say that it cannot be taken up")
    BEGIN_INTAKE = "begin_intake", _("meet the parents")
    FIRST_VISIT = "first_visit", _("hold the first meeting")
    ANSWER = "answer", _("answer the espace de rencontre")
    REDESIGNATE = "redesignate", _("designate another espace de rencontre")
    DECIDE = "decide", _("decide what follows the interruption")
    ANSWER_PROPOSAL = "answer_proposal", _("answer the proposal")
