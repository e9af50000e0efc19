"""Which storage a command speaks to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from tupli_client.cli.option_groups import COMMON, OptionGroup

if TYPE_CHECKING:  # help has to stay quick
    from tupli_client.api_client import TupliAPIClient
    from tupli_client.settings import Settings
    from tupli_client.storage import TupliStorage


def is_server(storage: str) -> bool:
    """Whether a storage is a server, and not a folder."""
    return storage.startswith(("http://", "https://"))


def open_storage(settings: "Settings") -> "TupliStorage":
    """The storage that the settings name: a server if it is a URL, else a folder."""
    if is_server(settings.storage):
        return open_server(settings)
    from tupli_client.file_storage import FileStorage

    return FileStorage(settings.storage)


def open_server(settings: "Settings") -> "TupliAPIClient":
    """The server that the settings name.

    Raises:
        UsageError: They name a folder.
    """
    if not is_server(settings.storage):
        from tupli_client.cli.usage import UsageError

        raise UsageError(
            f"this needs a server, and {settings.storage!r} is a folder",
            hint="give --storage https://..., or set it for good: tupli config set storage https://...",
        )
    from tupli_client.api_client import TupliAPIClient

    return TupliAPIClient(url=settings.storage, token=settings.token)


@dataclass(frozen=True)
class Place(OptionGroup):
    """The storage, by its own name or by that of a profile."""

    storage: Annotated[
        str | None,
        typer.Option(
            "--storage",
            metavar="URL|FOLDER",
            help="Where things are. [env: TUPLI_STORAGE]",
            rich_help_panel=COMMON,
            show_default=False,
        ),
    ] = None
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            help="Take settings from a profile. [env: TUPLI_PROFILE]",
            rich_help_panel=COMMON,
            show_default=False,
        ),
    ] = None

    def at(self, url: str | None) -> "Place":
        """The same, at this URL if one is given."""
        return self if url is None else replace(self, storage=url)

    def settings(self) -> "Settings":
        """What holds for this run."""
        from tupli_client.settings import load_settings

        return load_settings(profile=self.profile).with_flags(storage=self.storage)

    @contextmanager
    def open(self) -> "Iterator[TupliStorage]":
        """The storage, for as long as it is needed. Errors say where they happened."""
        settings = self.settings()
        with _located(settings), open_storage(settings) as storage:
            yield storage

    @contextmanager
    def open_server(self) -> "Iterator[TupliAPIClient]":
        """The same for what only a server can do."""
        settings = self.settings()
        with _located(settings), open_server(settings) as server:
            yield server

    def open_to_sign_in(self) -> "TupliAPIClient":
        """A server at which nobody need be signed in yet."""
        return open_server(self.settings())


@contextmanager
def _located(settings: "Settings") -> Iterator[None]:
    """Let errors that depend on the place say which one it is."""
    from tupli_schemas.errors import NotFoundError, PermissionDeniedError, SignInRequiredError

    try:
        yield
    except SignInRequiredError as error:
        error.add_note(describe(settings))
        error.hint = "tupli login"  # a server's own hint is for those who write requests
        raise
    except (NotFoundError, PermissionDeniedError) as error:
        error.add_note(describe(settings))
        raise


def describe(settings: "Settings") -> str:
    """The storage in words: where it is, how it was chosen, and who one is there."""
    origin = settings.origins.get("storage", "default")
    if not is_server(settings.storage):
        from pathlib import Path

        return f"storage: the folder {Path(settings.storage).absolute()} ({origin})"
    return f"storage: {settings.storage} ({origin}), {_identity(settings)}"


def _identity(settings: "Settings") -> str:
    if settings.token:
        return "with a token"
    from tupli_client.credentials import Credentials

    sign_in = Credentials().read(settings.storage.rstrip("/"))
    return f"signed in as {sign_in.username}" if sign_in else "not signed in"
