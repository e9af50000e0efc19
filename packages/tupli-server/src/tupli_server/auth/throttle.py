"""A limit on guesses: so many failed sign-ins a minute for each name and each address, whichever process is asked."""

import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from beanie import Document
from pymongo import ASCENDING, IndexModel, ReturnDocument

from tupli_schemas.errors import TooManyRequestsError

WINDOW_SECONDS = 60


class AttemptsDocument(Document):
    """How often something was tried in one minute."""

    id: str  # type: ignore[assignment]
    attempts: int
    expires_at: datetime

    class Settings:
        """The database forgets it when the minute is long over."""

        name = "attempts"
        indexes = (IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),)


@asynccontextmanager
async def attempt(limit: int, *subjects: str) -> AsyncIterator[None]:
    """Around one attempt: it counts for all ``subjects`` while it is under way, and for the rest of the minute if it fails.

    Counting comes before trying, so a thousand guesses at once are as slow as one after the other.

    Raises:
        TooManyRequestsError: One of the subjects has had ``limit`` attempts in this minute. A limit of 0 is none.
    """
    if not limit:
        yield
        return
    window, seconds_left = _window()
    keys = [_key(subject, window) for subject in subjects]
    counts = [await _count(key, 1, window) for key in keys]
    if max(counts) > limit:
        raise TooManyRequestsError(
            "there were too many failed attempts to sign in",
            hint=f"try again in {seconds_left} s",
            retry_after=seconds_left,
        )
    yield
    for key in keys:
        await _count(key, -1, window)


def _window() -> tuple[int, int]:
    """The present minute, and how many seconds of it are left."""
    moment = int(time.time())
    return moment // WINDOW_SECONDS, WINDOW_SECONDS - moment % WINDOW_SECONDS


def _key(subject: str, window: int) -> str:
    """Names what was tried without keeping it: somebody may have typed a password in place of a name."""
    return f"{hashlib.sha256(subject.encode(errors='surrogatepass')).hexdigest()[:32]}-{window}"


async def _count(key: str, step: int, window: int) -> int:
    expires_at = datetime.fromtimestamp((window + 2) * WINDOW_SECONDS, UTC)
    found: Any = await AttemptsDocument.get_pymongo_collection().find_one_and_update(
        {"_id": key},
        {"$inc": {"attempts": step}, "$setOnInsert": {"expires_at": expires_at}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    return int(found["attempts"])
