"""What is wrong with a command line that typer has no way to see."""

from tupli_schemas.errors import TupliError


class UsageError(TupliError):
    """The command line asks for something that cannot be meant, or lacks something."""

    code, status, title = "usage", 400, "Usage"


class PartlyDoneError(TupliError):
    """Some of what was asked for is done, and some could not be."""

    code, status, title = "partly-done", 500, "Partly done"
