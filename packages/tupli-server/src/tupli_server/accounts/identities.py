"""From a bearer token to the actor behind it: a signed access token of a sign-in, or a personal access token."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tupli_schemas.base import new_id, now
from tupli_schemas.errors import SignInRequiredError
from tupli_schemas.permissions import Permission
from tupli_server import policy
from tupli_server.accounts import roles
from tupli_server.accounts.documents import SessionDocument, TokenDocument, UserDocument
from tupli_server.auth.context import Auth
from tupli_server.auth.tokens import Purpose
from tupli_server.policy import Actor

PREFIX = "tupli_pat_"
"""What personal access tokens begin with, so that scanners of leaked secrets know one when they see it."""

USE_NOTED_EVERY = timedelta(minutes=1)


async def find_actor(token: str, auth: Auth) -> Actor:
    """The actor of a bearer token.

    Raises:
        SignInRequiredError: The token is not valid, or no longer.
    """
    if token.startswith(PREFIX):
        return await _by_personal_token(token)
    claims = auth.tokens.read(token, Purpose.ACCESS)
    session = await _with_user(SessionDocument, claims.session_id)
    if session is None or session["user"]["name"] != claims.username:
        raise SignInRequiredError("the token is not valid: its sign-in has ended", hint="sign in again")
    return await _actor(session["user"], session_id=claims.session_id)


def new_token() -> tuple[str, str, str]:
    """A fresh personal access token: its id, the token itself, and the hash that is kept of it."""
    token_id, secret = new_id(), secrets.token_urlsafe(32)
    return token_id, f"{PREFIX}{token_id}_{secret}", _hash(secret)


async def _by_personal_token(token: str) -> Actor:
    token_id, _, secret = token.removeprefix(PREFIX).partition("_")
    found = await _with_user(TokenDocument, token_id)
    # The database forgets tokens that have run out only once in a while.
    if found is None or not hmac.compare_digest(_hash(secret), found["secret_hash"]) or _has_run_out(found):
        raise SignInRequiredError("the token is not valid, or no longer", hint="make a new one, or sign in")
    await _note_use(found)
    return await _actor(found["user"], only=policy.ALL if found["rights"] is None else frozenset(found["rights"]))


async def _with_user(kind: type[SessionDocument | TokenDocument], document_id: str) -> dict[str, Any] | None:
    """A session or token with its ``user``, in one question to the database: every request asks it.

    None if there is none, or its account is gone; an account that took the name since is another one.
    """
    accounts = UserDocument.get_collection_name()
    of_user = {"from": accounts, "localField": "user", "foreignField": "_id", "as": "users"}
    cursor = await kind.get_pymongo_collection().aggregate([{"$match": {"_id": document_id}}, {"$lookup": of_user}])
    documents: list[dict[str, Any]] = await cursor.to_list()
    for found in documents:
        for user in found["users"]:
            if user["kind"] == "user" and user["account_id"] == found["account_id"]:
                return found | {"user": user}
    return None


async def _actor(
    user: Mapping[str, Any], *, only: frozenset[Permission] = policy.ALL, session_id: str | None = None
) -> Actor:
    """A user, as stored, as an actor; ``only`` is what the token at hand lets its owner do."""
    in_groups = {membership["group"]: membership["roles"] for membership in user["memberships"]}
    wanted = {role for held in (user["server_roles"], policy.GLOBAL_ROLES, *in_groups.values()) for role in held}
    rights_of = await roles.rights_of(wanted)
    return policy.signed_in(user["name"], user["server_roles"], in_groups, rights_of, only, session_id)


def _has_run_out(token: Mapping[str, Any]) -> bool:
    return token["expires_at"] is not None and token["expires_at"] <= now()


async def _note_use(token: Mapping[str, Any]) -> None:
    """Remember when the token was last used, to the minute: not every request is worth a write."""
    moment = now()
    if token["last_used_at"] is None or moment - token["last_used_at"] >= USE_NOTED_EVERY:
        await TokenDocument.find({"_id": token["_id"]}).update({"$set": {"last_used_at": moment}})


def _hash(secret: str) -> str:
    """The secret is random and long, so one round is enough."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
