"""The level of every shipped plugin, as the table in docs/plugins.md."""

from __future__ import annotations

import sys
from pathlib import Path

from assistant.author.quality import Verdict, examined
from assistant.errors import ConfigError
from assistant.shelf import Shelf
from assistant.testing.told import stories_beside


def table() -> str:
    """One row for each shipped file that holds one plugin or more."""
    rows = ["| plugin | level | what the next one needs |", "|---|---|---|"]
    for file in Shelf().files.values():
        if file.source == "shipped":
            rows.append(_row(file.name, file.path))
    return "\n".join(rows) + "\n"


def _row(name: str, path: Path) -> str:
    try:
        _, _, verdict = examined(path)
    except ConfigError:
        verdict = Verdict("none", (f"settings in {stories_beside(path).name}",))
    needs = "; ".join(verdict.missing[:2]) + (" …" if len(verdict.missing) > 2 else "")
    return f"| {name} | {verdict.level} | {needs.replace('|', '/') or '–'} |"


if __name__ == "__main__":
    sys.stdout.write(table())
