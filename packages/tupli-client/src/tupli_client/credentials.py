"""Where sign-ins are kept between two runs: the keyring where there is one, else a file that only its owner can read."""

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from tupli_client.settings import config_home

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A signed-in user of one server, and the tokens that prove it."""

    username: str
    access: str
    refresh: str | None = None

    def __repr__(self) -> str:
        return f"SignIn(username={self.username!r})"


class Credentials:
    """The sign-ins of this machine's user, one for each server."""

    def __init__(self, folder: Path | None = None) -> None:
        self._place = (folder or config_home()) / "credentials.json"

    def read(self, server: str) -> SignIn | None:
        """Who is signed in at ``server``."""
        entry = self._entries().get(server)
        if entry is None or "access" in entry:
            return SignIn(**entry) if entry else None
        keyring = _keyring()
        secret = keyring.get_password(_service(server), entry["username"]) if keyring else None
        return SignIn(username=entry["username"], **json.loads(secret)) if secret else None

    def write(self, server: str, sign_in: SignIn) -> None:
        """Remember a sign-in."""
        secret = asdict(sign_in)
        entry: dict[str, Any] = {"username": secret.pop("username")}
        if keyring := _keyring():
            keyring.set_password(_service(server), sign_in.username, json.dumps(secret))
        else:
            entry |= secret
            if not self._place.exists():
                logger.warning("there is no keyring, so sign-ins are kept in %s, readable by you alone", self._place)
        self._write_entries({**self._entries(), server: entry})

    def forget(self, server: str) -> None:
        """Forget the sign-in at ``server``, if there is one."""
        entries = self._entries()
        entry = entries.pop(server, None)
        if entry is None:
            return
        self._write_entries(entries)
        if "access" not in entry and (keyring := _keyring()):
            keyring.delete_password(_service(server), entry["username"])

    def _entries(self) -> dict[str, dict[str, Any]]:
        try:
            entries: dict[str, dict[str, Any]] = json.loads(self._place.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return entries

    def _write_entries(self, entries: dict[str, dict[str, Any]]) -> None:
        """Replace the file in one step, so that nobody ever reads half of it, and never with wider rights than 0600."""
        self._place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._place.with_suffix(f".{os.getpid()}.new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(entries, file, indent=2)
        fresh.replace(self._place)


def _service(server: str) -> str:
    return f"tupli:{server}"


def _keyring() -> ModuleType | None:
    """The keyring, if it is installed and has somewhere to keep things."""
    try:
        import keyring
        from keyring.backends import fail
    except ImportError:
        return None
    return None if isinstance(keyring.get_keyring(), fail.Keyring) else keyring
