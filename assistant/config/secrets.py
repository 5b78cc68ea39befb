"""Secrets: from the environment, systemd's credentials or a private file; never from config.yaml."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

from assistant.errors import ConfigError
from assistant.redaction import REDACTION

FOLDER = Path("~/.config/assistant")


def secret(name: str, variables: tuple[str, ...], environment: Mapping[str, str], what: str) -> str:
    """The secret of this name, from the first place that has it; empty when none does.

    ``name`` is both the credential's and the file's; ``what`` is the household word for it.

    Raises:
        ConfigError: the file can be read by others, or cannot be read at all.
    """
    found = _found(name, variables, environment, what)
    REDACTION.learn(found)
    return found


def _found(name: str, variables: tuple[str, ...], environment: Mapping[str, str], what: str) -> str:
    for variable in variables:
        if found := environment.get(variable, "").strip():
            return found
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if folder and (path := Path(folder) / name).is_file():
        return _read(path, what)
    path = FOLDER.expanduser() / name
    if not path.is_file():
        return ""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError(f"{path}: others can read this {what}; run `chmod 600 {path}`")
    return _read(path, what)


def _read(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: the {what} cannot be read: {error}") from error
