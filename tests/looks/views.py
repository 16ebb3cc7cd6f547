"""What there is to look at: one line for each page and state.

`path` may name a place of world.py in braces. `route` is compared with the page that
answers, and tests/test_looks.py with the list of routes: a new page has to come here.
"""

from dataclasses import dataclass, field

COURT, CENTRE = "TJ44109", "DEMO-44-01"


@dataclass(frozen=True)
class View:
    """`fill`: selector -> text, then `press`: selector of a button; `then`: what the
    answer shows. `offline`: the answer is world.py's own, for it cannot be provoked."""

    name: str
    who: str
    path: str
    route: str
    status: int = 200
    fill: dict[str, str] = field(default_factory=dict)
    press: str = ""
    then: str = ""
    offline: str = ""


# Answers to GET that are no page of ours: data, files, mails, a redirect.
NOT_PAGES = {
    "hub:attachment": "a file",
    "hub:attachment-preview": "a picture",
    "hub:order-document": "a part of a page",
    "hub:thread-answer": "plain text for a script",
    "hub:metrics": "for machines",
    "hub:figures-csv": "data",
    "hub:figures-json": "data",
    "hub:healthz": "for machines",
    "hub:readyz": "for machines",
    "api:threads": "data",
    "api:waiting": "data",
    "hub:palette": "data",
    "api:messages": "data",
    "api:receipts": "data",
    "api:attachments": "data",
    "api:attachment": "data",
    "api:openapi-json": "data",
    "notifications:push-worker": "a script",
    "notifications:dev-email": "a mail, with a look of its own",
}
SUBMIT = "main form button[type=submit]:not(.button--quiet)"

PUBLIC = (
    View("sign-in", "", "/connexion", "hub:sign-in"),
    View("sign-in-error", "", "/connexion", "hub:sign-in",
         press="main .button--primary", then="#summary", status=400),
    View("sign-in-code", "", "/connexion", "hub:sign-in-code",
         fill={"#email": "anne.leroy@justice.demo.invalid"},
         press="main .button--primary", then="#code"),
    View("sign-in-code-error", "", "/connexion/code", "hub:sign-in-code",
         fill={"#code": "000000"}, press="main .button--primary", then="#summary",
         status=400),
    View("sign-in-link", "", "{sign_in}", "hub:sign-in-link"),
    View("sign-in-link-gone", "", "/connexion/lien/inconnu", "hub:sign-in-link",
         status=400),
    View("legal-notice", "", "/mentions-legales", "hub:legal-notice"),
    View("privacy", "", "/confidentialite", "hub:privacy"),
    View("terms", "", "/cgu", "hub:terms"),
    View("accessibility", "", "/accessibilite", "hub:accessibility"),
    View("sources", "", "/sources-des-donnees", "hub:sources"),
    View("figures", "", "/chiffres-cles", "hub:figures"),
    View("components", "", "/dev/components", "components"),
    View("dev-mail", "", "/dev/mail", "notifications:dev-mail"),
    View("dev-mail-message", "", "/dev/mail/1", "notifications:dev-mail-message"),
    View("dev-emails", "", "/dev/emails", "notifications:dev-emails"),
    View("unsubscribe", "", "{unsubscribe}", "notifications:unsubscribe"),
    View("not-found", "", "/nulle-part", "", status=404),
    *(View(f"failure-{status}", "", f"/panne/{status}", "", status=status,
           offline=f"failure_{status}") for status in (400, 403, 405, 413, 429, 500, 502, 503)),
)  # fmt: skip

# In this order, in one browser that nobody is signed in to.
REPLY = (
    View("reply-link", "link", "{link}", "notifications:link"),
    View("reply-code", "link", "{link}", "notifications:reply",
         press="main button[type=submit]", then="#code"),
    View("reply-code-error", "link", "/reponse/code", "notifications:reply-code",
         fill={"#code": "000000"}, press="main .button--primary", then=".error",
         status=400),
    View("reply", "link", "/reponse", "notifications:reply", fill={"#code": "(mailed)"},
         press="main .button--primary", then="#repondre"),
    View("reply-done", "link", "/reponse", "notifications:reply-done",
         fill={"#body": "Oui."}, press="#repondre .button--primary"),
    View("reply-gone", "link", "/r/inconnu", "notifications:link", status=404),
)  # fmt: skip

