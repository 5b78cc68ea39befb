"""The daemon as a process: one at a time, reachable, and gone when it is gone."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_bad_input import assistant, environment, events

BROKERS = ["embedded", pytest.param("mosquitto", marks=pytest.mark.system("mosquitto"))]


def wait_until(so: Callable[[], object], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < until, "it did not become so"
        time.sleep(0.05)


def children(pid: int) -> set[int]:
    """All processes below one."""
    found: set[int] = set()
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found |= {child} | children(child)
    return found


def alive(pids: set[int]) -> list[str]:
    names = []
    for pid in pids:
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{pid}/stat").read_text()
            if status.rpartition(")")[2].split()[0] != "Z":
                names.append(status)
    return names


@contextlib.contextmanager
def daemon(state: Path, *arguments: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    with (state.parent / "daemon.out").open("wb") as out, (state.parent / "daemon.err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant", "run", *arguments],
            env=environment(state, **env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
    try:
        wait_until(lambda: (state / "control.sock").exists() or process.poll() is not None)
        assert process.poll() is None, (state.parent / "daemon.err").read_text()
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(10)


def ask(state: Path, request: bytes) -> list[dict[str, Any]]:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(str(state / "control.sock"))
        client.sendall(request)
        return [json.loads(line) for line in client.makefile("rb")]


@contextlib.contextmanager
def watching(state: Path) -> Iterator[Iterator[dict[str, Any]]]:
    """What the daemon tells of changes, after it has told everything once."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(str(state / "control.sock"))
        client.sendall(b'{"do": "devices", "watch": true}\n')
        told = (json.loads(line) for line in client.makefile("rb"))
        next(item for item in told if item["event"] == "catalogue")
        yield told


def test_say_hear_and_devices_through_a_running_daemon(tmp_path: Path) -> None:
    state, out = tmp_path / "s", tmp_path / "out.wav"
    with daemon(state) as process:
        said = assistant(state, "say", "hello", "--json", "--speech-out", out)
        assert said.returncode == 0, said
        assert {"heard", "spoke", "done"} <= {e["event"] for e in events(said)}
        assert out.stat().st_size > 1000

        recording = Path(__file__).parents[1] / "data" / "speech" / "cmd_pj_00.wav"
        heard = events(assistant(state, "hear", str(recording), "--no-wake", "--json"))
        assert [e["text"] for e in heard if e["event"] == "heard"] == ["turn on the kitchen light"]
        assert [e["payload"] for e in heard if e["event"] == "command"] == ['{"state": "ON"}']

        listed = events(assistant(state, "devices", "--json"))
        assert len([e for e in listed if e["event"] == "device"]) == 17
        bill = next(e for e in listed if e["event"] == "catalogue")
        assert bill["devices"] == bill["named"] == 17
        assert 1000 < bill["tokens"] < 4000

        with watching(state) as changes:
            assert assistant(state, "devices", "set", "fan", "on", "on").returncode == 0
            seen = next(e for e in changes if e.get("name") == "fan" and e["state"].get("on"))
            assert seen["source"] == "configuration"

        second = assistant(state, "run")
        assert second.returncode == 1
        assert f"pid {process.pid}, {state}/control.sock" in second.stderr.decode()
        assert second.stderr.count(b"\n") == 1

        for hostile in (b"x" * 1_000_000 + b"\n", b"\xff\xfe\n", b"[]\n", b"[" * 60_000 + b"\n", b"\n"):
            error, done = ask(state, hostile)
            assert "expects one JSON object" in error["text"]
            assert done == {"event": "done", "ok": False}
        long = json.dumps({"do": "say", "text": "a" * 5000}).encode() + b"\n"
        assert "too long" in ask(state, long)[0]["text"]
        assert "does not know" in ask(state, b'{"do": "dance"}\n')[0]["text"]
        assert process.poll() is None


def test_a_device_is_set_by_hand_under_the_same_policy(tmp_path: Path) -> None:
    def devices(*words: str) -> subprocess.CompletedProcess[bytes]:
        return assistant(tmp_path / "state", "devices", *words, "--json")

    done = devices("set", "kitchen light", "brightness", "40")
    assert done.returncode == 0
    sent = [e["payload"] for e in events(done) if e["event"] == "command"]
    assert sent == ['{"state": "ON", "brightness": 102}']
    refused = devices("set", "front door", "locked", "off")
    assert refused.returncode == 1
    assert "I don't unlock anything" in next(e["text"] for e in events(refused) if e["event"] == "error")
    assert devices("set", "kitchen lamp", "on", "on").returncode == 2
    assert devices("set", "front door").returncode == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("kind", BROKERS)
def test_it_ends_in_time_and_nobody_stays_behind(tmp_path: Path, number: int, kind: str) -> None:
    with daemon(tmp_path / "s", ASSISTANT_MQTT_URL=kind) as process:
        wait_until(lambda: b"Ready." in (tmp_path / "daemon.out").read_bytes())
        family = children(process.pid)
        assert family
        began = time.monotonic()
        process.send_signal(number)
        assert process.wait(20) == 0
        assert time.monotonic() - began < 20, "systemd would wait for 90 s, a person would not"
        assert alive(family) == []
    assert not (tmp_path / "s" / "daemon.json").exists()
    assert (tmp_path / "daemon.err").read_bytes().count(b"Traceback") == 0


@pytest.mark.parametrize("kind", BROKERS)
def test_after_kill_9_nothing_blocks_the_next_start(tmp_path: Path, kind: str) -> None:
    state = tmp_path / "s"
    with daemon(state, ASSISTANT_MQTT_URL=kind) as process:
        wait_until(lambda: b"Ready." in (tmp_path / "daemon.out").read_bytes())
        family = children(process.pid)
        process.kill()
        process.wait(20)
        wait_until(lambda: not alive(family), 20)
    # the note is still there, and its pid may be somebody else's by now
    note = json.loads((state / "daemon.json").read_text())
    (state / "daemon.json").write_text(json.dumps({**note, "pid": os.getpid()}))
    assert assistant(state, "say", "hello", ASSISTANT_MQTT_URL=kind).returncode == 0
    with daemon(state, ASSISTANT_MQTT_URL=kind):
        assert assistant(state, "devices", ASSISTANT_MQTT_URL=kind).returncode == 0


def test_a_command_that_is_stopped_leaves_nobody(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant", "say", "hello"],
        env=environment(tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    wait_until(lambda: children(process.pid))
    family = children(process.pid)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=5)
    assert process.returncode == 130
    assert errors == b""
    wait_until(lambda: not alive(family), 20)
