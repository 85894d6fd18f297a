"""The exception that a scenario raises."""


class Wrong(Exception):
    """The server did what it must not do."""


def expect(holds, what):
    if not holds:
        raise Wrong(what)
