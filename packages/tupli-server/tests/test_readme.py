"""The README names every setting, with the default that it has, and none that there is not."""

import re
from pathlib import Path

from pydantic import SecretStr

from tupli_server.settings import Settings, variable

TEXT = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (`TUPLI_.*?) \| (.*?) \|", TEXT, re.MULTILINE)
TABLE = {
    name: default
    for names, defaults in ROWS
    for name, default in zip(names.split(", "), defaults.split(", "), strict=True)
}


def test_every_setting_is_in_the_table_and_nothing_else() -> None:
    assert {f"`{variable(name)}`" for name in Settings.model_fields} == TABLE.keys()


def test_every_default_is_the_one_that_holds() -> None:
    words = {"none": "None", "nobody": "", "must be set": "PydanticUndefined"}
    for name, field in Settings.model_fields.items():
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        written = TABLE[f"`{variable(name)}`"].strip("`")

        assert words.get(written, written).lower() == str(default).lower(), name
