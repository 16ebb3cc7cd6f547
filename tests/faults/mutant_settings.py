"""The usual settings for a hub with one deliberate fault, named by MUTANT."""

from settings import *  # noqa: F403
from settings import INSTALLED_APPS as USUAL

# First, so that it changes a function before anybody imports it by name.
INSTALLED_APPS = ["tests.faults.mutants.Mutant", *USUAL]
