"""Consent: whose code may run to rebuild an environment."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from tupli_schemas.errors import InvalidDataError, UntrustedCodeError
from tupli_schemas.inspection import Inspection

Trust = Sequence[str] | Literal["ask"]
"""Packages, modules or full names of classes; or ``"ask"`` for a question on the terminal."""

Ask = Callable[[str], bool]
"""Puts a question, and says whether the answer was yes."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The classes that somebody agreed to: by package, by module, or by name."""

    names: tuple[str, ...] = ()

    def __call__(self, name: str) -> bool:
        return any(name == trusted or name.startswith(f"{trusted}.") for trusted in self.names)


@dataclass(frozen=True, slots=True)
class ConsentMemory:
    """The answers to earlier questions, in a file of the user's: for one source (a server, a folder) and one exact text.

    Args:
        path: The file; it need not exist yet.
        source: Where the text comes from.
    """

    path: Path
    source: str

    def recall(self, digest: str) -> tuple[str, ...]:
        """The classes that were agreed to for the text with this digest."""
        return tuple(self._read().get(self.source, {}).get(digest, ()))

    def remember(self, digest: str, names: Sequence[str]) -> None:
        """Keep an answer. The file changes as a whole or not at all."""
        answers = self._read()
        answers.setdefault(self.source, {})[digest] = list(names)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(answers, file, indent=1)
        draft.replace(self.path)

    def _read(self) -> dict[str, dict[str, list[str]]]:
        """What is on disk; a file that cannot be read, or that says something else, holds no consent."""
        try:
            return _ANSWERS.validate_json(self.path.read_bytes())
        except (OSError, ValidationError):
            return {}


_ANSWERS = TypeAdapter(dict[str, dict[str, list[str]]])


def consent(
    inspection: Inspection,
    digest: str,
    trust: Trust,
    *,
    ask: Ask | None = None,
    memory: ConsentMemory | None = None,
    source: str = "",
) -> Allowed:
    """What may be imported to rebuild an environment.

    Args:
        inspection: The static reading of its text.
        digest: The SHA-256 of the text.
        trust: What the caller trusts.
        ask: Puts a question to the user; by default on the terminal, and without one the answer is no.
        memory: Where answers are kept.
        source: Where the text comes from and whose it is, for the question.

    Raises:
        UntrustedCodeError: The text needs classes that are not covered.
    """
    allowed = Allowed(_names(trust) + (memory.recall(digest) if memory else ()))
    missing = tuple(name for name in inspection.needs_trust if not allowed(name))
    if not missing:
        return allowed
    if trust != "ask" or not (ask or ask_on_terminal)(question(missing, digest, source)):
        raise _untrusted(missing, inspection, asked=trust == "ask")
    if memory:
        memory.remember(digest, missing)
    return Allowed(allowed.names + missing)


def question(names: Sequence[str], digest: str, source: str) -> str:
    """What is asked before foreign code runs."""
    # Letters of other alphabets can look like Latin ones, so such names are shown as their code points.
    classes = "\n".join(f"  {ascii(name)[1:-1]}" for name in names)
    origin = f" from {ascii(source)[1:-1]}" if source else ""
    return f"Loading this environment{origin} runs the code of\n{classes}\nContent: sha256:{digest}\nRun it?"


def ask_on_terminal(text: str) -> bool:
    """Put a yes-or-no question. Where nobody can answer, the answer is no."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    sys.stderr.write(f"{text} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _names(trust: Trust) -> tuple[str, ...]:
    if trust == "ask":
        return ()
    if isinstance(trust, str):
        raise InvalidDataError(f"trust={trust!r} is one text", hint=f"Write trust=[{trust!r}], or trust='ask'.")
    if bad := [name for name in trust if not all(part.isidentifier() for part in name.split("."))]:
        raise InvalidDataError(
            f"{bad[0]!r} is neither a package nor a class",
            hint="Write packages such as 'company_b', or full class names.",
        )
    return tuple(trust)


def _untrusted(names: tuple[str, ...], inspection: Inspection, *, asked: bool) -> UntrustedCodeError:
    packages = sorted({name.partition(".")[0] for name in names})
    known = [f"{name} {version or '(version unknown)'}" for name, version in sorted(inspection.requires.items())]
    origin = f" It was stored with {', '.join(known)}." if known else ""
    why = "nobody agreed to that" if asked else "that needs your consent"
    return UntrustedCodeError(
        f"loading this environment runs the code of {', '.join(ascii(name)[1:-1] for name in names)}, and {why}.{origin}",
        hint=f"If you trust whoever wrote the environment and these packages, load it with trust={packages!r}.",
    )
