"""Everything that an operator can set, read once from environment variables named ``TUPLI_…``."""

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

PREFIX = "TUPLI_"
FILE_SUFFIX = "_FILE"
MIN_SECRET_BYTES = 32
SHORTEST_PASSWORD = 8
MAKE_A_SECRET = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'  # noqa: S105  # a command
TEMPLATE_WORDS = ("changeme", "change-me", "change_me", "example", "secret-key", "your-", "insert", "password", "xxxx")

OTHER_VARIABLES = frozenset({"TUPLI_DEBUG", "TUPLI_MONGOD", "TUPLI_TEST_MONGODB_URL"})
"""Variables of our prefix that are no settings of the server, and rightly there."""


class SettingsError(Exception):
    """The settings do not allow a start. Its message says which, why, and what to do."""


class Settings(BaseModel):
    """The settings of one server. A field ``port`` is set by ``TUPLI_PORT``, or by a file that ``TUPLI_PORT_FILE`` names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mongodb_url: SecretStr = Field(SecretStr("mongodb://127.0.0.1:27017"), description="Where MongoDB listens.")
    database: str = Field("tupli", pattern=r"^[A-Za-z0-9_-]{1,60}$", description="The name of the database.")
    database_wait_seconds: float = Field(60, ge=0, description="How long a start waits for the database.")
    host: str = Field("127.0.0.1", min_length=1, description="The address to listen on.")
    port: int = Field(8080, ge=0, le=65_535, description="The port to listen on.")
    trusted_proxies: str = Field("", description="Addresses (comma-separated) whose X-Forwarded-For is believed.")
    secret_key: SecretStr = Field(description="Signs tokens: at least 32 random bytes.")
    previous_secret_key: SecretStr | None = Field(None, description="Still believed while tokens signed with it last.")
    admin_username: str = Field("admin", description="The first administrator, made on the first start.")
    admin_password: SecretStr | None = Field(None, description="Of the first administrator; the first start only.")
    open_access: bool = Field(False, description="Guests may read what is public.")
    open_signup: bool = Field(False, description="Anybody may make an account.")
    access_token_minutes: int = Field(60, ge=1, le=24 * 60, description="How long an access token lasts.")
    refresh_token_days: int = Field(30, ge=1, le=365, description="How long somebody stays signed in unseen.")
    password_min_length: int = Field(
        SHORTEST_PASSWORD, ge=SHORTEST_PASSWORD, le=128, description="The fewest characters of a password."
    )
    password_rounds: int = Field(12, ge=10, le=16, description="The cost of bcrypt, as a power of two.")
    sign_in_limit: int = Field(60, ge=0, description="Failed sign-ins a minute for each address and name; 0 is off.")
    max_request_mb: int = Field(
        64, ge=1, le=1_024, description="The largest body that is read as a whole, in MB; streams have no limit."
    )

    @field_validator("secret_key", "previous_secret_key")
    @classmethod
    def _strong(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None:
            return None
        value = secret.get_secret_value()
        if len(value.encode()) < MIN_SECRET_BYTES:
            raise ValueError(f"it has {len(value.encode())} bytes, and {MIN_SECRET_BYTES} are the least")
        if len(set(value)) < 10 or any(word in value.lower() for word in TEMPLATE_WORDS):
            raise ValueError("it is guessable or comes from a template")
        return secret

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> Self:
        """The settings that the environment (by default the process's own) describes.

        Raises:
            SettingsError: Something is missing, weak or cannot be understood.
        """
        environment = os.environ if environment is None else environment
        found = {name: value for name in cls.model_fields if (value := _value(name, environment)) is not None}
        try:
            return cls(**(found | overrides))
        except ValidationError as error:
            raise SettingsError(_explain(error)) from None


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """A sentence for every variable of our prefix that means nothing: probably a misspelt setting."""
    known = {variable(name) for name in Settings.model_fields}
    known |= {name + FILE_SUFFIX for name in known} | OTHER_VARIABLES
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    return [f"{name} is not a setting and is ignored{_suggestion(name, known)}" for name in unknown]


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def _suggestion(name: str, known: Iterable[str]) -> str:
    nearest = difflib.get_close_matches(name, sorted(known), n=1)
    return f" (did you mean {nearest[0]}?)" if nearest else ""


def _value(name: str, environment: Mapping[str, str]) -> str | None:
    """What is set; an empty variable is none, since that is what a compose file makes of one that is not set."""
    plain, path = environment.get(variable(name)) or None, environment.get(variable(name) + FILE_SUFFIX) or None
    if plain is not None and path is not None:
        raise SettingsError(f"{variable(name)} and {variable(name)}{FILE_SUFFIX} are both set; keep one of them")
    if path is None:
        return plain
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable(name)}{FILE_SUFFIX} names {path}, which cannot be read: {error}") from None


def _explain(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    lines = [f"{variable(str(item['loc'][0]))}: {_message(item['type'], item['msg'])}" for item in problems]
    if any(item["loc"][0] == "secret_key" for item in problems):
        lines.append(f"Make a secret key with:  {MAKE_A_SECRET}")
    return "\n".join(lines)


def _message(kind: str, message: str) -> str:
    return "it is not set" if kind == "missing" else message.removeprefix("Value error, ")
