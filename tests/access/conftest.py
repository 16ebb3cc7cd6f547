"""The browser and the served hub of the journeys, for people with less than others."""

from tests.journeys.conftest import browser, chromium_of_all, hub

__all__ = ["browser", "chromium_of_all", "hub"]
