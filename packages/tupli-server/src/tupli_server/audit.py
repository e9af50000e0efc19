"""Who did what, and when: sign-ins, grants, publications and deletions, for an administrator to read."""

from datetime import datetime
from typing import Any

from beanie import Document
from pydantic import Field
from pymongo import ASCENDING, DESCENDING, IndexModel

from tupli_schemas.base import new_id, now


class AuditDocument(Document):
    """One thing that somebody did. It never holds a password or a token."""

    id: str = Field(default_factory=new_id)  # type: ignore[assignment]
    at: datetime = Field(default_factory=now)
    actor: str
    action: str
    subject: str
    details: dict[str, Any] = Field(default_factory=dict)

    class Settings:
        """Read by time, by actor and by subject."""

        name = "audit"
        indexes = (
            IndexModel([("at", DESCENDING)]),
            IndexModel([("actor", ASCENDING), ("at", DESCENDING)]),
            IndexModel([("subject", ASCENDING), ("at", DESCENDING)]),
        )


async def note(actor: str, action: str, subject: str, **details: Any) -> None:
    """Write down that ``actor`` did ``action`` (``user.delete``) to ``subject`` (``alice``)."""
    await AuditDocument(actor=actor, action=action, subject=subject, details=details).insert()
