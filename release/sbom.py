"""`python -m release.sbom [FILE]`: what is in an installation, as a CycloneDX 1.6 bill of materials.

Read from what is installed, so it works offline and says what really runs: names, versions, licences, and who
needs whom. The same installation gives the same bytes.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = "assistant"
EXTRAS = ("cameras", "gpio", "cast", "mcp", "notify", "piper", "whisper")
NAMESPACE = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")
"""For names that are object identifiers (RFC 9562)."""
SPDX = re.compile(r"[A-Za-z0-9.+() -]{2,100}")
CLASSIFIER = re.compile(r"License :: (?:OSI Approved :: )?(.+)")

Bill = dict[str, Any]


def installed(folder: Path | None = None) -> dict[str, Distribution]:
    """The project and everything it needs that is here, or in a folder of packages, by name; of its extras,
    what is there."""
    found: dict[str, Distribution] = {}
    waiting: list[tuple[str, tuple[str, ...]]] = [(PROJECT, EXTRAS)]
    while waiting:
        name, extras = waiting.pop()
        path = sys.path if folder is None else [str(folder)]
        known = next(iter(Distribution.discover(name=name, path=path)), None)
        if known is None:
            continue
        fresh = canonicalize_name(name) not in found
        found[canonicalize_name(name)] = known
        if fresh or extras:
            wishes = (wish for wish in needed(known, extras) if canonicalize_name(wish.name) not in found)
            waiting += [(wish.name, tuple(wish.extras)) for wish in wishes]
    return dict(sorted(found.items()))


def needed(known: Distribution, extras: tuple[str, ...] = ()) -> Iterator[Requirement]:
    """What a distribution wants on this machine."""
    for text in known.requires or ():
        wish = Requirement(text)
        if wish.marker is None or any(wish.marker.evaluate({"extra": extra}) for extra in (*extras, "")):
            yield wish


def bill(parts: dict[str, Distribution]) -> Bill:
    """The document."""
    components = [_component(name, known) for name, known in parts.items()]
    root = next(each for each in components if each["name"] == PROJECT)
    wants = [
        {
            "ref": _purl(name, known),
            "dependsOn": sorted(
                {
                    _purl(other, parts[other])
                    for wish in needed(known, EXTRAS if name == PROJECT else ())
                    if (other := canonicalize_name(wish.name)) in parts
                }
            ),
        }
        for name, known in parts.items()
    ]
    named = json.dumps([each["bom-ref"] for each in components])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, named)}",
        "version": 1,
        "metadata": {"component": {**root, "type": "application"}},
        "components": [each for each in components if each is not root],
        "dependencies": wants,
    }


def _purl(name: str, known: Distribution) -> str:
    return f"pkg:pypi/{name}@{known.version}"


def _component(name: str, known: Distribution) -> dict[str, Any]:
    purl = _purl(name, known)
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": known.version,
        "purl": purl,
        "licenses": [_licence(known)],
    }


def _licence(known: Distribution) -> dict[str, Any]:
    """An SPDX expression where the package has one, else the words it uses."""
    told = known.metadata
    expression, short = (_first(told.get_all(name)) for name in ("License-Expression", "License"))
    if expression:
        return {"expression": expression}
    classifiers = [found[1] for text in told.get_all("Classifier") or () if (found := CLASSIFIER.match(text))]
    name = ", ".join(classifiers) or (short if SPDX.fullmatch(short) else "") or "see the package"
    return {"license": {"name": name}}


def _first(texts: Sequence[str] | None) -> str:
    return texts[0].strip() if texts else ""


def main() -> int:
    """Write it to the file that was named, else to stdout."""
    text = json.dumps(bill(installed()), indent=1) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text)
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
