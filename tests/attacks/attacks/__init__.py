"""All attacks."""

from . import at_rest, credentials, denial, names, providers, rights

ALL = [at_rest, credentials, denial, names, providers, rights]
