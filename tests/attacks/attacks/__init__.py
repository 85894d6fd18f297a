"""All attacks."""

from . import (at_rest, credentials, customers, denial, labels, names, programs, providers, races, rights, stepping,
               traces)

ALL = [at_rest, credentials, customers, denial, labels, names, programs, providers, races, rights, stepping, traces]
