"""Tests mirror the packages; journeys/ goes through whole paths, faults/ breaks things."""
