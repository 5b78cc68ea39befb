"""No package that we pin has a weakness that is known; the file of advisories may be exchanged for one of OSV."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from release.advisories import Advisories, Unreadable, ours, read, weaknesses

ROOT = Path(__file__).parents[2]
OSV: dict[str, Any] = {
    "schema_version": "1.6.0",
    "id": "PYSEC-0000-1",
    "modified": "2026-01-02T03:04:05Z",
    "aliases": ["CVE-0000-1"],
    "details": "As OSV writes it.",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "Some_Package", "purl": "pkg:pypi/some-package"},
            "ranges": [
                {"type": "GIT", "repo": "https://example.org", "events": [{"introduced": "0"}]},
                {"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.5"}, {"introduced": "2.0"}, {"fixed": "2.2"}]},
            ],
            "versions": ["3.0.post1"],
        },
        {"package": {"ecosystem": "npm", "name": "some-package"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]},
    ],
}  # fmt: skip


def test_no_package_that_we_pin_has_a_known_weakness() -> None:
    advisories = read()
    sys.stdout.write(f"advisories of {advisories.date}\n")
    assert [str(found) for found in weaknesses(ours(), advisories)] == []


def test_the_advisories_are_about_packages_of_ours_and_tell_older_versions() -> None:
    advisories, packages = read(), ours()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", advisories.date)
    idents = [record["id"] for record in advisories.records]
    assert len(set(idents)) == len(idents) > 50
    assert all(re.fullmatch(r"CVE-\d{4}-\d{4,}|GHSA(-[2-9cfghjmpqrvwx]{4}){3}", ident) for ident in idents)
    named = {affected["package"]["name"] for record in advisories.records for affected in record["affected"]}
    assert named - set(packages) == set()
    old = weaknesses({"pillow": {"10.1.0"}, "urllib3": {"1.26.17", "2.0.6"}, "h11": {"0.14.0"}}, advisories)
    assert {(found.name, found.version) for found in old} == {
        ("pillow", "10.1.0"), ("urllib3", "1.26.17"), ("urllib3", "2.0.6"), ("h11", "0.14.0"),
    }  # fmt: skip
    assert any(str(found).startswith("pillow 10.1.0: CVE-2023-50447, mended in 10.2.0: ") for found in old)


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ("0.9", False), ("1.0", True), ("1.4.9", True), ("1.5rc1", True), ("1.5", False), ("1.9", False), ("2.0", True),
        ("2.1.post1", True), ("2.2", False), ("3.0", False), ("3.0.post1", True),
    ],
)  # fmt: skip
def test_ranges_are_read_as_osv_means_them(tmp_path: Path, version: str, affected: bool) -> None:
    (tmp_path / "one.json").write_text(json.dumps(OSV))
    advisories = read(tmp_path)
    assert advisories.date == "2026-01-02"
    assert bool(weaknesses({"some-package": {version}}, advisories)) is affected
    assert weaknesses({"other-package": {version}}, advisories) == []


def test_lists_zips_and_folders_are_taken_and_nonsense_is_named(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text(
        json.dumps([OSV, {**OSV, "id": "PYSEC-0000-2", "withdrawn": "2026-02-02T00:00:00Z"}])
    )
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("PYSEC-0000-1.json", json.dumps(OSV))
    for name in ("list.json", "all.zip"):
        assert [record["id"] for record in read(tmp_path / name).records] == ["PYSEC-0000-1"]
    (tmp_path / "empty.zip").write_bytes(b"PK")
    (tmp_path / "other.json").write_text('[{"name": "pillow"}]')
    for name, words in (
        ("empty.zip", "cannot be read"),
        ("none.json", "No such file"),
        ("other.json", "is no advisory"),
    ):
        with pytest.raises(Unreadable, match=words):
            read(tmp_path / name)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=3), st.integers(0, 9))
def test_whoever_is_outside_of_every_range_is_not_affected(spans: list[tuple[int, int]], here: int) -> None:
    ranges = [
        {"type": "ECOSYSTEM", "events": [{"introduced": f"1.{min(span)}"}, {"fixed": f"1.{max(span)}"}]}
        for span in spans
    ]
    record = {"id": "X", "affected": [{"package": {"ecosystem": "PyPI", "name": "p"}, "ranges": ranges}]}
    found = weaknesses({"p": {f"1.{here}"}}, Advisories([record], ""))
    inside = any(
        Version(f"1.{min(span)}") <= Version(f"1.{here}") < Version(f"1.{max(span)}") for span in spans
    )
    assert bool(found) is inside


def test_the_command_says_of_which_day_its_advisories_are(tmp_path: Path) -> None:
    def told(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "release.advisories", *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    done = told()
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(
        r"\d+ packages compared with \d+ advisories of \d{4}-\d\d-\d\d: no known weaknesses", done.stdout
    )
    every = {**OSV, "affected": [{"package": {"ecosystem": "PyPI", "name": "pydantic"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}  # fmt: skip
    (tmp_path / "osv.json").write_text(json.dumps(every))
    done = told(str(tmp_path / "osv.json"))
    assert (done.returncode, "PYSEC-0000-1, not mended yet" in done.stdout) == (1, True)
    assert told(str(tmp_path / "none.json")).returncode == 1
