"""All attacks."""

from . import at_rest, credentials, customers, denial, names, programs, providers, rights

ALL = [at_rest, credentials, customers, denial, names, programs, providers, rights]
