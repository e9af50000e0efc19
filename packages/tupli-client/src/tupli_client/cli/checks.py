"""What ``tupli doctor`` looks at: one finding after another, each with a way to mend what is wrong."""

import os
import shutil
import stat
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tupli_client.cli import terminal
from tupli_client.cli.places import Place, is_server
from tupli_client.settings import config_home
from tupli_schemas.base import now
from tupli_schemas.errors import SignInRequiredError, TupliError

if TYPE_CHECKING:
    from rich.text import Text

    from tupli_client.api_client import TupliAPIClient
    from tupli_client.storage import TupliStorage
    from tupli_schemas.episodes import EpisodeHeader

OK, WARN, FAIL = "ok", "warn", "fail"

_INDENT = 4 + 2 + 12
_STYLES = {OK: "green", WARN: "yellow", FAIL: "bold red"}

LITTLE_ROOM = 1_000_000_000
"""Bytes; with less than this an afternoon of recording may fill the disk."""

CLOCK_TOLERANCE = 30.0
"""Seconds; signed times are refused when clocks differ by more than a minute or so."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; ``fix`` says what to do unless all is well."""

    check: str
    state: str
    detail: str
    fix: str | None = None


def in_words(finding: Finding) -> "Text":
    """A finding as people read it, a column for each part."""
    from rich.text import Text

    said = [finding.detail, *([f"fix: {finding.fix}"] if finding.fix else [])]
    lines = [
        line
        for part in said
        for line in textwrap.wrap(part, max(terminal.width() - _INDENT, 20), break_long_words=False)
    ]
    text = f"\n{'':{_INDENT}}".join(lines)
    return Text.assemble((f"{finding.state:4}", _STYLES[finding.state]), f"  {finding.check:<12}{text}")


def examine(place: Place, *, deep: bool) -> Iterator[Finding]:
    """Check everything that can be checked; what cannot be, because of what is wrong before it, is left out."""
    yield from _versions()
    try:
        settings = place.settings()
    except TupliError as error:
        yield _failed("config", error)
        return
    yield Finding("config", OK, f"storage {settings.storage} ({settings.origins.get('storage', 'default')})")
    yield from _credentials()
    yield from (_server(place) if is_server(settings.storage) else _folder(Path(settings.storage), place, deep=deep))


def _versions() -> Iterator[Finding]:
    found = {name: _version(name) for name in ("tupli-client", "tupli-schemas", "gymnasium", "numpy")}
    said = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    agree = _minor(found["tupli-client"]) == _minor(found["tupli-schemas"])
    if agree:
        yield Finding("versions", OK, said)
    else:
        yield Finding(
            "versions", WARN, f"{said}: client and schemas differ", "pip install --upgrade tupli-client tupli-schemas"
        )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _minor(number: str | None) -> tuple[str, ...]:
    """What has to agree: before 1.0 each minor version may change a name."""
    return tuple((number or "").split(".")[:2])


def _credentials() -> Iterator[Finding]:
    file = config_home() / "credentials.json"
    if not file.exists():
        yield Finding("sign-ins", OK, "none is kept on this machine")
    elif os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Finding("sign-ins", FAIL, f"{file} can be read by others", f"chmod 600 {file}")
    else:
        yield Finding("sign-ins", OK, f"kept in {file}, readable by you alone")


def _folder(folder: Path, place: Place, *, deep: bool) -> Iterator[Finding]:
    folder = folder.absolute()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(there, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            "folder",
            FAIL,
            f"{there} cannot be read and written",
            "use another --storage, or ask its owner for permission",
        )
    else:
        is_new = "" if there == folder else " is not there yet; it is made when something is stored"
        yield Finding("folder", OK, f"{folder}{is_new}")
    yield _room(there)
    if there == folder:
        yield from _content(place, deep=deep)


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:,.1f} GB are free"
    return (
        Finding("disk", OK, said)
        if free >= LITTLE_ROOM
        else Finding("disk", WARN, said, "make room, or use another --storage")
    )


def _content(place: Place, *, deep: bool) -> Iterator[Finding]:
    try:
        with place.open() as storage:
            headers = storage.list_episodes(sort=("-id",), limit=None if deep else 1)
            storage.list_benchmarks(limit=1)
            yield Finding("index", OK, "it can be read")
            yield from _payloads(storage, headers)
    except TupliError as error:
        yield _failed("index", error)


def _payloads(storage: "TupliStorage", headers: "Sequence[EpisodeHeader]") -> Iterator[Finding]:
    """Whether episodes are still what was recorded: the newest, or all."""
    episodes, damaged = storage.load_episodes(headers), 0
    for header in headers:
        try:
            next(episodes)
        except TupliError as error:
            damaged += 1
            yield Finding(
                "episode",
                FAIL,
                f"{header.id}: {error.detail}",
                f"restore it from a backup, or: tupli episode delete {header.id}",
            )
    if headers and not damaged:
        yield Finding("episodes", OK, f"{len(headers):,} read, and each is what was recorded")


def _server(place: Place) -> Iterator[Finding]:
    from tupli_client.transport import Transport

    try:
        with place.open_server() as server:
            transport = Transport(str(server.url), server.identity)
            answer = transport.send("GET", "/version", as_oneself=False)
            yield from _connection(str(server.url))
            yield _clock(answer.headers.get("Date"))
            yield _server_version(answer.json().get("version"))
            yield from _sign_in(server)
    except TupliError as error:
        yield _failed("connection", error)


def _connection(url: str) -> Iterator[Finding]:
    yield Finding("connection", OK, f"{url} answers")
    host = urlsplit(url).hostname
    if url.startswith("https://"):
        yield Finding("TLS", OK, "the certificate is trusted")
    elif host not in {"localhost", "127.0.0.1", "::1"}:
        yield Finding("TLS", WARN, "passwords and tokens travel unprotected", "use https")


def _clock(date: str | None) -> Finding:
    if date is None:
        return Finding("clock", WARN, "the server does not say what time it is", "ask its operator")
    apart = abs((parsedate_to_datetime(date) - now()).total_seconds())
    if apart > CLOCK_TOLERANCE:
        return Finding(
            "clock", WARN, f"this machine and the server are {apart:.0f} s apart", "set the clock, for example with NTP"
        )
    return Finding("clock", OK, "this machine and the server agree")


def _server_version(number: str | None) -> Finding:
    own = _version("tupli-client")
    if _minor(number) == _minor(own):
        return Finding("server", OK, f"tupli-server {number}")
    return Finding(
        "server", WARN, f"tupli-server {number}, and this is tupli-client {own}", "upgrade the older of the two"
    )


def _sign_in(server: "TupliAPIClient") -> Iterator[Finding]:
    try:
        yield Finding("sign-in", OK, f"signed in as {server.whoami().username}")
    except SignInRequiredError:
        yield Finding("sign-in", WARN, "you are not signed in", "tupli login")


def _failed(check: str, error: TupliError) -> Finding:
    return Finding(check, FAIL, error.detail, error.hint)
