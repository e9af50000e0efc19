"""What an operator can set, and what a server refuses to start with."""

from pathlib import Path

import pytest

from tupli_server.settings import Settings, SettingsError, unknown_variables

GOOD = "Zm9yIHRlc3RzIG9ubHksIGFuZCBsb25nIGVub3VnaA"


def settings(**variables: str) -> Settings:
    return Settings.from_environment({"TUPLI_SECRET_KEY": GOOD} | variables)


def test_the_defaults_are_closed_and_on_loopback() -> None:
    found = settings()

    assert (found.host, found.port, found.database) == ("127.0.0.1", 8080, "tupli")
    assert not found.open_access
    assert not found.open_signup
    assert (found.access_token_minutes, found.refresh_token_days, found.password_min_length) == (60, 30, 8)
    assert found.admin_password is None
    assert found.trusted_proxies == ""


@pytest.mark.parametrize(
    "secret",
    [None, "", "short", "a" * 64, "change-me-change-me-change-me-1234567", "your-secret-key-0123456789-0123456789"],
)
def test_a_missing_weak_or_template_secret_is_refused_with_how_to_make_one(secret: str | None) -> None:
    variables = {} if secret is None else {"TUPLI_SECRET_KEY": secret}

    with pytest.raises(SettingsError, match="TUPLI_SECRET_KEY") as refusal:
        Settings.from_environment(variables)

    assert "secrets.token_urlsafe" in str(refusal.value)
    if secret:
        assert secret not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "meant"), [("true", True), ("1", True), ("on", True), ("false", False), ("0", False), ("no", False)]
)
def test_a_boolean_means_what_it_says(text: str, meant: bool) -> None:
    assert settings(TUPLI_OPEN_ACCESS=text).open_access is meant


def test_an_empty_variable_is_none() -> None:
    found = settings(TUPLI_OPEN_ACCESS="", TUPLI_ADMIN_PASSWORD="", TUPLI_PORT="", TUPLI_DATABASE_FILE="")

    assert found == settings()


@pytest.mark.parametrize("text", [" ", "maybe", "2", "flase"])
def test_a_boolean_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="TUPLI_OPEN_ACCESS"):
        settings(TUPLI_OPEN_ACCESS=text)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment({"TUPLI_PORT": "99999", "TUPLI_SIGN_IN_LIMIT": "-1"})

    for name in ("TUPLI_PORT", "TUPLI_SIGN_IN_LIMIT", "TUPLI_SECRET_KEY"):
        assert name in str(refusal.value)


def test_a_secret_can_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from-a-file\n")

    found = settings(TUPLI_ADMIN_PASSWORD_FILE=str(tmp_path / "password"))

    assert found.admin_password is not None
    assert found.admin_password.get_secret_value() == "from-a-file"


def test_a_setting_said_twice_or_in_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="both set"):
        settings(TUPLI_DATABASE="a", TUPLI_DATABASE_FILE=str(tmp_path))
    with pytest.raises(SettingsError, match="cannot be read"):
        settings(TUPLI_DATABASE_FILE=str(tmp_path / "nothing"))


def test_secrets_are_shown_nowhere() -> None:
    found = settings(TUPLI_ADMIN_PASSWORD="not-to-be-seen", TUPLI_MONGODB_URL="mongodb://user:hidden@host/")

    for text in (repr(found), str(found), found.model_dump_json()):
        assert GOOD not in text
        assert "not-to-be-seen" not in text
        assert "hidden" not in text


def test_a_misspelt_setting_is_reported_with_what_was_meant() -> None:
    warnings = unknown_variables(
        {"TUPLI_PROT": "1", "TUPLI_PORT": "1", "TUPLI_SECRET_KEY_FILE": "x", "PATH": "x", "TUPLI_DEBUG": "1"}
    )

    assert warnings == ["TUPLI_PROT is not a setting and is ignored (did you mean TUPLI_PORT?)"]
