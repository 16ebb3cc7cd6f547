"""The pages' addresses: French, opaque, without a name or a case number in them."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from hub.views import (
    absences,
    accounts,
    acts,
    answers,
    attendance,
    availability,
    centres,
    choosing,
    desks,
    drafts,
    figures,
    files,
    home,
    information,
    kept_drafts,
    measures,
    members,
    metrics,
    modification,
    order_documents,
    own_centre,
    palette,
    record,
    search,
    session_end,
    side,
    threads,
    transmission,
)

app_name = "hub"


class Name(StringConverter):
    """A piece of an address that is looked up; nothing is named with U+0000."""

    regex = r"[^/\x00]+"


register_converter(Name, "name")

urlpatterns = [
    path("", home.home, name="home"),
    path("premiers-pas/fin", home.close_first_steps, name="first-steps-close"),
    path("fils/<uuid:thread_id>", threads.thread, name="thread"),
    path("fils/<uuid:thread_id>/brouillon", kept_drafts.keep, name="thread-draft"),
    path("fils/<uuid:thread_id>/lecture", threads.read, name="thread-read"),
    path(
        "fils/<uuid:thread_id>/messages/<int:seq>/accuse",
        threads.acknowledge_message,
        name="thread-acknowledge",
    ),
    # Files.
    path("pieces/<uuid:attachment_id>", files.download, name="attachment"),
    path(
        "pieces/<uuid:attachment_id>/apercu", files.preview, name="attachment-preview"
    ),
    path(
        "pieces/<uuid:attachment_id>/original",
        files.original,
        name="attachment-original",
    ),
    path("metrics", metrics.metrics, name="metrics"),
    # (end of files)
    #
    # A measure's form.
    path("mesures/nouvelle", drafts.new, name="measure-new"),
    path(
        "mesures/<name:reference>/completer/piece",
        order_documents.order_document,
        name="order-document",
    ),
    path(
        "mesures/<name:reference>/completer/<slug:step>",
        drafts.step,
        name="measure-step",
    ),
    path("mesures/<name:reference>/abandon", drafts.discard, name="measure-discard"),
    path(
        "mesures/<name:reference>/modification",
        modification.modification,
        name="measure-modify",
    ),
    # (end of the form)
    #
    # Choosing a centre, asking for room.
    path("mesures/<name:reference>/espace", choosing.choose, name="measure-centre"),
    path("espaces/carte", centres.departements_map, name="centres-map"),
    path("disponibilites", availability.requests, name="availability"),
    path("disponibilites/nouvelle", availability.new, name="availability-new"),
    path(
        "disponibilites/<uuid:request_id>",
        availability.request_page,
        name="availability-request",
    ),
    path(
        "disponibilites/<uuid:request_id>/reponse",
        availability.answer,
        name="availability-answer",
    ),
    # (end of choosing)
    #
    # A measure's acts.
    path("mesures/<name:reference>/relire", transmission.review, name="measure-review"),
    path("mesures/<name:reference>/actes/<slug:slug>", acts.act, name="measure-act"),
    path(
        "fils/<uuid:thread_id>/sans-reponse",
        threads.expect_no_answer,
        name="thread-no-answer",
    ),
    # (end of acts)
    #
    path("mesures/<name:reference>", measures.measure, name="measure"),
    # The desk, members, notes.
    path("bureau", desks.desk, name="desk"),
    path("bureau/<name:code>", desks.desk_of, name="desk-of"),
    path("bureau/<name:code>/places", desks.seat_colleague, name="desk-seat"),
    path("espaces/<name:code>/delai", own_centre.waiting, name="centre-waiting"),
    path(
        "espaces/<name:code>/delai/inchange",
        own_centre.waiting_unchanged,
        name="centre-waiting-unchanged",
    ),
    path("espaces/<name:code>/profil", own_centre.profile, name="centre-profile"),
    path("espaces/<name:code>/fermetures", own_centre.closures, name="centre-closures"),
    path(
        "mesures/<name:reference>/presences",
        attendance.attendance,
        name="attendance",
    ),
    path("organisations/<name:code>/contacts", members.members, name="members"),
    path(
        "organisations/<name:code>/contacts/<int:place>", members.member, name="member"
    ),
    path(
        "organisations/<name:code>/contacts/<int:place>/depart",
        members.leave,
        name="member-leave",
    ),
    path("organisations/<name:code>/adresse", members.mailbox, name="mailbox"),
    path("organisations/<name:code>/cabinets", members.units, name="units"),
    path("organisations/<name:code>/cabinets/<int:unit>", members.unit, name="unit"),
    path("absences", absences.absences, name="absences"),
    path("absences/<int:absence>/fin", absences.end, name="absence-end"),
    path("fils/<uuid:thread_id>/prise-en-charge", side.charge, name="thread-charge"),
    path("fils/<uuid:thread_id>/notes", side.notes, name="thread-notes"),
    # (end of the desk)
    #
    # Standard answers, and the record of a thread on paper.
    path("reponses-types", answers.answers, name="answers"),
    path("reponses-types/nouvelle", answers.new, name="answer-new"),
    path("reponses-types/<uuid:answer_id>", answers.answer, name="answer"),
    path(
        "reponses-types/<uuid:answer_id>/reprise",
        answers.take_again,
        name="answer-again",
    ),
    path("reponses-types/<uuid:answer_id>/offre", answers.offer, name="answer-offer"),
    path("fils/<uuid:thread_id>/dossier", record.record, name="thread-record"),
    path("fils/<uuid:thread_id>/reponse-type", answers.filled, name="thread-answer"),
    # (end of standard answers)
    #
    # Figures.
    path("chiffres-cles", figures.key_figures, name="figures"),
    path("chiffres-cles.csv", figures.as_csv, name="figures-csv"),
    path("chiffres-cles.json", figures.as_json, name="figures-json"),
    path("bureau/national/chiffres", figures.national_figures, name="national-figures"),
    path("bureau/<name:code>/chiffres", figures.desk_figures, name="desk-figures"),
    # (end of figures)
    #
    path("recherche", search.search, name="search"),
    path("recherche/palette", palette.palette, name="palette"),
    path("espaces", centres.centres, name="centres"),
    path("espaces/<name:code>", centres.centre, name="centre"),
    path("connexion", accounts.sign_in, name="sign-in"),
    path("connexion/code", accounts.code, name="sign-in-code"),
    path("connexion/lien/<str:secret>", accounts.link, name="sign-in-link"),
    path("deconnexion", accounts.sign_out, name="sign-out"),
    path("sessions", accounts.sessions, name="sessions"),
    path("sessions/prolongation", session_end.stay, name="session-stay"),
    path("sessions/<uuid:public_id>/fin", accounts.end_session, name="session-end"),
    path("affichage", accounts.display, name="display"),
    path(
        "mentions-legales",
        information.static_page("legal/legal_notice.html"),
        name="legal-notice",
    ),
    path(
        "confidentialite",
        information.static_page("legal/privacy.html"),
        name="privacy",
    ),
    path("cgu", information.static_page("legal/terms.html"), name="terms"),
    path(
        "accessibilite",
        information.static_page("legal/accessibility.html"),
        name="accessibility",
    ),
    path("sources-des-donnees", information.sources, name="sources"),
    path("healthz", information.healthz, name="healthz"),
    path("readyz", information.readyz, name="readyz"),
]
