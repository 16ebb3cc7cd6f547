"""The courts, the invented centres, the import of real ones, the search."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from hub.actions.centres import import_centres
from hub.actions.reference_data import load_courts, load_demo_centres
from hub.demo import Demo
from hub.errors import DemoRefused, ImportFailed
from hub.forms.choosing import CriteriaForm
from hub.models import AppealCourt, Centre, Court, Departement, User, WaitingDeclaration
from hub.queries.choosing import candidates
from hub.queries.places import NOWHERE
from hub.ranking import Ranked, rank

HEADER = "code;name;manager;approval_number;departement;email;city;courts"
GOOD = "ER1;Espace Loire;Association;A-1;44;contact@exemple.fr;Nantes;TJ44109"


@pytest.fixture
def courts(db: None) -> None:
    load_courts()


def lines(*rows: str) -> list[str]:
    return [f"{row}\n" for row in (HEADER, *rows)]


def test_the_courts_of_france_are_there_and_loading_again_changes_nothing(
    courts: None,
) -> None:
    for _ in range(2):
        found = (Court, AppealCourt, Departement)
        assert [model.objects.count() for model in found] == [168, 37, 107]
        load_courts()
    assert (
        Court.objects.get(code="TJ44109").appeal_court.name == "Cour d'appel de Rennes"
    )


def test_every_demonstration_centre_says_so_and_no_mail_can_reach_it(
    courts: None,
) -> None:
    assert load_demo_centres() == load_demo_centres() == 192
    centres = Centre.objects.all()
    assert centres.count() == 192
    for centre in centres:
        assert centre.is_demo
        assert "fictif" in centre.name
        assert centre.email.endswith(".invalid")


def test_a_list_is_imported_and_imported_again_as_an_update(courts: None) -> None:
    assert import_centres(lines(GOOD)) == 1
    assert import_centres(lines(GOOD.replace("Loire", "Sèvre"))) == 1
    centre = Centre.objects.get()
    assert (centre.name, centre.is_demo) == ("Espace Sèvre", False)
    assert [c.code for c in centre.courts_served.all()] == ["TJ44109"]
    assert centre.sites.get().city == "Nantes"


def test_commas_and_a_byte_order_mark_are_understood(courts: None) -> None:
    commas = [line.replace(";", ",") for line in lines(GOOD)]
    assert import_centres(["\ufeff" + commas[0], *commas[1:]]) == 1


def test_every_wrong_row_is_named_and_nothing_is_imported(courts: None) -> None:
    bad = [
        GOOD.replace("ER1", ""),
        GOOD.replace(";44;", ";999;"),
        GOOD.replace("contact@exemple.fr", "contact"),
        GOOD.replace("TJ44109", "TJ0"),
        GOOD.replace("contact@exemple.fr", "x@demo.invalid"),
        GOOD.replace("Espace Loire", "x" * 200),
        GOOD.replace("Espace Loire", "a\x07b"),
        GOOD,
    ]
    with pytest.raises(ImportFailed) as failed:
        import_centres(lines(GOOD, *bad))
    assert {row for row, _ in failed.value.rows} == set(range(3, 11))
    assert Centre.objects.count() == 0


def test_missing_columns_are_named(courts: None) -> None:
    for header in ("code;name\n", "\n", ""):
        with pytest.raises(ImportFailed) as failed:
            import_centres([header] if header else [])
        assert failed.value.rows[0][0] == 1


def test_a_dry_run_checks_and_changes_nothing(courts: None) -> None:
    assert import_centres(lines(GOOD), dry_run=True) == 1
    assert Centre.objects.count() == 0


def test_real_and_invented_centres_never_live_together(courts: None) -> None:
    import_centres(lines(GOOD))
    with pytest.raises(DemoRefused):
        load_demo_centres()
    with pytest.raises(CommandError, match="espaces de rencontre"):
        call_command("demo")
    Centre.objects.filter(code="ER1").update(is_demo=True)
    with pytest.raises(DemoRefused):
        import_centres(lines(GOOD))


def test_the_command_prints_rows_and_one_sentence_for_an_unreadable_file(
    courts: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "centres.csv"
    file.write_text("".join(lines(GOOD.replace("ER1", ""))))
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_centres", str(file))
    assert "row 2:" in capsys.readouterr().err
    file.write_bytes(b"code;name\n\xff\xfe\n")
    for path in (file, tmp_path / "none.csv"):
        with pytest.raises(CommandError):
            call_command("import_centres", str(path))


def test_the_search_folds_accents_and_sorts_by_declared_waiting(demo: Demo) -> None:
    def found(**criteria: object) -> list[Ranked]:
        form = CriteriaForm({"sort": "wait", **criteria})
        return rank(form.need(NOWHERE), candidates(), smallest_count=5).shown

    assert len(found(q="DÉMONSTRATION loire")) == 2
    assert found(q="marseille") == []
    assert len(found(departement="44")) == 2
    weeks = [row.wait.weeks for row in found(kind="visit_on_site")]
    assert weeks == sorted(weeks)
    assert found(weeks=0) == []


def test_an_old_declaration_is_shown_greyed_with_its_age(
    demo: Demo, sign_in: Callable[[User], Client]
) -> None:
    WaitingDeclaration.objects.update(declared_at="2026-01-01T00:00:00Z")
    page = sign_in(demo.people["camille"]).get("/espaces").content.decode()
    assert "stale" in page
    assert "à confirmer" in page
