"""Pages: headers everywhere, nothing acts on GET, both languages, constant queries."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.actions import reference_data
from hub.actions.messages import post_messages
from hub.actions.reception import declare_unable
from hub.actions.transmission import redesignate
from hub.demo import Demo, transmit_demo
from hub.models import Centre, User
from hub.models.centres import VisitKind
from hub.models.choices import UnableReason
from hub.posting import Draft

SignIn = Callable[[User], Client]
PUBLIC = ("/connexion", "/mentions-legales", "/confidentialite", "/cgu",
          "/accessibilite", "/sources-des-donnees", "/healthz", "/readyz",
          "/api/v1/openapi.json", "/dev/mail", "/dev/components",
          "/nulle-part")  # fmt: skip


def addresses(demo: Demo) -> list[str]:
    measure = demo.threads[0].designation.measure
    thread = f"/fils/{demo.threads[0].pk}"
    api = f"/api/v1/threads/{demo.threads[0].pk}/messages"
    private = ["/", "/espaces", "/espaces/DEMO-44-01", "/sessions", thread]
    return [*PUBLIC, *private, f"/mesures/{measure.reference}", "/api/v1/threads", api]


def counts() -> dict[str, Any]:
    return {model.__name__: model.objects.count() for model in apps.get_models()}


def test_every_answer_carries_the_policy_and_the_headers(
    demo: Demo, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["camille"])
    for where in addresses(demo):
        headers = client.get(where).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, where
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        expected = {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
        assert {name: headers.get(name) for name in expected} == expected, where


def test_nothing_acts_on_get_or_head(demo: Demo, sign_in: SignIn) -> None:
    client = sign_in(demo.people["camille"])
    before = counts()
    for where in addresses(demo):
        assert client.get(where).status_code in (200, 404), where
        client.head(where)
    assert counts() == before
    assert client.post("/deconnexion").status_code == 302
    assert counts() != before


def test_a_cookie_is_never_readable_by_scripts(demo: Demo) -> None:
    client = Client()
    client.get("/connexion")
    client.post("/connexion", {"email": "x@y.fr"})
    assert {"csrf", "demande"} <= set(client.cookies)
    for cookie in client.cookies.values():
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] in ("Lax", "Strict")


def test_a_form_without_its_token_is_refused(demo: Demo) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(demo.people["camille"])
    thread = f"/fils/{demo.threads[0].pk}"
    api = f"/api/v1/threads/{demo.threads[0].pk}/messages"
    assert client.get(thread).status_code == 200
    assert client.post(thread, {"body": "x"}).status_code == 403
    body = {"id": str(uuid4()), "body": "x"}
    answer = client.post(api, body, content_type="application/json")
    assert answer.status_code == 403


def test_a_refused_message_keeps_what_was_typed(demo: Demo, sign_in: SignIn) -> None:
    client = sign_in(demo.people["camille"])
    long = "mot " * 3000
    answer = client.post(f"/fils/{demo.threads[0].pk}", {"body": long})
    assert answer.status_code == 400
    assert long.strip() in answer.content.decode()


def test_reading_and_acknowledging_work_as_plain_forms(
    demo: Demo, sign_in: SignIn
) -> None:
    client, thread = sign_in(demo.people["camille"]), f"/fils/{demo.threads[0].pk}"
    assert client.post(f"{thread}/lecture", {"seq": "5"}).status_code == 303
    assert client.post(f"{thread}/messages/5/accuse").status_code == 303
    samira = sign_in(demo.people["samira"]).get(thread).content.decode()
    assert "Accusé de réception par Camille Moreau" in samira


def test_a_lost_database_gives_503_and_the_text_back(
    demo: Demo, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any) -> None:
        raise OperationalError("gone")

    client = sign_in(demo.people["camille"])
    same = str(uuid4())
    monkeypatch.setattr("hub.views.threads.post_messages", lost)
    where = f"/fils/{demo.threads[0].pk}"
    answer = client.post(where, {"id": same, "body": "À garder <b>"})
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "À garder &lt;b&gt;" in page
    assert same in page
    assert "Réessayer" in page
    api = f"/api/v1/threads/{demo.threads[0].pk}/messages"
    monkeypatch.setattr("hub.api.post_messages", lost)
    body = {"id": same, "body": "x"}
    answer = client.post(api, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


@pytest.mark.parametrize("at", ["SessionStore.load", "Accounts.get_user"])
def test_a_database_lost_before_any_view_gives_503_and_the_text_back_too(
    demo: Demo, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """The session's row or, a moment later, the account's."""
    client = sign_in(demo.people["camille"])

    def lost(*_: Any, **__: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(f"hub.sessions.{at}", lost)
    assert client.get("/").status_code == 503
    assert client.get("/api/v1/threads").json()["code"] == "unavailable"
    where = f"/fils/{demo.threads[0].pk}"
    answer = client.post(where, {"id": str(uuid4()), "body": "À garder <b>"})
    assert answer.status_code == 503
    assert "À garder &lt;b&gt;" in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "word"), [("fr", "Ce qui vous attend"), ("en", "What waits for you")]
)
def test_pages_speak_the_persons_language(
    demo: Demo, sign_in: SignIn, language: str, word: str
) -> None:
    client = sign_in(demo.people["camille"])
    assert (
        word in client.get("/", headers={"accept-language": language}).content.decode()
    )
    client.post("/affichage", {"langue": language})
    other = "en" if language == "fr" else "fr"
    page = client.get("/", headers={"accept-language": other}).content.decode()
    assert word in page
    assert f'<html lang="{language}"' in page


def test_pages_cost_the_same_queries_whatever_they_show(
    demo: Demo, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["camille"])
    client.get("/")  # what a process asks once is asked now

    def queries() -> dict[str, int]:
        found = {}
        for where in addresses(demo):
            with CaptureQueriesContext(connection) as captured:
                client.get(where)
            found[where] = len(captured)
        return found

    few = queries()
    for _ in range(20):
        transmit_demo(
            demo.people,
            VisitKind.VISIT,
            [5],
            demo.threads[0].designation.measure.decided_on,
        )
    thread, author = demo.threads[0].pk, demo.people["samira"].pk
    post_messages(
        [Draft(thread, author, uuid4(), "x", needs_ack=True) for _ in range(60)]
    )
    for row in reference_data.demo_rows()[:40]:
        if not Centre.objects.filter(code=row["code"]).exists():
            reference_data.store_demo_centre(row)
    assert queries() == few
    assert max(few.values()) <= 27, few  # a thread whose receipt is awaited


def test_the_whole_country_fits_in_the_same_queries(sign_in: SignIn, db: None) -> None:
    call_command("demo")
    client = sign_in(User.objects.get(email="camille.moreau@justice.demo.invalid"))
    client.get("/")
    with CaptureQueriesContext(connection) as captured:
        page = client.get("/espaces").content.decode()
    assert "192 espaces de rencontre" in page
    assert len(captured) <= 16


def test_a_second_designation_is_another_thread_and_strangers_stay_out(
    demo: Demo, sign_in: SignIn
) -> None:
    measure, samira = demo.threads[0].designation.measure, demo.people["samira"]
    declare_unable(measure, reason=UnableReason.CAPACITY, body="Complet.", by=samira)
    other = Centre.objects.get(code="DEMO-44-02")
    thread = redesignate(measure, other, by=demo.people["camille"])
    theirs, ours = sign_in(demo.people["nadia"]), sign_in(samira)
    assert theirs.get(f"/fils/{thread.pk}").status_code == 200
    assert ours.get(f"/fils/{thread.pk}").status_code == 404
    assert theirs.get(f"/fils/{demo.threads[0].pk}").status_code == 404
    assert theirs.get(f"/mesures/{measure.reference}").status_code == 200
    # The first centre keeps its own past, and nothing that came later.
    assert ours.get(f"/fils/{demo.threads[0].pk}").status_code == 200
    assert ours.get(f"/mesures/{measure.reference}").status_code == 404
