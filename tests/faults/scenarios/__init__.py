"""The scenarios. Importing them puts them on the list."""

from . import chance, clocks, connections, crashes, outages, stored, wholeness

ALL = (crashes, outages, clocks, stored, wholeness, connections, chance)
