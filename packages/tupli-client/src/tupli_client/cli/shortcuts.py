"""The commands without a noun: ``tupli login``, ``logout``, ``whoami``, ``status`` and ``doctor``."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from tupli_client.cli import terminal
from tupli_client.cli.nouns import Noun
from tupli_client.cli.places import Place, is_server
from tupli_client.cli.screens import Details, Screen
from tupli_client.cli.signing_in import SigningIn, first_line, keep_token
from tupli_client.settings import config_home
from tupli_schemas.errors import UnreachableError

if TYPE_CHECKING:
    from tupli_client.settings import Settings
    from tupli_client.storage import TupliStorage

app = Noun("Shortcuts.")

COUNTED = 1_000
"""Counting ends here, because on a server it costs."""


@app.command("login")
def login(
    place: Place,
    signing_in: SigningIn,
    url: Annotated[
        str | None,
        typer.Argument(metavar="URL", help="The server, from now on also the storage.", show_default=False),
    ] = None,
    older_url: Annotated[str | None, typer.Option("--url", help="An older way to give URL.", hidden=True)] = None,
    token_stdin: Annotated[bool, typer.Option("--token-stdin", help="Read a token for scripts from stdin.")] = False,
) -> None:
    """Sign in to a server, for this and later commands."""
    url = url or older_url
    with place.at(url).open_to_sign_in() as server:
        if token_stdin:
            username = keep_token(server, first_line("--token-stdin"))
        else:
            username, password = signing_in.credentials()
            server.login(username, password, remember=True)
        terminal.tell(f"signed in to {server.url} as {username}")
    if url is not None:
        from tupli_client.cli.config_file import set_value

        set_value(config_home() / "config.toml", None, "storage", url)


@app.command("logout")
def logout(place: Place) -> None:
    """Sign out of a server: the tokens that are kept are worth nothing from now on."""
    with place.open_server() as server:
        try:
            server.logout()
        except UnreachableError as error:
            server.identity.sign_out()
            terminal.tell_marked("warning:", f"{error.detail}; you are signed out on this machine alone", "bold yellow")
        else:
            terminal.tell(f"signed out of {server.url}")


@app.command("whoami")
def whoami(place: Place, screen: Screen) -> None:
    """Who you are on a server, and which roles you have there."""
    with place.open_server() as server:
        user = server.whoami()
        roles = {membership.group: ", ".join(membership.roles) for membership in user.memberships}
        screen.show(
            user,
            {
                "username": user.username,
                "server": server.url,
                **{f"roles in {group}": text for group, text in roles.items()},
            },
        )


@app.command("status")
def status(place: Place, screen: Screen) -> None:
    """Where you are: the storage, what is in it, and who you are there."""
    settings = place.settings()
    with place.open() as storage:
        screen.show({**_whereabouts(settings), **_counts(storage)})


@app.command("doctor")
def doctor(
    place: Place,
    screen: Screen,
    deep: Annotated[bool, typer.Option("--deep", help="Read every episode and artifact, too.")] = False,
) -> None:
    """Check that everything works, and say how to mend what does not."""
    from tupli_client.cli.checks import FAIL, examine, in_words

    findings = list(examine(place, deep=deep))
    if terminal.is_for_people() and not (screen.as_json or screen.quiet):
        for finding in findings:
            terminal.answer(in_words(finding))
    else:
        screen.show_list(
            [asdict(finding) for finding in findings], {name: name for name in ("state", "check", "detail", "fix")}
        )
    if any(finding.state == FAIL for finding in findings):
        raise typer.Exit(1)


def _whereabouts(settings: "Settings") -> Details:
    from pathlib import Path

    is_folder = not is_server(settings.storage)
    where = str(Path(settings.storage).absolute()) if is_folder else settings.storage
    return {"storage": where, "chosen by": settings.origins.get("storage", "default"), "profile": settings.profile}


def _counts(storage: "TupliStorage") -> Details:
    listers: dict[str, Callable[..., Sequence[object]]] = {
        "benchmarks": storage.list_benchmarks,
        "episodes": storage.list_episodes,
        "datasets": storage.list_datasets,
        "artifacts": storage.list_artifacts,
    }
    counts = {heading: len(lister(limit=COUNTED)) for heading, lister in listers.items()}
    return {heading: f"{COUNTED:,} or more" if count == COUNTED else count for heading, count in counts.items()}
