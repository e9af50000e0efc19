"""What travels to and from the routes of accounts, beside what client and server share in ``tupli_schemas.accounts``."""

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, SecretStr, model_validator

from tupli_schemas.accounts import Membership, Token
from tupli_schemas.base import RoleName, Schema, UserName
from tupli_server.settings import SHORTEST_PASSWORD

NewPassword = Annotated[
    SecretStr,
    Field(min_length=SHORTEST_PASSWORD, max_length=1_024, json_schema_extra={"pattern": r"^[^\u0000]*$"}),
]
"""A password to be; ``auth.passwords`` knows all that is asked of one."""


class NewUser(Schema):
    """Whom to make an account for."""

    username: UserName
    password: NewPassword


class TokenPair(Schema):
    """What signing in gives."""

    access_token: Token
    refresh_token: Token


class Renewal(Token):
    """What a refresh token gives. The access token stands there twice: older clients look for it as a plain ``access_token``."""

    access_token: str
    refresh_token: Token


class PasswordChange(Schema):
    """A new password. For one's own the old one is needed too."""

    username: str = Field(max_length=1_024)
    password: NewPassword
    old_password: SecretStr | None = Field(default=None, max_length=1_024)


def _one_of_two(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema, too, that either form is to be given, and not as null."""
    for form in ("memberships", "roles"):
        schema["properties"][form] = schema["properties"][form]["anyOf"][0]
    schema["oneOf"] = [{"required": ["memberships"]}, {"required": ["roles"]}]


class RolesChange(Schema):
    """The roles that a user has from now on: all of them by group, or, in the paper's form, the server-wide ones alone."""

    model_config = ConfigDict(json_schema_extra=_one_of_two)

    username: str = Field(max_length=1_024)
    memberships: tuple[Membership, ...] | None = Field(default=None, max_length=1_000)
    roles: tuple[RoleName, ...] | None = Field(default=None, max_length=100)

    @model_validator(mode="after")
    def _say_it_one_way(self) -> Self:
        if (self.memberships is None) == (self.roles is None):
            raise ValueError("give either memberships or roles")
        return self
