"""`python -m release.advisories [FILE ...]`: whether a package that we pin has a weakness that is known.

Works offline, with `release/advisories.json`, or with what OSV gives out (one record, a list, a folder or a
zip of records: https://osv.dev, ecosystem PyPI). `--online` asks pip-audit instead, where it is installed and
has a network. The file here is kept by hand, for our packages; more may be known elsewhere.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from release.sbom import PROJECT, installed
from release.wheels import PYTHONS, pins

KEPT = Path(__file__).parent / "advisories.json"
ECOSYSTEM = "PyPI"
COMPARABLE = ("ECOSYSTEM", "SEMVER")
ENDS = ("fixed", "limit", "last_affected")
AUDIT_SECONDS = 600

Record = dict[str, Any]


class Unreadable(ValueError):
    """A file holds no advisories; the text says which and why."""


@dataclass(frozen=True)
class Advisories:
    """``records`` as OSV writes them; ``date`` is of the newest, or when the file was last looked through."""

    records: list[Record]
    date: str


@dataclass(frozen=True)
class Finding:
    """A version of a package that is affected; ``fixed`` are versions that are not, as far as is known."""

    name: str
    version: str
    advisory: str
    summary: str
    fixed: tuple[str, ...]

    def __str__(self) -> str:
        mended = f"mended in {' or '.join(self.fixed)}" if self.fixed else "not mended yet"
        return f"{self.name} {self.version}: {self.advisory}, {mended}: {self.summary}"


def read(path: Path = KEPT) -> Advisories:
    """What a file, a folder or a zip holds.

    Raises:
        Unreadable: it holds no advisories.
    """
    told = [json.loads(text) for text in _texts(path)]
    records: list[Record] = []
    dates: list[str] = []
    for each in told:
        if isinstance(each, dict) and "advisories" in each:
            dates.append(str(each["read_on"]))
            records += each["advisories"]
        else:
            records += each if isinstance(each, list) else [each]
    for record in records:
        if not (isinstance(record, dict) and "id" in record and isinstance(record.get("affected", []), list)):
            raise Unreadable(f"{path}: this is no advisory as OSV writes it: {json.dumps(record)[:80]}")
        dates.append(str(record.get("modified", ""))[:10])
    if not records:
        raise Unreadable(f"{path}: there are no advisories in it")
    return Advisories([record for record in records if not record.get("withdrawn")], max(dates))


def _texts(path: Path) -> Iterator[bytes]:
    try:
        if path.is_dir():
            yield from (file.read_bytes() for file in sorted(path.glob("*.json")))
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                yield from (archive.read(name) for name in archive.namelist() if name.endswith(".json"))
        else:
            yield path.read_bytes()
    except (OSError, zipfile.BadZipFile) as error:
        raise Unreadable(f"{path}: cannot be read: {error}") from error


def ours() -> dict[str, set[str]]:
    """Every version that we pin, for any Python, or that is installed here, by name."""
    found: dict[str, set[str]] = {}
    for python in PYTHONS:
        for pin in pins(python):
            versions = found.setdefault(canonicalize_name(pin.name), set())
            versions.update(each.version for each in pin.specifier)
    for name, known in installed().items():
        found.setdefault(name, set()).add(known.version)
    return found


def weaknesses(packages: dict[str, set[str]], advisories: Advisories) -> list[Finding]:
    """What is known of these packages, by name and version."""
    return sorted(
        (
            Finding(name, version, record["id"], str(record.get("summary", "")), _fixed(affected))
            for record in advisories.records
            for affected in record.get("affected", [])
            if affected.get("package", {}).get("ecosystem") == ECOSYSTEM
            for name in [canonicalize_name(affected["package"].get("name", ""))]
            for version in packages.get(name, ())
            if _is_affected(version, affected)
        ),
        key=str,
    )


def _is_affected(version: str, affected: Record) -> bool:
    ranges = (each["events"] for each in affected.get("ranges", []) if each.get("type") in COMPARABLE)
    return version in affected.get("versions", ()) or any(_within(version, events) for events in ranges)


def _within(version: str, events: Iterable[dict[str, str]]) -> bool:
    """Whether a version lies between an ``introduced`` and the end that follows it."""
    here, inside = Version(version), False
    for event in sorted(events, key=lambda event: _version(next(iter(event.values())))):
        if "introduced" in event:
            inside = inside or here >= _version(event["introduced"])
        elif "last_affected" in event:
            inside = inside and here <= _version(event["last_affected"])
        elif any(end in event for end in ENDS):
            inside = inside and here < _version(next(iter(event.values())))
    return inside


def _version(text: str) -> Version:
    """``0`` is before all others, and so is what nobody can read: rather a finding too many."""
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0.dev0")


def _fixed(affected: Record) -> tuple[str, ...]:
    events = [event for each in affected.get("ranges", []) for event in each.get("events", ())]
    return tuple(event["fixed"] for event in events if "fixed" in event)


def asked_online() -> int:
    """pip-audit's own judgement of our pins; its exit code, or 1 where it cannot be asked."""
    if find_spec("pip_audit") is None:
        sys.stderr.write("pip-audit is not installed here: pip install pip-audit\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.txt"
        newest = {name: max(versions, key=Version) for name, versions in ours().items() if name != PROJECT}
        wanted.write_text("".join(f"{name}=={version}\n" for name, version in newest.items()))
        # Strict: a network that knows none of them is no proof that all is well.
        how = ("--strict", "--no-deps", "--disable-pip", "--progress-spinner=off")
        command = [sys.executable, "-m", "pip_audit", *how, "--requirement", str(wanted)]
        return subprocess.run(command, timeout=AUDIT_SECONDS, check=False).returncode


def main() -> int:
    """Say what is known; 1 when something is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, default=[KEPT], metavar="FILE")
    parser.add_argument("--online", action="store_true", help="ask pip-audit, which asks the network")
    options = parser.parse_args()
    if options.online:
        return asked_online()
    packages, known = ours(), 0
    for path in options.files:
        try:
            advisories = read(path)
        except (Unreadable, json.JSONDecodeError) as error:
            sys.stderr.write(f"{error}\n")
            return 1
        findings = weaknesses(packages, advisories)
        sys.stdout.writelines(f"{finding}\n" for finding in findings)
        known += len(findings)
        compared = f"{len(packages)} packages compared with {len(advisories.records)} advisories"
        sys.stdout.write(f"{compared} of {advisories.date}: {len(findings) or 'no'} known weaknesses\n")
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main())
