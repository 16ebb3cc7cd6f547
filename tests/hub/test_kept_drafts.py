"""What is typed and not sent is kept for its author alone, and never overwritten."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions import members
from hub.actions.contacts import leave
from hub.actions.kept_drafts import KEPT_FOR, keep, tidy_drafts
from hub.actions.messages import post_messages
from hub.actions.purging import purge
from hub.demo import Demo
from hub.errors import Forbidden, Illegal, NotFound, StaleForm
from hub.models import KeptDraft, Measure, Membership, Role, Thread, User
from hub.models.choices import MeasureState
from hub.posting import Draft
from hub.queries.kept_drafts import draft_in, threads_with_draft

SignIn = Callable[[User], Client]


def type_in(
    thread: Thread, user: User, body: str, *, key: UUID, revision: int = 0
) -> KeptDraft | None:
    draft = Draft(thread.pk, user.pk, key, body)
    return keep(user, draft, is_urgent=False, revision=revision)


def saved(
    thread: Thread, user: User, body: str, *, key: UUID, revision: int = 0
) -> KeptDraft:
    kept = type_in(thread, user, body, key=key, revision=revision)
    assert kept is not None
    return kept


def form(kept_id: UUID, body: str, **more: str) -> dict[str, str]:
    return {"id": str(kept_id), "body": body, "revision": "0", **more}


def test_what_is_typed_is_found_on_another_device_and_by_nobody_else(
    demo: Demo, sign_in: SignIn
) -> None:
    thread, key = demo.threads[0], uuid4()
    where = f"/fils/{thread.pk}"
    typed = form(key, "Pas encore envoyé", needs_ack="on", is_urgent="on", urgent="Vu")
    first = sign_in(demo.people["camille"])
    answer = first.post(f"{where}/brouillon", typed)
    assert answer.json()["said"].startswith("Brouillon enregistré, aujourd’hui")
    first.post("/deconnexion")
    page = sign_in(demo.people["camille"]).get(where).content.decode()
    assert "Pas encore envoyé</textarea>" in page
    assert f'name="id" value="{key}"' in page
    assert 'name="needs_ack" checked' in page
    assert 'name="is_urgent" checked' in page
    for other in ("paul", "samira", "luc"):
        assert (
            "Pas encore envoyé"
            not in sign_in(demo.people[other]).get(where).content.decode()
        ), other


def test_an_older_page_never_overwrites_a_newer_text(
    demo: Demo, sign_in: SignIn
) -> None:
    thread, camille, key = demo.threads[0], demo.people["camille"], uuid4()
    first = saved(thread, camille, "un", key=key)
    second = saved(thread, camille, "deux", key=key, revision=first.revision)
    assert second.revision > first.revision
    with pytest.raises(StaleForm):
        type_in(thread, camille, "trois", key=key, revision=first.revision)
    with pytest.raises(StaleForm):  # nor empties it, nor with a text of its own
        type_in(thread, camille, "", key=key, revision=first.revision)
    with pytest.raises(StaleForm):
        type_in(thread, camille, "quatre", key=uuid4())
    client, stale = sign_in(camille), form(key, "trois", revision=str(first.revision))
    answer = client.post(f"/fils/{thread.pk}/brouillon", stale)
    assert (answer.status_code, answer.json()["newer"]["body"]) == (409, "deux")
    chosen = answer.json()["newer"]["revision"]
    assert saved(thread, camille, "trois", key=key, revision=chosen).body == "trois"


def test_what_no_keyboard_types_is_refused(demo: Demo, sign_in: SignIn) -> None:
    """PostgreSQL refuses U+0000, and the page would ask again for ever."""
    where = f"/fils/{demo.threads[0].pk}/brouillon"
    client = sign_in(demo.people["camille"])
    answer = client.post(where, form(uuid4(), "a\0b"))
    assert (answer.status_code, "caractères" in answer.json()["said"]) == (400, True)
    assert not KeptDraft.objects.exists()
    urgent = form(uuid4(), "Bonjour", is_urgent="on", urgent="a\0b")
    assert client.post(where, urgent).status_code in (200, 400)


def test_the_same_text_twice_is_no_quarrel(demo: Demo) -> None:
    thread, camille, key = demo.threads[0], demo.people["camille"], uuid4()
    once = saved(thread, camille, "un", key=key)
    assert saved(thread, camille, "un", key=key).revision == once.revision


def test_a_revision_is_never_used_again(demo: Demo) -> None:
    """A page that slept over a sent message must not take a later text for its own."""
    thread, camille, old = demo.threads[0], demo.people["camille"], uuid4()
    before = saved(thread, camille, "un", key=old)
    assert type_in(thread, camille, "", key=old, revision=before.revision) is None
    saved(thread, camille, "deux", key=uuid4())
    with pytest.raises(StaleForm):
        type_in(thread, camille, "un et plus", key=old, revision=before.revision)


def test_what_was_posted_is_no_draft_any_more_whatever_the_door(demo: Demo) -> None:
    thread, camille, key = demo.threads[0], demo.people["camille"], uuid4()
    kept = saved(thread, camille, "Bonjour", key=key)
    assert threads_with_draft(camille) == {thread.pk}
    post_messages([Draft(thread.pk, camille.pk, key, "Bonjour")])
    assert draft_in(thread, camille) is None
    assert threads_with_draft(camille) == set()
    # A save that was on its way while the message was posted brings nothing back.
    assert type_in(thread, camille, "Bonj", key=key, revision=kept.revision) is None
    assert not KeptDraft.objects.exists()
    # The next message begins anew, whatever revision the page had seen.
    assert saved(thread, camille, "Encore", key=uuid4(), revision=7).body == "Encore"


def test_posting_by_the_form_removes_the_draft(demo: Demo, sign_in: SignIn) -> None:
    thread, camille, key = demo.threads[0], demo.people["camille"], uuid4()
    saved(thread, camille, "Bonjour", key=key)
    client = sign_in(camille)
    assert client.post(f"/fils/{thread.pk}", form(key, "Bonjour")).status_code == 303
    assert not KeptDraft.objects.exists()


def test_posting_itself_does_nothing_about_drafts(demo: Demo) -> None:
    thread, camille, key = demo.threads[0], demo.people["camille"], uuid4()
    saved(thread, camille, "Bonjour", key=key)
    with CaptureQueriesContext(connection) as asked:
        post_messages([Draft(thread.pk, camille.pk, key, "Bonjour")])
    assert not [q for q in asked.captured_queries if "keptdraft" in q["sql"].lower()]


def test_a_stranger_and_a_reader_keep_nothing(demo: Demo) -> None:
    thread = demo.threads[0]
    with pytest.raises(NotFound):
        type_in(thread, demo.people["nadia"], "Bonjour", key=uuid4())
    chief = members.create_user(
        email="chief@justice.demo.invalid", given_name="C", usual_name="Fictif"
    )
    court = thread.designation.measure.court
    place = members.add_membership(chief, Role.CHIEF_CLERK, court=court)
    members.seat(thread, [place])
    with pytest.raises(Forbidden):
        type_in(thread, chief, "Bonjour", key=uuid4())


def test_a_text_without_end_is_not_kept(demo: Demo) -> None:
    with pytest.raises(Illegal):
        type_in(demo.threads[0], demo.people["camille"], "x" * 100_001, key=uuid4())


def test_a_draft_goes_with_the_place(demo: Demo) -> None:
    luc, samira = demo.people["luc"], demo.people["samira"]
    for user in (luc, samira):
        saved(demo.threads[0], user, "Bonjour", key=uuid4())
    place = Membership.objects.get(user=luc)
    assert place.centre
    leave(place.pk, organisation=place.centre, by=samira)
    assert [kept.user for kept in KeptDraft.objects.all()] == [samira]


def test_a_draft_goes_with_the_measure(demo: Demo) -> None:
    thread = demo.threads[0]
    measure = thread.designation.measure
    saved(thread, demo.people["samira"], "Bonjour", key=uuid4())
    Measure.objects.filter(pk=measure.pk).update(state=MeasureState.ARCHIVED)
    purge(Measure.objects.get(pk=measure.pk))
    assert not KeptDraft.objects.exists()


def test_what_is_old_sent_or_without_a_seat_is_tidied_away(demo: Demo) -> None:
    camille, paul, samira, luc = (
        demo.people[key] for key in ("camille", "paul", "samira", "luc")
    )
    thread, key = demo.threads[0], uuid4()
    old = saved(thread, camille, "vieux", key=uuid4())
    long_ago = timezone.now() - KEPT_FOR - timedelta(minutes=1)
    KeptDraft.objects.filter(pk=old.pk).update(changed_at=long_ago)
    saved(thread, paul, "envoyé", key=key)
    post_messages([Draft(thread.pk, paul.pk, key, "envoyé")])
    saved(thread, luc, "parti", key=uuid4())
    Membership.objects.filter(user=luc).update(until=timezone.now())
    saved(thread, samira, "à garder", key=uuid4())
    assert tidy_drafts() == 3
    assert [kept.body for kept in KeptDraft.objects.all()] == ["à garder"]
