"""Passwords: hashed in threads of their own, and checked in the same time whether the user exists or not.

``bcrypt_sha256`` hashes the password before bcrypt sees it, so nothing is cut at bcrypt's 72 bytes.
"""

import asyncio
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from passlib.context import CryptContext  # type: ignore[import-untyped]

from tupli_schemas.errors import InvalidDataError

MAX_LENGTH = 1_024

Result = TypeVar("Result")

# One core stays free, so that a crowd that signs in delays nobody else. bcrypt works without the interpreter's lock.
_POOL = ThreadPoolExecutor(max_workers=max(1, (os.cpu_count() or 2) - 1), thread_name_prefix="passwords")


class Passwords:
    """Hashes and checks passwords. ``rounds`` is bcrypt's cost, as a power of two."""

    def __init__(self, *, rounds: int, min_length: int) -> None:
        self._context = CryptContext(
            schemes=["bcrypt_sha256", "bcrypt"], deprecated=["bcrypt"], bcrypt_sha256__rounds=rounds
        )
        self._min_length = min_length
        self._nobody = self._context.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """What is stored of a new password.

        Raises:
            InvalidDataError: It is too short, too long or no text.
        """
        if problem := self._problem(password):
            raise InvalidDataError(problem, hint=f"choose one of {self._min_length} to {MAX_LENGTH} characters")
        return await _in_thread(self._context.hash, password)

    async def rehash(self, password: str) -> str:
        """What is stored of a password that was accepted before, whatever is asked of new ones."""
        return await _in_thread(self._context.hash, password)

    async def check(self, password: str, stored: str | None) -> bool:
        """Whether ``password`` is the one that ``stored`` was made from. Without one it takes as long to say no."""
        askable = _problem_of_text(password) is None
        matches = await _in_thread(self._context.verify, password if askable else "", stored or self._nobody)
        return askable and stored is not None and matches

    def is_outdated(self, stored: str) -> bool:
        """Whether a password should be hashed again, because it was hashed in an older way."""
        return bool(self._context.needs_update(stored))

    def _problem(self, password: str) -> str | None:
        if len(password) < self._min_length:
            return f"the password has {len(password)} characters, and {self._min_length} are the least"
        return _problem_of_text(password)


async def _in_thread(function: Callable[..., Result], *arguments: str) -> Result:
    return await asyncio.get_running_loop().run_in_executor(_POOL, function, *arguments)


def _problem_of_text(password: str) -> str | None:
    if len(password) > MAX_LENGTH:
        return f"the password has {len(password)} characters, and {MAX_LENGTH} are the most"
    if "\x00" in password:
        return "a password cannot hold the NUL character"
    try:
        password.encode()
    except UnicodeEncodeError:
        return "a password cannot hold half a surrogate pair"
    return None
