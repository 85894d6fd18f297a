"""All attacks."""

from . import (at_rest, credentials, customers, denial, ends, first_run, labels, links, loans, mails, names, operators,
               programs, providers, purchases, races, rights, seats, stepping, traces)

ALL = [at_rest, credentials, customers, denial, ends, first_run, labels, links, loans, mails, names, operators, programs,
       providers, purchases, races, rights, seats, stepping, traces]
