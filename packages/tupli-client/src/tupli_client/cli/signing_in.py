"""Who somebody says to be on a server: by password, or by a token for scripts."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from tupli_client.cli.prompts import Asking
from tupli_client.cli.usage import UsageError

if TYPE_CHECKING:
    from tupli_client.api_client import TupliAPIClient


@dataclass(frozen=True)
class Password(Asking):
    """The options of commands that need a password."""

    password: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help="Seen by others in the list of processes: rather be asked for it.", show_default=False
        ),
    ] = None
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin.")] = False

    def secret(self, prompt: str = "password") -> str:
        """The password, asked for if it was not given."""
        if self.password_stdin:
            return first_line("--password-stdin")
        return self.password or self.ask(prompt, "--password-stdin", hidden=True)


@dataclass(frozen=True)
class SigningIn(Password):
    """The options of ``tupli login``."""

    username: Annotated[
        str | None,
        typer.Option("--username", "-u", metavar="NAME", help="The name of the account.", show_default=False),
    ] = None

    def credentials(self) -> tuple[str, str]:
        """Name and password, asked for where they were not given."""
        return self.username or self.ask("username", "--username"), self.secret()


def first_line(flag: str) -> str:
    """What somebody sends to stdin.

    Raises:
        UsageError: It is nothing.
    """
    if not (line := sys.stdin.readline().rstrip("\r\n")):
        raise UsageError(f"{flag} reads from stdin, and there is nothing")
    return line


def keep_token(server: "TupliAPIClient", token: str) -> str:
    """Use a personal access token on this server from now on; the name of its owner."""
    from tupli_client.credentials import SignIn

    server.identity.sign_in(SignIn("", token), keep=False)
    username = server.whoami().username
    server.identity.sign_in(SignIn(username, token), keep=True)
    return username
