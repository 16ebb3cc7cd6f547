"""While clamd is killed, stopped, paused, slow or lying, no file gets by unscanned.

Real workers, children, storage and clamd. The short run is part of every test run; the
long one and the faulty clients are `make files-faults`.
"""

import pytest

from hub.files.clamd import Clamd
from tests.cast import create_small_demo
from tests.files.mixed_uploads import INFECTED_EACH, mixed
from tests.files.scanner_faults import FAULTS as FAULT_NAMES
from tests.files.scanner_faults import plan
from tests.files.test_scanner_mutants import (
    EmptyIsClean,
    ErrorIsClean,
    SkipsOnTimeOut,
)
from tests.files.through_faults import Run, run

pytestmark = [pytest.mark.clamd, pytest.mark.django_db(transaction=True)]

FILES, ALL_FILES, FAULTS = 60, 200, 30
FEW_FILES, FEW_FAULTS = 12, ["nothing", "an error", "silence", "killed", "refused"] * 2


def through_faults(count: int) -> Run:
    done = run(create_small_demo(), mixed(count), plan(FAULTS))
    print(f"{count} files, {FAULTS} faults: {done}")
    return done


def holds(done: Run, count: int) -> None:
    assert done.wrong == []
    assert done.published + done.refused == count
    assert done.refused > count // INFECTED_EACH * 0.8  # the rest is overlooked
    struck = [met for met in done.met if met.endswith("NotScanned")]
    assert len(struck) > len(FAULT_NAMES) / 2, done.met


@pytest.mark.embedded
def test_nothing_is_published_unscanned_through_thirty_faults() -> None:
    holds(through_faults(FILES), FILES)


@pytest.mark.files_faults
def test_nor_are_two_hundred_files() -> None:
    holds(through_faults(ALL_FILES), ALL_FILES)


@pytest.mark.files_faults
@pytest.mark.embedded
def test_twelve_files_through_ten_faults_are_as_safe() -> None:
    assert run(create_small_demo(), mixed(FEW_FILES), FEW_FAULTS).wrong == []


@pytest.mark.files_faults
@pytest.mark.embedded
@pytest.mark.parametrize("mutant", [EmptyIsClean, ErrorIsClean, SkipsOnTimeOut])
def test_a_faulty_client_lets_something_by_and_is_caught(mutant: type[Clamd]) -> None:
    done = run(create_small_demo(), mixed(FEW_FILES), FEW_FAULTS, mutant)
    print(f"{mutant.__name__}: {done}")
    assert any("clamd never said OK to it" in wrong for wrong in done.wrong)
