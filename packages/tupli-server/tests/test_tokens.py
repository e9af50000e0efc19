"""Signed tokens: read in one way only, however they are forged."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jose import jwt

from tupli_schemas.errors import SignInRequiredError
from tupli_server.auth.tokens import AUDIENCE, ISSUER, Purpose, Tokens

SECRET = "a-secret-of-our-own-0123456789-abcdefghij"
OTHER = "another-secret-entirely-0123456789-abcdef"
HOUR = timedelta(hours=1)


def claims(**changes: Any) -> dict[str, Any]:
    moment = datetime.now(UTC)
    made: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "sid": "s", "jti": "j", "purpose": "access"}
    made |= {"iat": moment, "nbf": moment, "exp": moment + HOUR}
    return {name: value for name, value in (made | changes).items() if value is not None}


def forged(
    header: dict[str, Any] | None = None, *, secret: str = SECRET, algorithm: str = "HS256", **changes: Any
) -> str:
    """A token that is right in everything but what is changed."""
    kid = jwt.get_unverified_header(Tokens(SECRET).make(Purpose.ACCESS, "alice", "s", HOUR))["kid"]
    return jwt.encode(claims(**changes), secret, algorithm=algorithm, headers={"kid": kid} | (header or {}))


def unsigned(header: dict[str, Any]) -> str:
    parts = (header, {name: str(value) for name, value in claims().items()})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def refused(token: str) -> bool:
    try:
        Tokens(SECRET).read(token, Purpose.ACCESS)
    except SignInRequiredError:
        return True
    return False


def test_what_was_written_is_read() -> None:
    tokens = Tokens(SECRET)

    found = tokens.read(tokens.make(Purpose.ACCESS, "alice", "session", HOUR, "id"), Purpose.ACCESS)

    assert (found.username, found.session_id, found.token_id) == ("alice", "session", "id")


def test_a_token_that_is_right_in_everything_is_the_yardstick_of_the_forged_ones() -> None:
    assert not refused(forged())


@pytest.mark.parametrize(
    "token",
    [
        forged(secret=OTHER),
        forged(algorithm="HS384"),
        forged(algorithm="HS512"),
        forged({"crit": ["exp"]}),
        forged({"crit": []}),
        forged({"kid": "unknown"}),
        forged({"kid": None}),
        forged({"kid": ["list"]}),
        forged({"jku": "https://example.org/keys"}),
        forged({"zip": "DEF"}),
        forged({"typ": "at+jwt"}),
        forged(iss="somebody"),
        forged(iss=None),
        forged(aud="others"),
        forged(aud=None),
        forged(exp=None),
        forged(iat=None),
        forged(nbf=None),
        forged(sub=None),
        forged(jti=None),
        forged(sub=5),
        forged(exp=datetime.now(UTC) - timedelta(minutes=2)),
        forged(exp="soon"),
        forged(nbf=datetime.now(UTC) + timedelta(minutes=5)),
        forged(purpose="refresh"),
        forged(purpose=None),
        forged(purpose=["access"]),
        unsigned({"alg": "none", "typ": "JWT"}),
        unsigned({"alg": "HS256", "typ": "JWT"}),
        unsigned({"alg": "none", "typ": "JWT", "kid": "x"}),
        "",
        ".",
        "..",
        "a.b.c",
        "é.é.é",
        "x" * 100_000,
        forged()[:-2],
        forged() + "a",
    ],
)
def test_a_token_that_is_wrong_in_one_thing_is_refused(token: str) -> None:
    assert refused(token)


def test_clocks_may_differ_by_a_minute() -> None:
    assert not refused(forged(exp=datetime.now(UTC) - timedelta(seconds=30)))
    assert not refused(forged(nbf=datetime.now(UTC) + timedelta(seconds=30)))


@pytest.mark.parametrize(("made", "used"), [(Purpose.ACCESS, Purpose.REFRESH), (Purpose.REFRESH, Purpose.ACCESS)])
def test_a_token_serves_its_own_purpose_alone(made: Purpose, used: Purpose) -> None:
    tokens = Tokens(SECRET)

    with pytest.raises(SignInRequiredError):
        tokens.read(tokens.make(made, "alice", "s", HOUR), used)


def test_while_a_secret_is_changed_tokens_of_the_previous_one_are_good() -> None:
    old = Tokens(OTHER).make(Purpose.ACCESS, "alice", "s", HOUR)

    assert Tokens(SECRET, previous=OTHER).read(old, Purpose.ACCESS).username == "alice"
    assert refused(old)


def test_no_token_tells_anything_of_the_secret() -> None:
    header = jwt.get_unverified_header(Tokens(SECRET).make(Purpose.ACCESS, "alice", "s", HOUR))

    assert set(header) == {"alg", "typ", "kid"}
    assert SECRET[:8] not in header["kid"]
