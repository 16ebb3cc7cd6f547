"""A cluster for each test, on the servers of the machine shape."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.journeys.conftest import browser, prepared

__all__ = ["browser"]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with prepared().cluster(tmp_path, SCANNER="none", FILE_WORKERS="0") as running:
        yield running
