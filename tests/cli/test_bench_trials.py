"""The house's faults: the catalogue is whole and true, and a short storm breaks no promise."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.cli.bench import faults
from assistant.cli.bench.figures import Figures
from assistant.cli.bench.trials import catalogue
from assistant.cli.bench.trials.house import CRASHING, Outcome
from assistant.cli.bench.trials.injections import INJECTIONS, Injection
from assistant.cli.bench.trials.storm import Life, Storm, _grown, slope
from assistant.cli.bench.trials.world import world
from assistant.cli.output import Output

ROOT = Path(__file__).parents[2]
CATALOGUED = "N1 N2 N3 N4 N5 G1 G2 G3 G4 G5 G6 G7 G8 G9 B1 B2 B3 B4 B5 A1 A2 A3 A4 A5 A6 S1 S2 S3 T1 T2 T3 P1 P2 C1 V1 O1 O2 O3 L1"
STRUCK = ("the way to the cloud is cut", "nothing can be written", "kill -9")
TURNS = 4


def test_every_fault_of_the_catalogue_is_shown_somewhere_or_says_why_not() -> None:
    rows = catalogue.rows()
    assert {row.id for row in rows} >= set(CATALOGUED.split())
    assert len({row.id for row in rows}) == len(rows)
    assert [row.id for row in rows if not (row.shown or row.not_here)] == []
    played = {f"link: {fault.name}" for fault in faults.rows()}
    played |= {f"house: {name}" for name in (*(each.name for each in INJECTIONS), CRASHING)}
    for row in rows:
        for shown in row.shown:
            file, _, test = shown.partition("::")
            found = re.search(rf"def {test}\(", (ROOT / file).read_text()) if test else shown in played
            assert found, f"{row.id}: there is no {shown}"
    unlisted = {each.name for each in INJECTIONS} - {s.removeprefix("house: ") for r in rows for s in r.shown}
    assert not unlisted


def test_the_table_in_the_documents_is_the_catalogue() -> None:
    assert catalogue.table() in (ROOT / "docs" / "faults.md").read_text()


@pytest.mark.alone
@pytest.mark.system("mosquitto")
async def test_a_short_storm_breaks_no_promise(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        storm = Storm(there, seed=3)
        await storm.begin_life()
        for fault in (each for each in INJECTIONS if each.name in STRUCK):
            await storm.talk(TURNS)
            await storm.strike(fault)
        await storm.end()
        assert len(storm.lives) == 2
        assert await there.count_tasks() > 10
    assert {name.partition(" ")[0] for name in storm.promises.looked} >= {
        "P1",
        "P3",
        "P4",
        "P5",
        "P7",
        "P8",
        "P9",
    }
    assert storm.promises.broken == []
    assert "Traceback" not in "\n".join(there.daemon.told)


def test_nothing_that_was_acknowledged_is_lost_by_kill_9(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "assistant.cli.bench.trials.power", str(tmp_path), "12", "1"],
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout) == []


def test_what_is_wrong_with_an_outcome_is_said() -> None:
    fault = Injection("x", inject=lambda _world: None, told="sorry")  # type: ignore[arg-type, return-value]
    assert Outcome(1.0, 1.0, same=True, told=("so sorry",)).wrong(fault) == []
    assert Outcome(None, 11.0, same=False, told=(), honest=False).wrong(fault) == [
        "no light was switched while it lasted",
        "P5: a light works only after 11.0 s",
        "the daemon has ended",
        "told (), not 'sorry'",
        "P9: done was said, and it was not",
    ]


def test_growth_is_counted_within_lives() -> None:
    turns = [float(turn) for turn in range(0, 1200, 100)]
    flat = [Life(turns, [80.0] * 12), Life([2000 + turn for turn in turns], [60.0] * 12)]
    assert slope(flat, "memory") == 0
    grown = Life(turns, [80.0 + turn / 500 for turn in turns])
    assert slope([grown, flat[1]], "memory") == pytest.approx(1.0)


def test_of_a_short_storm_no_growth_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    turns = [float(turn) for turn in range(0, 1200, 100)]
    for lives in (
        [],
        [Life([0.0], [1.0])],
        [Life(turns, [80.0] * 12)],
        [Life([0, 1500, 3000], [80.0, 81.0, 82.0])],
    ):
        assert slope(lives, "memory") is None
    figures = Figures(Output(as_json=True))
    _grown(figures, [Life(turns, [80.0] * 12)])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["event"] for each in told] == ["step"] * 4
    assert all("too short to tell" in each["text"] for each in told)
