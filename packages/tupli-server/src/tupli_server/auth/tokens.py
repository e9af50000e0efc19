"""Signed tokens (JWT): made and read in one way only, so that none can be forged, stretched or used for another purpose."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from jose import JOSEError, jws, jwt

from tupli_schemas.base import new_id, now
from tupli_schemas.errors import SignInRequiredError

ALGORITHM = "HS256"
ISSUER = "tupli-server"
AUDIENCE = "tupli"
LEEWAY_SECONDS = 60
MAX_TOKEN_LENGTH = 4_096

_REQUIRED = ("aud", "iat", "exp", "nbf", "iss", "sub", "jti")


class Purpose(StrEnum):
    """What a token is for. One is never accepted as the other."""

    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says, once its signature and its times have been checked."""

    username: str
    session_id: str
    token_id: str


class Tokens:
    """Makes and reads tokens with a secret. A ``previous`` secret is still believed, while a new one takes over."""

    def __init__(self, secret: str, previous: str | None = None) -> None:
        self._kid = _key_id(secret)
        self._secret = secret
        self._keys = {_key_id(key): key for key in (secret, previous) if key}

    def make(self, purpose: Purpose, username: str, session_id: str, lifetime: timedelta, token_id: str = "") -> str:
        """A token of ``username``, valid from now on for ``lifetime``."""
        moment = now()
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": username,
            "sid": session_id,
            "jti": token_id or new_id(),
            "purpose": purpose.value,
            "iat": moment,
            "nbf": moment,
            "exp": moment + lifetime,
        }
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM, headers={"kid": self._kid})

    def read(self, token: str, purpose: Purpose) -> Claims:
        """What a token says.

        Raises:
            SignInRequiredError: It is forged, expired, not valid yet, or made for another purpose.
        """
        try:
            claims = self._verified(token)
        except (JOSEError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
            raise _refused(str(error)) from None
        if claims.get("purpose") != purpose.value:
            raise _refused(f"it is made for something else than {purpose.value}")
        return Claims(claims["sub"], str(claims.get("sid", "")), claims["jti"])

    def _verified(self, token: str) -> dict[str, Any]:
        if len(token) > MAX_TOKEN_LENGTH:
            raise ValueError("it is too long")
        # The header is read before anything is decoded: it must be exactly the one that we write.
        header = jws.get_unverified_header(token)
        if header != {"alg": ALGORITHM, "typ": "JWT", "kid": header.get("kid")} or header["kid"] not in self._keys:
            raise ValueError("it was not made by this server")
        required = {f"require_{claim}": True for claim in _REQUIRED}
        return jwt.decode(
            token,
            self._keys[header["kid"]],
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={**required, "leeway": LEEWAY_SECONDS},
        )


def _key_id(secret: str) -> str:
    """Names a secret without telling anything of it."""
    return hashlib.sha256(b"tupli key id:" + secret.encode()).hexdigest()[:16]


def _refused(reason: str) -> SignInRequiredError:
    return SignInRequiredError(f"the token is not valid: {reason.lower().rstrip('.')}", hint="sign in again")