JUDGE = (
    View("home-judge", "camille", "/", "hub:home"),
    View("thread-judge", "camille", "/fils/{thread}", "hub:thread"),
    View("measure-judge", "camille", "/mesures/{measure}", "hub:measure"),
    View("attachment-original", "camille", "/pieces/{attachment}/original",
         "hub:attachment-original"),
    View("choose", "camille", "/mesures/{draft}/espace", "hub:measure-centre"),
    View("review", "camille", "/mesures/{draft}/relire", "hub:measure-review"),
    View("review-incomplete", "camille", "/mesures/{draft_empty}/relire",
         "hub:measure-review"),
    View("modify", "camille", "/mesures/{measure_active}/modification",
         "hub:measure-modify"),
    View("centres", "camille", "/espaces", "hub:centres"),
    View("centres-none", "camille", "/espaces?q=zzzz", "hub:centres"),
    View("centre", "camille", f"/espaces/{CENTRE}", "hub:centre"),
    View("map", "camille", "/espaces/carte", "hub:centres-map"),
    View("availability", "camille", "/disponibilites", "hub:availability"),
    View("availability-new", "camille", f"/disponibilites/nouvelle?espace={CENTRE}",
         "hub:availability-new"),
    View("availability-new-error", "camille", f"/disponibilites/nouvelle?espace={CENTRE}",
         "hub:availability-new", press=SUBMIT, then=".error", status=400),
    View("availability-request", "camille", "/disponibilites/{request}",
         "hub:availability-request"),
    View("search", "camille", "/recherche?q=parent", "hub:search"),
    View("search-empty", "camille", "/recherche", "hub:search"),
    View("search-none", "camille", "/recherche?q=zzzz", "hub:search"),
    View("record", "camille", "/fils/{thread}/dossier", "hub:thread-record"),
    View("answers", "camille", "/reponses-types", "hub:answers"),
    View("answer", "camille", "/reponses-types/{answer}", "hub:answer"),
    View("answer-new", "camille", "/reponses-types/nouvelle", "hub:answer-new"),
    View("desk-court", "camille", "/bureau", "hub:desk"),
    View("desk-court-figures", "camille", f"/bureau/{COURT}/chiffres",
         "hub:desk-figures"),
    View("members-court", "camille", f"/organisations/{COURT}/contacts", "hub:members"),
    View("sessions", "camille", "/sessions", "hub:sessions"),
    View("preferences", "camille", "/preferences", "notifications:preferences"),
    View("devices", "camille", "/preferences/appareils", "notifications:devices"),
    View("journal", "camille", "/notifications", "notifications:journal"),
    View("own-links", "camille", "/liens", "notifications:own-links"),
    View("forbidden", "camille", "/bureau/national/chiffres", "hub:national-figures",
         status=403),
    *(View(f"act-{slug}", "camille", f"/mesures/{{measure_{state}}}/actes/{slug}",
           "hub:measure-act") for slug, state in (
        ("rappel", "received"), ("suspension", "active"), ("reprise", "suspended"),
        ("fin", "active"), ("reouverture", "ended"))),
    *(View(f"measure-{state}", "camille", f"/mesures/{{measure_{state}}}",
           "hub:measure") for state in ("unable", "suspended", "ended")),
)  # fmt: skip

