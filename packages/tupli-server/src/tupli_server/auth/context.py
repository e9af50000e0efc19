"""What checking and making credentials takes, put together once from the settings."""

from dataclasses import dataclass
from typing import Self

from tupli_server.auth.passwords import Passwords
from tupli_server.auth.tokens import Tokens
from tupli_server.settings import Settings


@dataclass(frozen=True, slots=True)
class Auth:
    """The settings, and what is made from them. Services that deal with credentials take it as their last argument."""

    settings: Settings
    passwords: Passwords
    tokens: Tokens

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The context that the settings describe."""
        previous = settings.previous_secret_key.get_secret_value() if settings.previous_secret_key else None
        return cls(
            settings,
            Passwords(rounds=settings.password_rounds, min_length=settings.password_min_length),
            Tokens(settings.secret_key.get_secret_value(), previous),
        )
