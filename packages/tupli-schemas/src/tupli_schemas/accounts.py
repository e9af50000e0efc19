"""Users, groups and roles."""

from pydantic import Field, SecretStr

from tupli_schemas.base import GroupName, RoleName, Schema, Text, Time, UserName
from tupli_schemas.permissions import Permission


class Membership(Schema):
    """The roles that a user has in one group; in ``global``, server-wide."""

    group: GroupName
    roles: tuple[RoleName, ...]


class User(Schema):
    """A user as others see them."""

    username: UserName
    memberships: tuple[Membership, ...] = ()


class UserCredentials(Schema):
    """What signing up and signing in take."""

    username: str = Field(max_length=1_024)
    password: SecretStr = Field(max_length=1_024)


class Token(Schema):
    """A bearer token."""

    token: str
    token_type: str = "bearer"  # noqa: S105  # the kind of token, not one


class Group(Schema):
    """Who belongs together."""

    name: GroupName
    description: Text | None = None


class GroupWithMembers(Group):
    """A group and the names of its members."""

    members: tuple[UserName, ...] = ()


class GroupMembership(Schema):
    """One user and the roles to have in a group."""

    user: UserName
    roles: tuple[RoleName, ...] | None = None


class GroupMembershipQuery(Schema):
    """Whom to add to, or to remove from, a group."""

    group_name: GroupName
    members: tuple[GroupMembership, ...] = Field(min_length=1, max_length=1_000)


class UserRole(Schema):
    """A named set of rights."""

    role: RoleName
    rights: tuple[Permission, ...]
    description: Text | None = None


class TokenRequest(Schema):
    """A personal access token to be made, for scripts."""

    name: str = Field(min_length=1, max_length=200)
    rights: tuple[Permission, ...] | None = Field(default=None, description="None: everything that its owner may do.")
    expires_at: Time | None = None


class TokenHeader(Schema):
    """What is shown of a personal access token; the token itself only once, when it is made."""

    id: str
    name: str
    rights: tuple[Permission, ...] | None = None
    created_at: Time
    expires_at: Time | None = None
    last_used_at: Time | None = None


class NewToken(TokenHeader):
    """A token that was just made, with its secret."""

    token: str
