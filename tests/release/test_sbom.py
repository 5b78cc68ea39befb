"""The bill of materials names what really runs."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from packaging.utils import canonicalize_name

from release.sbom import bill, installed

ROOT = Path(__file__).parents[2]


def test_the_bill_names_everything_that_runs_and_nothing_else() -> None:
    made = bill(installed())
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert made["metadata"]["component"]["name"] == "assistant"
    names = {each["name"] for each in made["components"]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {canonicalize_name(re.split(r"[^\w.-]", text)[0]) for text in project["dependencies"]}
    assert wanted <= names
    assert {"pydantic-core", "pycparser", "h11"} <= names, "what the needed need"
    assert not names & {"pytest", "mypy", "ruff", "hypothesis"}, "tools do not run in a house"

    references = [each["bom-ref"] for each in made["components"]] + [made["metadata"]["component"]["bom-ref"]]
    assert len(set(references)) == len(references)
    assert all(re.fullmatch(r"pkg:pypi/[a-z0-9-]+@\S+", each) for each in references)
    wants = {each["ref"]: each["dependsOn"] for each in made["dependencies"]}
    assert set(wants) == set(references)
    assert {other for others in wants.values() for other in others} <= set(references)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", made["serialNumber"])


def test_the_same_installation_gives_the_same_bill() -> None:
    assert json.dumps(bill(installed())) == json.dumps(bill(installed()))
    assert "://" not in json.dumps(bill(installed())), "no registry has to be named"


def test_licences_that_bind_who_links_are_known_and_in_the_notice() -> None:
    """A new GPL or LGPL part fails here until NOTICE says how it is used."""
    copyleft = set()
    for each in [*bill(installed())["components"]]:
        (licence,) = each["licenses"]
        words = licence.get("expression") or licence["license"]["name"]
        if re.search(r"\bA?L?GPL|General Public", words) and " OR " not in words:
            copyleft.add(each["name"])
    assert copyleft <= {"soxr", "zeroconf", "piper-tts"}
    notice = (ROOT / "NOTICE").read_text().lower()
    assert all(name.partition("-")[0] in notice for name in copyleft)
