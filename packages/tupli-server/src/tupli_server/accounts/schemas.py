"""What travels to and from the routes of accounts, beside what client and server share in ``tupli_schemas.accounts``."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from tupli_schemas.accounts import Membership, Token
from tupli_schemas.base import RoleName, Schema


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
    password: SecretStr = Field(max_length=1_024)
    old_password: SecretStr | None = Field(default=None, max_length=1_024)


class RolesChange(Schema):
    """The roles that a user has from now on: all of them by group, or, in the paper's form, the server-wide ones alone."""

    username: str = Field(max_length=1_024)
    memberships: tuple[Membership, ...] | None = Field(default=None, max_length=1_000)
    roles: tuple[RoleName, ...] | None = Field(default=None, max_length=100)

    @model_validator(mode="after")
    def _say_it_one_way(self) -> Self:
        if (self.memberships is None) == (self.roles is None):
            raise ValueError("give either memberships or roles")
        return self