CLERK = (
    View("home-clerk", "paul", "/", "hub:home"),
    View("measure-new", "paul", "/mesures/nouvelle", "hub:measure-new"),
    *(View(f"step-{step}", "paul", f"/mesures/{{draft}}/completer/{step}",
           "hub:measure-step") for step in ("decision", "famille", "modalites")),
    *(View(f"step-{step}-error", "paul", f"/mesures/{{draft_empty}}/completer/{step}",
           "hub:measure-step", press="button[value=next]", then="main", fill=fill,
           status=status) for step, fill, status in (
        ("decision", {"#decided_on": "le 3 mai"}, 400),
        ("famille", {"#child-1-birth": "2091-03"}, 400),
        ("modalites", {"#periodicity_count": "99999"}, 400))),
    View("measure-draft", "paul", "/mesures/{draft}", "hub:measure"),
    View("absences", "paul", "/absences", "hub:absences"),
    View("absences-error", "paul", "/absences", "hub:absences", press=SUBMIT,
         then=".error", status=400),
)  # fmt: skip

CENTRES = (
    View("home-centre", "samira", "/", "hub:home"),
    View("thread-centre", "samira", "/fils/{thread}", "hub:thread"),
    View("measure-centre", "samira", "/mesures/{measure_waiting}", "hub:measure"),
    View("notes", "samira", "/fils/{thread}/notes", "hub:thread-notes"),
    View("attendance", "samira", "/mesures/{measure_active}/presences",
         "hub:attendance"),
    View("attendance-error", "samira", "/mesures/{measure_active}/presences",
         "hub:attendance", press=SUBMIT, then=".error", status=400),
    View("desk-centre", "samira", "/bureau", "hub:desk"),
    View("desk-of", "samira", f"/bureau/{CENTRE}", "hub:desk-of"),
    View("desk-centre-figures", "samira", f"/bureau/{CENTRE}/chiffres",
         "hub:desk-figures"),
    View("waiting", "samira", f"/espaces/{CENTRE}/delai", "hub:centre-waiting"),
    View("profile", "samira", f"/espaces/{CENTRE}/profil", "hub:centre-profile"),
    View("closures", "samira", f"/espaces/{CENTRE}/fermetures", "hub:centre-closures"),
    View("closures-error", "samira", f"/espaces/{CENTRE}/fermetures",
         "hub:centre-closures", press=SUBMIT, then=".error", status=400),
    View("members-centre", "samira", f"/organisations/{CENTRE}/contacts",
         "hub:members"),
    View("member-leave", "samira", f"/organisations/{CENTRE}/contacts/{{place}}/depart",
         "hub:member-leave"),
    View("availability-asked", "samira", "/disponibilites/{request}",
         "hub:availability-request"),
    View("failures", "samira", "/notifications/echecs", "notifications:failures"),
    *(View(f"act-{slug}", "samira", f"/mesures/{{measure_{state}}}/actes/{slug}",
           "hub:measure-act") for slug, state in (
        ("acceptation", "received"), ("etape", "received"),
        ("premiere-rencontre", "waiting"), ("difficulte", "active"),
        ("impossibilite", "received"), ("proposition-de-fin", "active"))),
    View("act-error", "samira", "/mesures/{measure_active}/actes/difficulte",
         "hub:measure-act", press=SUBMIT, then=".error", status=400),
)  # fmt: skip

# People with nothing to do yet, and those who never see a measure.
OTHERS = (
    View("home-empty", "anne", "/", "hub:home"),
    View("desk-empty", "nadia", "/bureau", "hub:desk"),
    View("availability-empty", "anne", "/disponibilites", "hub:availability"),
    View("journal-empty", "anne", "/notifications", "notifications:journal"),
    View("stranger", "anne", "/fils/{thread}", "hub:thread", status=404),
    View("home-national", "noe", "/", "hub:home"),
    View("desk-national", "noe", "/bureau", "hub:desk"),
    View("national-figures", "noe", "/bureau/national/chiffres", "hub:national-figures"),
    View("failures-national", "noe", "/notifications/echecs", "notifications:failures"),
    View("home-operator", "operator", "/", "hub:home"),
    View("failures-operator", "operator", "/notifications/echecs",
         "notifications:failures"),
)  # fmt: skip

VIEWS = (*PUBLIC, *REPLY, *JUDGE, *CLERK, *CENTRES, *OTHERS)
