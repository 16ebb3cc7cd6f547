"""Files of centres as spreadsheets and people really make them: refused by row."""

import pytest

from hub.actions.centres import import_centres
from hub.actions.reference_data import load_courts
from hub.errors import ImportFailed
from hub.models import Centre, JournalEntry

HEADER = "code,name,manager,approval_number,departement,email,city"
GOOD = "ER1,Espace Loire,Association,A-1,44,contact@exemple.fr,Nantes"


@pytest.fixture(autouse=True)
def _courts(db: None) -> None:
    load_courts()


def lines(*rows: str) -> list[str]:
    return [f"{row}\n" for row in (HEADER, *rows)]


def refused(*rows: str) -> list[int]:
    with pytest.raises(ImportFailed) as failed:
        import_centres(lines(*rows))
    assert not Centre.objects.exists()
    return [row for row, _sentence in failed.value.rows]


@pytest.mark.parametrize(
    "name", ["a\0b", "a\ud800b", "a\x07b", "x" * 161, "x" * 20_000]
)
def test_a_name_that_cannot_be_stored_is_named_by_its_row(name: str) -> None:
    assert set(refused(GOOD, GOOD.replace("Espace Loire", name), "")) >= {3}


@pytest.mark.parametrize(
    "email", ["a@demo.invalid", "A@DEMO.INVALID", "a@x.Invalid", "not an address"]
)
def test_a_demonstration_or_broken_address_is_refused_in_any_case(email: str) -> None:
    assert refused(GOOD.replace("contact@exemple.fr", email)) == [2]


def test_a_row_that_is_too_short_is_refused_and_a_longer_one_is_cut() -> None:
    assert set(refused("ER1,Espace Loire")) == {2}
    assert import_centres(lines(GOOD + ",more,cells")) == 1


def test_quoted_commas_and_line_feeds_stay_inside_their_cell() -> None:
    row = GOOD.replace("Espace Loire", '"Espace ""Loire"", Nantes"')
    assert import_centres(lines(row)) == 1
    assert Centre.objects.get().name == 'Espace "Loire", Nantes'


def test_every_problem_of_every_row_is_said_at_once_and_the_good_row_waits() -> None:
    wrong = "ER2,,Association,A-1,999,contact,Nantes"
    assert refused(GOOD, wrong, GOOD) == [3, 3, 3, 4]
    assert not JournalEntry.objects.filter(action="centres_imported").exists()
    assert import_centres(lines(GOOD)) == 1
    assert JournalEntry.objects.filter(action="centres_imported").count() == 1


def test_an_address_is_stored_in_lower_case_and_cells_are_trimmed() -> None:
    import_centres(
        lines(GOOD.replace("contact@", " Contact@").replace(",44,", ", 44 ,"))
    )
    centre = Centre.objects.get()
    assert (centre.email, centre.departement_id) == ("contact@exemple.fr", "44")
