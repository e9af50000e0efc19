"""What the database keeps of accounts.

Users and groups share one collection and one namespace: the ``_id`` is the name, case-folded, so two can never have the same.
"""

from datetime import datetime
from typing import Literal, Self

from beanie import Document
from pydantic import BaseModel, Field
from pymongo import ASCENDING, IndexModel

from tupli_schemas.accounts import Group, Membership, TokenHeader, User, UserRole
from tupli_schemas.base import new_id, now
from tupli_schemas.permissions import GLOBAL, Permission
from tupli_server.policy import GLOBAL_ROLES
from tupli_server.querying import Query


def folded(name: str) -> str:
    """The form of a name in which it is unique."""
    return name.casefold()


class GroupRoles(BaseModel):
    """The roles that a user has in one group."""

    group: str
    roles: list[str]


class UserDocument(Document):
    """Somebody who can sign in."""

    id: str  # type: ignore[assignment]
    kind: Literal["user", "arriving", "leaving"] = "user"
    """Who arrives or leaves holds the name, and can neither sign in nor be found."""
    account_id: str = Field(default_factory=new_id)
    """Tells this account from an earlier one of the same name."""
    name: str
    password: str
    server_roles: list[str] = Field(default_factory=list)
    memberships: list[GroupRoles] = Field(default_factory=list)
    created_at: datetime = Field(default_factory=now)

    class Settings:
        """Found by name, by group and by role."""

        name = "accounts"
        indexes = (
            IndexModel([("memberships.group", ASCENDING)]),
            IndexModel([("server_roles", ASCENDING)]),
            IndexModel([("kind", ASCENDING), ("_id", ASCENDING)]),
        )

    @classmethod
    async def named(cls, name: str) -> Self | None:
        """The user of this name, if there is one."""
        return await cls.find_one({"_id": folded(name), "kind": "user"})

    def roles_in(self) -> dict[str, list[str]]:
        """The roles in each group that the user was added to."""
        return {membership.group: membership.roles for membership in self.memberships}

    def to_user(self) -> User:
        """The user as others see them; in ``global`` stands what everybody is there, and what holds everywhere."""
        everywhere = Membership(group=GLOBAL, roles=(*GLOBAL_ROLES, *self.server_roles))
        groups = (Membership(group=item.group, roles=tuple(item.roles)) for item in self.memberships)
        return User(username=self.name, memberships=(everywhere, *groups))


class GroupDocument(Document):
    """People who belong together."""

    id: str  # type: ignore[assignment]
    kind: Literal["group"] = "group"
    name: str
    description: str | None = None
    created_at: datetime = Field(default_factory=now)

    class Settings:
        """Beside the users."""

        name = "accounts"

    @classmethod
    async def named(cls, name: str) -> Self | None:
        """The group of this name, if there is one."""
        return await cls.find_one({"_id": folded(name), "kind": "group"})

    def to_group(self) -> Group:
        """The group as its members see it."""
        return Group(name=self.name, description=self.description)


class RoleDocument(Document):
    """A role that somebody made, beside the built-in ones."""

    id: str  # type: ignore[assignment]
    role: str
    rights: list[Permission]
    description: str | None = None

    class Settings:
        """Unique by case-folded name, as its ``_id``."""

        name = "roles"

    def to_role(self) -> UserRole:
        """The role as it travels."""
        return UserRole(role=self.role, rights=tuple(self.rights), description=self.description)


class SessionDocument(Document):
    """One sign-in, from its password to its end. Its tokens are good for as long as it is there."""

    id: str = Field(default_factory=new_id)  # type: ignore[assignment]
    user: str
    account_id: str
    refresh_id: str = Field(default_factory=new_id)
    """The refresh token that is to be used next."""
    previous_id: str | None = None
    """The refresh token that was used last."""
    previous_until: datetime | None = None
    """When the access token that it gave runs out."""
    expires_at: datetime

    class Settings:
        """The database forgets it when it has run out."""

        name = "sessions"
        indexes = (
            IndexModel([("user", ASCENDING)]),
            IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        )


class TokenDocument(Document):
    """A personal access token, of which only a hash is kept."""

    id: str = Field(default_factory=new_id)  # type: ignore[assignment]
    user: str
    account_id: str
    name: str
    secret_hash: str
    rights: list[Permission] | None = None
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime | None = None
    last_used_at: datetime | None = None

    class Settings:
        """Listed by owner; the database forgets it when it has run out."""

        name = "tokens"
        indexes = (
            IndexModel([("user", ASCENDING)]),
            IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        )

    def to_header(self) -> TokenHeader:
        """What its owner sees of it."""
        return TokenHeader(
            id=self.id,
            name=self.name,
            rights=None if self.rights is None else tuple(self.rights),
            created_at=self.created_at,
            expires_at=self.expires_at,
            last_used_at=self.last_used_at,
        )


def is_member(group: str) -> Query:
    """The query for the users of a group."""
    return {"kind": "user", "memberships.group": group}
