"""What is kept about people can be forgotten, and does not come back; what is too old goes by itself."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assistant import store
from assistant.__main__ import main
from assistant.config import Config
from assistant.errors import UsageError
from assistant.forgetting import Forgetter, Forgotten, Wish, requested, wished
from assistant.household.diary import Diary
from assistant.household.left import Left
from assistant.keeping import KINDS, TABLE, table
from assistant.live.endpoint import Endpoint
from assistant.live.handles import Handles
from assistant.money import Ledger, Row, Tokens
from assistant.storage import Storage
from assistant.vision.gallery import Gallery
from assistant.vision.memory import Memory, Seen
from assistant.wallclock import WallClock
from tests.cli.test_bad_input import assistant, events
from tests.cli.test_daemon import ask, daemon, wait_until

NOW = datetime.now().replace(microsecond=0)
SECRET, OLD = "xyzzy", "plugh"
"""What is said today, and what was said ten days ago."""


async def furnish(state: Path) -> Config:
    """A state folder in which everything that can be kept is kept, of today and of ten days ago."""
    config = Config.model_validate({"state_dir": str(state), "keep": {"transcripts_days": 30}})
    store.folder(state)
    memory = Memory(state / "seen.sqlite", WallClock(), 30)
    for word, at in ((OLD, NOW - timedelta(days=10)), (SECRET, NOW)):
        picture = {"prompt": word, "alt": word, "mime": "image/png", "width": 1, "height": 1}
        await Gallery(state / "pictures", now=lambda at=at: at).add(word.encode(), **picture)  # type: ignore[misc]
        memory.note(Seen(at.timestamp(), "porch", f"{word} came " * 50))
        Ledger(state, now=lambda at=at: at).note(turn(at))  # type: ignore[misc]
        Left(state / "left.json", today=lambda at=at: at.date()).note(word, 50)  # type: ignore[misc]
        Diary(state, 30, now=lambda at=at: at).note("user", word)  # type: ignore[misc]
    handles = Handles(state / "conversations.json", lambda: NOW)
    handles.keep(Endpoint("gemini", "m", key="k"), SECRET)
    handles.save()
    store.write_atomically(state / "lately.json", json.dumps([SECRET]).encode())
    store.write_atomically(state / "looks.json", json.dumps([SECRET]).encode())
    store.write_atomically(state / "room.json", b"{}")
    await Storage(state / "plugins" / "lists.sqlite", print).set("shopping", "milk")
    return config


def turn(at: datetime, usd: float = 0.25) -> Row:
    return Row(at.isoformat(), "gemini", "m", "talk", usd, Tokens(audio_in=100))


def traces(state: Path, word: str) -> list[str]:
    """Files in which a word still stands, by name or anywhere in their bytes."""
    files = [path for path in state.rglob("*") if path.is_file()]
    return sorted(str(path.relative_to(state)) for path in files if word.encode() in path.read_bytes())


def prints(state: Path) -> dict[str, str]:
    return {
        str(path.relative_to(state)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in state.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    }


async def forgotten(config: Config, wish: Wish, *, dry: bool = False) -> list[Forgotten]:
    """From a thread, as the daemon does it."""
    return await asyncio.to_thread(list, Forgetter(config, dry=dry).forget(wish))


async def test_all_is_forgotten_without_a_trace_but_reminders_and_sums_of_money_stay(tmp_path: Path) -> None:
    config = await furnish(tmp_path)
    assert len(traces(tmp_path, SECRET)) == 8
    spent = Ledger(tmp_path).spent()
    before = prints(tmp_path)

    seen = await forgotten(config, wished([]), dry=True)
    assert prints(tmp_path) == before, "a dry run changes nothing"
    gone = await forgotten(config, wished([]))
    assert gone == seen
    on_disk = [each for each in gone if each.unit != "memory"]
    assert all(each.count and not each.problem for each in on_disk)
    assert {each.kind for each in on_disk} == {"transcripts", "handles", "events", "gallery", "ledger"}
    assert {each.kind for each in gone if each.count == 0} == {"audio", "transcripts", "clips"}, "no daemon"

    assert traces(tmp_path, SECRET) == traces(tmp_path, OLD) == []
    assert Ledger(tmp_path).spent() == spent, "the limits still count what was spent"
    assert NOW.strftime("T%H:%M") not in "".join(path.read_text() for path in tmp_path.glob("ledger-*"))
    assert await Storage(tmp_path / "plugins" / "lists.sqlite", print).get("shopping") == "milk"
    assert (tmp_path / "room.json").exists()

    again = await forgotten(config, wished(["all", "memory"]))
    assert [each.kind for each in again if each.count] == ["memory"]
    assert not list((tmp_path / "plugins").iterdir())


async def test_since_leaves_what_was_before(tmp_path: Path) -> None:
    config = await furnish(tmp_path)
    wish = wished([], NOW - timedelta(days=1))
    gone = {(each.count, each.unit) for each in await forgotten(config, wish) if each.unit != "memory"}
    assert gone == {(1, "lines"), (1, "pictures"), (1, "turns"), (1, "days"), (1, "files")}
    assert traces(tmp_path, SECRET) == []
    old = traces(tmp_path, OLD)
    assert "seen.sqlite" in old
    assert "left.json" in old
    assert len([name for name in old if name.startswith("pictures/")]) == 2
    assert len([name for name in old if name.startswith("transcripts/")]) == 1


async def test_what_is_too_old_goes_though_nothing_new_comes(tmp_path: Path) -> None:
    await furnish(tmp_path)
    base = {"state_dir": str(tmp_path)}
    Ledger(tmp_path).note(turn(NOW))
    Ledger(tmp_path, now=lambda: NOW - timedelta(days=90)).note(turn(NOW - timedelta(days=90)))
    aside = tmp_path / "seen.sqlite.broken"
    aside.write_text(OLD)
    os.utime(aside, ((NOW - timedelta(days=31)).timestamp(),) * 2)
    conversations = tmp_path / "conversations.json"
    kept = json.loads(conversations.read_text())
    kept["another"] = {**kept["gemini"], "value": OLD, "at": (NOW - timedelta(hours=3)).timestamp()}
    conversations.write_text(json.dumps(kept))
    short = {"keep": {"transcripts_days": 5, "bills_days": 31, "left_days": 5}}
    limits = {**base, **short, "clips": {"remember_days": 5}, "pictures": {"keep_days": 5}}
    await asyncio.to_thread(Forgetter(Config.model_validate(limits)).tidy)
    assert traces(tmp_path, OLD) == []
    assert len(traces(tmp_path, SECRET)) == 8
    assert f"ledger-{NOW - timedelta(days=90):%Y-%m}.jsonl" not in prints(tmp_path)
    await asyncio.to_thread(Forgetter(Config.model_validate({**limits, "keep": {}})).tidy)
    assert not list((tmp_path / "transcripts").iterdir()), "who no longer wants a diary has none"


def test_a_day_whose_times_are_forgotten_counts_as_before(tmp_path: Path) -> None:
    noon = datetime(2026, 11, 20, 12)
    for at in (noon, noon + timedelta(minutes=1), noon - timedelta(days=1), noon - timedelta(days=40)):
        Ledger(tmp_path, now=lambda at=at: at).note(turn(at))  # type: ignore[misc]
    ledger = Ledger(tmp_path, now=lambda: noon)
    before = ledger.spent()
    assert (ledger.forget(), ledger.forget()) == (4, 0)
    assert ledger.spent() == before == (0.5, 0.75)
    rows = list(Ledger(tmp_path, now=lambda: noon).rows("2026-11"))
    assert [(row.day, row.turns, row.usd, row.tokens.audio_in) for row in rows] == [
        ("2026-11-19", 1, 0.25, 100),
        ("2026-11-20", 2, 0.5, 200),
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["ledger-2026-11.jsonl"]
    ledger.note(turn(noon + timedelta(hours=1)))
    assert ledger.forget("2026-11-20T12:30:00") == 1
    assert ledger.spent() == (0.75, 1.0)


def test_a_file_that_refuses_is_told_and_the_others_go(tmp_path: Path) -> None:
    config = Config.model_validate({"state_dir": str(tmp_path)})
    (tmp_path / f"ledger-{NOW:%Y-%m}.jsonl").write_text("no ledger\n\n{}\n")
    (tmp_path / "lately.json").write_text("[]")
    gone = {each.kind: each for each in Forgetter(config).forget(wished([]))}
    assert "is broken at line 1" in next(
        each.problem for each in Forgetter(config).forget(wished(["ledger"])) if each.problem
    )
    assert gone["transcripts"].unit == "files"
    assert not (tmp_path / "lately.json").exists()


async def test_a_broken_memory_can_be_forgotten(tmp_path: Path) -> None:
    config = await furnish(tmp_path)
    for name in ("seen.sqlite", "pictures/gallery.sqlite", "left.json"):
        (tmp_path / name).write_bytes(SECRET.encode() * 1000)
    gone = await forgotten(config, wished([]))
    assert not [each for each in gone if each.problem]
    assert traces(tmp_path, SECRET) == []


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"kinds": [], "since": ""},
        {"kinds": ["all"]},
        {"kinds": ["all"], "since": "someday"},
        {"kinds": "all", "since": ""},
    ],
)
def test_the_daemon_refuses_what_is_no_wish(request_: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="was not told what to forget"):
        requested(request_)
    with pytest.raises(UsageError, match="nothing is kept under 'nonsense'"):
        requested({"kinds": ["nonsense", 1], "since": ""})


def test_what_is_kept_is_documented_and_shown_by_its_kind() -> None:
    page = (Path(__file__).parent.parent / "docs" / "privacy.md").read_text()
    assert table(Config()) in page, "run: python -c 'from assistant.keeping import ...' and copy its table"
    assert set(KINDS) == {"audio", "transcripts", "handles", "events", "clips", "gallery", "memory", "ledger"}


def said(state: Path, text: str) -> str:
    """What the daemon answers."""
    until = time.monotonic() + 20
    while not (state / "control.sock").exists():
        assert time.monotonic() < until, "the house is built anew for too long"
        time.sleep(0.05)
    told = ask(state, json.dumps({"do": "say", "text": text}).encode() + b"\n")
    return " ".join(item["text"] for item in told if item["event"] == "spoke")


def test_forgetting_beside_a_daemon_is_for_good(tmp_path: Path) -> None:
    state = tmp_path / "s"
    with daemon(state, ASSISTANT_KEEP__TRANSCRIPTS_DAYS="3") as process:
        said(state, "turn on the kitchen light")
        said(state, "set a timer for an hour")
        wait_until(lambda: "kitchen" in "".join(p.read_text() for p in state.glob("transcripts/*")))
        assert unlisted(state) == []

        done = assistant(state, "forget", "--yes", "--json")
        assert done.returncode == 0, done
        told = events(done)
        gone = [e for e in told if e["event"] == "forgot" and e["count"]]
        assert [e["kind"] for e in gone if e["unit"] == "files"] == ["transcripts"] * 2
        assert [e["kind"] for e in gone if e["unit"] == "memory"] == ["audio", "transcripts", "clips"]
        assert any("Gemini" in e["what"] for e in told if e["event"] == "stays")
        assert not list(state.glob("transcripts/*"))
        assert not (state / "lately.json").exists()

        assert "minutes" in said(state, "how long is left on the timer")
        assert assistant(state, "forget", "--yes", "--what", "memory").returncode == 0
        assert "no timer" in said(state, "what timers are there").lower()
        assert process.poll() is None
    assert "kitchen" not in "".join(p.read_text() for p in state.glob("lately.json"))
    assert unlisted(state) == []


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--what", "dreams"], "nothing is kept under 'dreams'"),
        ([], "add --yes"),
        (["--since", "never", "--yes"], "I don't know when"),
        (["--what", "memory", "--since", "today"], "leave --since away"),
    ],
)
def test_a_wish_that_is_not_clear_forgets_nothing(
    words: list[str], text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    assert main(["forget", *words]) == 2
    assert text in capsys.readouterr().err


def unlisted(state: Path) -> list[str]:
    """Files of which the table knows nothing, or more than one row does."""
    rows = [{path for path in row.there(state)} for row in TABLE]
    files = [path for path in state.rglob("*") if not path.is_dir() and not path.name.startswith(".")]
    return [str(path.relative_to(state)) for path in files if sum(path in row for row in rows) != 1]


async def test_what_others_have_put_beside_it_stays(tmp_path: Path) -> None:
    """A folder of the state may be a link to a disk on which other things lie, too."""
    config = await furnish(tmp_path)
    others = [
        tmp_path / "pictures/holidays.jpg",
        tmp_path / "transcripts/letter.txt",
        tmp_path / "plugins/mine.py",
    ]
    half = tmp_path / "transcripts/.2026-01-02.jsonl.x7d"
    for path in (*others, half):
        path.write_text("x")
    await forgotten(config, wished([*KINDS]))
    assert [path for path in others if not path.exists()] == []
    assert not half.exists()
