"""A cluster for the tests of a file, on the servers of the machine shape."""

from collections.abc import Iterator

import pytest

from tests.cluster.cluster import Cluster
from tests.journeys.conftest import browser, chromium_of_all, prepared

__all__ = ["browser", "chromium_of_all"]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    with prepared().cluster(folder, SCANNER="none", FILE_WORKERS="0") as running:
        yield running
