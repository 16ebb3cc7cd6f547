"""Standard answers: variables, versions, who words them, who inserts them where."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub import permissions
from hub.actions import answers as actions
from hub.actions import members
from hub.actions.answers import Words
from hub.answer_variables import VARIABLES, canonical, fill, values_in
from hub.demo import CENTRE, COURT, Demo
from hub.errors import Forbidden, InvalidInput, NotFound, StaleForm
from hub.models import (
    Court,
    JournalEntry,
    Measure,
    Message,
    ReadMark,
    Role,
    StandardAnswer,
    StandardAnswerVersion,
    User,
)
from hub.queries import answers as queries
from tests.hostile import EVERYTHING

SignIn = Callable[[User], Client]
WORDS = Words(
    "Demande de calendrier", "Pour {reference} : à quelle date ? {prenom_nom}"
)


def create(demo: Demo, by: str = "camille", words: Words = WORDS) -> StandardAnswer:
    code = COURT if by in ("camille", "paul", "anne") else CENTRE
    return actions.create_answer(code, words, by=demo.people[by])


def body_shown(page: str) -> str:
    """What stands in the field one writes in."""
    return page.partition('<textarea id="body"')[2].partition(">")[2].partition("<")[0]


# Variables


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("{reference}", "{reference}"),
        ("{ Référence } et {AUJOURD'HUI}", "{reference} et {aujourd_hui}"),
        ("sans variable", "sans variable"),
    ],
)
def test_a_variable_is_recognised_however_it_is_typed(typed: str, stored: str) -> None:
    assert canonical(typed) == stored


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("{referense}", "{reference}"),
        ("{nom_du_pere}", "{aujourd_hui}"),  # all of them are listed
        ("{}", "{reference}"),
        ("un { seul", "{reference}"),
        ("un } seul", "{reference}"),
        ("{{reference}}", "{reference}"),
        ("{refe\nrence", "{reference}"),
    ],
)
def test_an_unknown_variable_or_a_lone_brace_is_refused_in_words(
    typed: str, said: str
) -> None:
    with pytest.raises(ValueError, match=r"[.?]$") as refused:
        canonical(typed)
    assert said in str(refused.value)


def test_a_value_is_never_read_as_a_variable() -> None:
    values = {"centre": "{juridiction} {x}", "juridiction": "jamais"}
    assert fill("À {centre}.", values) == "À {juridiction} {x}."


def test_every_variable_has_a_value_in_a_thread_and_costs_no_query(
    demo: Demo, django_assert_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    samira, thread = demo.people["samira"], demo.threads[0].pk
    Measure.objects.update(decided_on=date(2026, 9, 29))
    seat = permissions.seat_in_thread(samira, thread, "thread.write")
    with django_assert_num_queries(0):
        # In Paris the 24th has begun.
        values = values_in(seat, samira, datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    assert set(values) == {variable.name for variable in VARIABLES}
    assert values["aujourd_hui"] == "24 novembre 2026"
    assert values["date_decision"] == "29 septembre 2026"
    assert values["prenom_nom"] == "Samira Benali"
    assert values["juridiction"] == "Tribunal judiciaire de Nantes"
    assert values["reference"] == demo.threads[0].designation.measure.reference


# Versions


def test_a_change_is_a_version_and_an_older_one_can_be_taken_again(demo: Demo) -> None:
    answer, camille = create(demo), demo.people["camille"]
    other = Words("Calendrier", "Quand ?")
    actions.change_answer(answer.pk, other, seen=1, by=camille)
    actions.change_answer(answer.pk, other, seen=1, by=camille)  # nothing new
    actions.take_again(answer.pk, 1, by=camille)
    rows = StandardAnswerVersion.objects.filter(answer=answer).order_by("number")
    assert [(r.number, r.title, r.taken_from) for r in rows] == [
        (1, WORDS.title, None),
        (2, "Calendrier", None),
        (3, WORDS.title, 1),
    ]
    assert {r.by_name for r in rows} == {"Camille Moreau"}
    with pytest.raises(NotFound):
        actions.take_again(answer.pk, 9, by=camille)


def test_who_had_an_older_version_before_them_overwrites_nothing(
    demo: Demo, sign_in: SignIn
) -> None:
    answer, camille = create(demo), demo.people["camille"]
    actions.change_answer(answer.pk, Words("A", "a"), seen=1, by=camille)
    with pytest.raises(StaleForm):
        actions.change_answer(answer.pk, Words("B", "b"), seen=1, by=camille)
    client = sign_in(demo.people["anne"])
    typed = {"title": "B", "body": "mon texte", "version": "1"}
    page = client.post(f"/reponses-types/{answer.pk}", typed)
    assert page.status_code == 409
    assert "mon texte" in page.content.decode()
    assert "Camille Moreau" in page.content.decode()


def test_a_retired_answer_is_kept_and_offered_again(demo: Demo) -> None:
    answer, camille = create(demo), demo.people["camille"]
    actions.offer(answer.pk, False, by=camille)
    actions.offer(answer.pk, False, by=camille)  # twice is once
    again = create(demo)  # its title is free
    assert again.pk != answer.pk
    with pytest.raises(InvalidInput):
        actions.offer(answer.pk, True, by=camille)
    actions.offer(again.pk, False, by=camille)
    actions.offer(answer.pk, True, by=camille)
    answer.refresh_from_db()
    assert answer.retired_at is None
    acts = JournalEntry.objects.filter(object_kind="standard_answer")
    mine = acts.filter(object_id=str(answer.pk)).order_by("pk")
    assert [a.action.rpartition("_")[2] for a in mine] == [
        "created", "retired", "offered",
    ]  # fmt: skip
    assert WORDS.title not in str([vars(a) for a in acts])


def test_a_title_is_offered_once_and_the_same_words_are_one_answer(demo: Demo) -> None:
    answer = create(demo)
    assert create(demo).pk == answer.pk
    with pytest.raises(InvalidInput):
        create(demo, words=Words(WORDS.title, "autre"))
    create(demo, by="samira")  # another organisation's titles are its own


def test_an_organisation_offers_a_hundred_at_most(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = StandardAnswer.objects.filter(court__code=COURT).count()
    monkeypatch.setattr(actions, "MOST", offered + 1)
    create(demo)
    with pytest.raises(InvalidInput):
        create(demo, words=Words("Un de trop", "x"))


# Who


@pytest.mark.parametrize("key", ["paul", "luc", "nadia", "noe", "operator"])
def test_only_who_answers_for_the_house_words_its_answers(
    demo: Demo, sign_in: SignIn, key: str
) -> None:
    of_court, of_centre = create(demo), create(demo, by="samira")
    user, client = demo.people[key], sign_in(demo.people[key])
    for answer, code in ((of_court, COURT), (of_centre, CENTRE)):
        with pytest.raises((Forbidden, NotFound)):
            actions.create_answer(code, WORDS, by=user)
        for act in (
            lambda pk=answer.pk: actions.change_answer(pk, WORDS, seen=1, by=user),
            lambda pk=answer.pk: actions.take_again(pk, 1, by=user),
            lambda pk=answer.pk: actions.offer(pk, False, by=user),
        ):
            with pytest.raises((Forbidden, NotFound)):
                act()
        where = f"/reponses-types/{answer.pk}"
        for address in (where, f"{where}/reprise", f"{where}/offre"):
            assert client.post(address, {"version": "1"}).status_code in (403, 404)
    assert StandardAnswerVersion.objects.filter(answer=of_court).count() == 1


def test_answers_of_others_are_as_good_as_missing(demo: Demo, sign_in: SignIn) -> None:
    answer = create(demo)
    for key in ("samira", "nadia"):
        client = sign_in(demo.people[key])
        assert client.get(f"/reponses-types/{answer.pk}").status_code == 404
        assert WORDS.title not in client.get("/reponses-types").content.decode()
    page = sign_in(demo.people["paul"]).get("/reponses-types").content.decode()
    assert WORDS.title in page
    assert "M-7K3F-92QX" in page  # as it will look
    assert "/reponses-types/nouvelle" not in page


def test_a_colleague_of_the_same_house_may_change_what_another_worded(
    demo: Demo, sign_in: SignIn
) -> None:
    answer, anne = create(demo), sign_in(demo.people["anne"])
    typed = {"title": "Calendrier", "body": "Quand ?", "version": "1"}
    assert anne.post(f"/reponses-types/{answer.pk}", typed).status_code == 303
    page = anne.get(f"/reponses-types/{answer.pk}").content.decode()
    assert "Anne Leroy" in page
    assert "Camille Moreau" in page
    assert anne.post(f"/reponses-types/{answer.pk}/reprise", {"version": "1"})
    assert queries.words_of(StandardAnswer.objects.get(pk=answer.pk)).title == WORDS[0]


def test_a_chief_clerk_words_answers_and_inserts_none(
    demo: Demo, sign_in: SignIn
) -> None:
    chief = members.create_user(
        email="c@demo.invalid", given_name="Chef", usual_name="Test"
    )
    court = Court.objects.get(code=COURT)
    place = members.add_membership(chief, Role.CHIEF_CLERK, court=court)
    members.seat(demo.threads[0], [place])
    answer = actions.create_answer(COURT, WORDS, by=chief)
    where = f"/fils/{demo.threads[0].pk}"
    client = sign_in(chief)
    assert client.get(f"{where}/reponse-type?reponse={answer.pk}").status_code == 403
    assert WORDS.title not in client.get(where).content.decode()


# Inserting


def test_an_answer_is_filled_for_its_thread_and_nothing_is_written(
    demo: Demo, sign_in: SignIn
) -> None:
    answer, thread = create(demo), demo.threads[0]
    reference = thread.designation.measure.reference
    expected = f"Pour {reference} : à quelle date ? Paul Petit"
    client = sign_in(demo.people["paul"])
    client.get("/")  # presence is noted once a minute
    before = (Message.objects.count(), ReadMark.objects.count())
    text = client.get(f"/fils/{thread.pk}/reponse-type?reponse={answer.pk}")
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert text.content.decode() == expected
    page = client.get(f"/fils/{thread.pk}?reponse={answer.pk}").content.decode()
    assert expected in body_shown(page)
    assert (Message.objects.count(), ReadMark.objects.count()) == before


def test_the_other_house_inserts_neither_by_page_nor_by_script(
    demo: Demo, sign_in: SignIn
) -> None:
    answer, where = create(demo), f"/fils/{demo.threads[0].pk}"
    samira = sign_in(demo.people["samira"])
    for wanted in (answer.pk, uuid4()):
        asked = samira.get(f"{where}/reponse-type?reponse={wanted}")
        assert asked.status_code == 404
        page = samira.get(f"{where}?reponse={wanted}").content.decode()
        assert body_shown(page).strip() == ""
        assert "plus proposée" in page
    nadia = sign_in(demo.people["nadia"])
    assert nadia.get(f"{where}/reponse-type?reponse={answer.pk}").status_code == 404
    actions.offer(answer.pk, False, by=demo.people["camille"])
    paul = sign_in(demo.people["paul"])
    assert paul.get(f"{where}/reponse-type?reponse={answer.pk}").status_code == 404
    assert WORDS.title not in paul.get(where).content.decode()


@pytest.mark.parametrize("wrong", ["", "x", "%00", "1" * 400, f"{UUID(int=7)}0"])
def test_an_address_that_names_no_answer_changes_nothing(
    demo: Demo, sign_in: SignIn, wrong: str
) -> None:
    client, where = sign_in(demo.people["paul"]), f"/fils/{demo.threads[0].pk}"
    assert client.get(f"{where}/reponse-type?reponse={wrong}").status_code == 400
    assert client.get(f"{where}?reponse={wrong}").status_code == 200


# Pages


def test_a_wrong_text_comes_back_with_its_sentence(demo: Demo, sign_in: SignIn) -> None:
    client = sign_in(demo.people["samira"])
    typed = {"title": "Bonjour", "body": "Pour {referense}", "organisation": CENTRE}
    page = client.post("/reponses-types/nouvelle", typed)
    assert page.status_code == 400
    assert "<title>Erreur" in page.content.decode()
    assert "Pour {referense}" in page.content.decode()
    assert "vouliez-vous dire {reference}" in page.content.decode()
    assert not StandardAnswerVersion.objects.filter(title="Bonjour").exists()


def test_browsers_send_where_the_forms_come_from(demo: Demo, sign_in: SignIn) -> None:
    """Else they are refused as foreign: reply links, at /reponse, are another thing."""
    client = sign_in(demo.people["samira"])
    for address in ("/reponses-types", "/reponses-types/nouvelle"):
        assert client.get(address).headers["Referrer-Policy"] == "same-origin"
    assert client.get("/reponse").headers["Referrer-Policy"] == "no-referrer"


def test_a_preview_keeps_nothing(demo: Demo, sign_in: SignIn) -> None:
    client = sign_in(demo.people["samira"])
    typed = {"title": "T", "body": "De {organisation}", "apercu": "1"}
    page = client.post("/reponses-types/nouvelle", typed)
    assert page.status_code == 200
    name = demo.threads[0].designation.centre.name
    assert f"De {name}" in page.content.decode()
    assert not StandardAnswerVersion.objects.filter(title="T").exists()


@pytest.mark.machine  # PostgreSQL refuses more
def test_every_string_is_stored_as_cleaned_or_refused(
    demo: Demo, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["camille"])
    statuses = set()
    for typed in EVERYTHING:
        try:
            typed.encode()
        except UnicodeEncodeError:
            continue
        given = {"title": typed, "body": typed, "organisation": COURT}
        answer = client.post("/reponses-types/nouvelle", given)
        statuses.add(answer.status_code)
        given["organisation"] = typed
        refused = client.post("/reponses-types/nouvelle", given)
        assert refused.status_code in (303, 400, 404), repr(typed[:60])
    assert statuses == {303, 400}
    assert client.get("/reponses-types").status_code == 200


def test_the_pages_cost_the_same_whatever_they_show(
    demo: Demo, sign_in: SignIn
) -> None:
    client, answer = sign_in(demo.people["camille"]), create(demo)
    addresses = (
        "/reponses-types",
        f"/reponses-types/{answer.pk}",
        f"/fils/{demo.threads[0].pk}",
        f"/fils/{demo.threads[0].pk}?reponse={answer.pk}",
    )

    def costs() -> list[int]:
        found = []
        for where in addresses:
            client.get(where)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(where).status_code == 200
            found.append(len(captured))
        return found

    few = costs()
    for n in range(20):
        create(demo, words=Words(f"Titre {n}", "x"))
        words = Words(WORDS.title, f"x {n}")
        actions.change_answer(answer.pk, words, seen=n + 1, by=demo.people["camille"])
    assert costs() == few
