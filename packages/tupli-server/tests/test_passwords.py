"""Passwords: hashed whole, checked in the same time, and never on the event loop."""

import asyncio
import time

import bcrypt
import pytest

from tupli_schemas.errors import InvalidDataError
from tupli_server.auth.passwords import Passwords

PASSWORDS = Passwords(rounds=10, min_length=8)


def hashed(password: str) -> str:
    return asyncio.run(PASSWORDS.hash(password))


def checks(password: str, stored: str | None) -> bool:
    return asyncio.run(PASSWORDS.check(password, stored))


@pytest.mark.parametrize("password", ["correct horse", "ä" * 8, "x" * 1_024, "\U0001f600" * 8, " " * 8])
def test_a_password_is_the_one_it_was_hashed_from_and_no_other(password: str) -> None:
    stored = hashed(password)

    assert password not in stored
    assert checks(password, stored)
    assert not checks(password + "x", stored)
    assert not checks(password[:-1], stored)


def test_what_comes_after_72_bytes_counts_too() -> None:
    assert not checks("a" * 72 + "b", hashed("a" * 72 + "c"))


@pytest.mark.parametrize("password", ["", "seven77", "x" * 1_025, "null\x00null", "half\ud800surrogate"])
def test_a_password_that_is_too_short_too_long_or_no_text_is_refused(password: str) -> None:
    with pytest.raises(InvalidDataError):
        hashed(password)
    assert not checks(password, hashed("good enough"))


def test_a_hash_of_plain_bcrypt_is_still_good_and_known_to_be_old() -> None:
    stored = bcrypt.hashpw(b"from before", bcrypt.gensalt(4)).decode()

    assert checks("from before", stored)
    assert PASSWORDS.is_outdated(stored)
    assert not PASSWORDS.is_outdated(hashed("from today"))


def test_saying_no_takes_as_long_for_a_user_who_does_not_exist() -> None:
    stored = hashed("good enough")

    known, unknown = (min(_seconds("a guess", of) for _ in range(5)) for of in (stored, None))

    assert 0.5 < unknown / known < 2


def _seconds(password: str, stored: str | None) -> float:
    started = time.perf_counter()
    assert not checks(password, stored)
    return time.perf_counter() - started
