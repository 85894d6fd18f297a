"""All attacks."""

from . import (at_rest, credentials, customers, denial, labels, names, programs, providers, purchases, races, rights,
               stepping, traces)

ALL = [at_rest, credentials, customers, denial, labels, names, programs, providers, purchases, races, rights, stepping,
       traces]
