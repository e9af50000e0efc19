"""JSON Schema for tools in other languages."""

import json
import subprocess
import sys
from pathlib import Path

from tupli_schemas.export import EXPORTED


def test_the_command_writes_a_schema_for_every_shape(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "tupli_schemas", "export", str(tmp_path)], check=True, stdout=subprocess.PIPE)

    written = {place.name.removesuffix(".schema.json"): json.loads(place.read_text()) for place in tmp_path.iterdir()}

    assert written.keys() == EXPORTED.keys()
    assert written["filter"]["discriminator"]["propertyName"] == "type"
    assert "return" in written["episode-header"]["properties"]


def test_describing_needs_neither_numpy_nor_safetensors() -> None:
    code = (
        "import sys, tupli_schemas, tupli_schemas.export; sys.exit(bool({'numpy', 'safetensors'} & sys.modules.keys()))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
