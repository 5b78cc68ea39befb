"""Every bad input as people meet it: a real process, one sentence, the right exit code."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.parts import warm

SILENCE = bytes(32_000)


def environment(state: Path, **more: str) -> dict[str, str]:
    chosen = {"ASSISTANT_BRAIN": "embedded", "ASSISTANT_MQTT_URL": "embedded"}
    return {**os.environ, "ASSISTANT_STATE_DIR": str(state), **chosen, **more}


def assistant(
    state: Path, *arguments: object, stdin: bytes = b"", **env: str
) -> subprocess.CompletedProcess[bytes]:
    """`assistant ...` as a process, to its end."""
    return subprocess.run(
        warm.command(*arguments),
        env=environment(state, **env),
        input=stdin,
        capture_output=True,
        timeout=90,
        check=False,
    )


def events(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    """The JSON lines, each of them an event; the last is ``done``."""
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(isinstance(e["t"], int | float) and isinstance(e["event"], str) for e in found)
    assert found[-1]["event"] == "done"
    return found


def refused(done: subprocess.CompletedProcess[bytes], code: int, words: str) -> None:
    """One sentence on stderr, nothing else anywhere."""
    text = done.stderr.decode()
    assert (done.returncode, words in text, text.count("\n"), done.stdout) == (code, True, 1, b""), text
    assert text.startswith("assistant: ")


def wav(rate: int = 16_000, bits: int = 16, channels: int = 1, body: bytes = SILENCE, code: int = 1) -> bytes:
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", code, channels, rate, rate * block, block, bits)
    size = len(body)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + size)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + (b"data" + struct.pack("<I", size) + body)
    )


def test_places_in_a_film_are_not_asked_of_a_camera(tmp_path: Path) -> None:
    done = assistant(tmp_path, "clip", "porch", "what happens?", "--from", "0:05")
    refused(done, 2, "--from and --to are places in a film")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"hello, this is no sound", "is not a WAV file"),
        (b"", "is empty"),
        (wav(rate=0), "says 0 samples a second"),
        (wav(bits=12), "12 bits"),
        (wav()[:20], "is damaged"),
    ],
)
def test_recordings_that_cannot_be_heard(tmp_path: Path, data: bytes, words: str) -> None:
    file = tmp_path / "x.wav"
    file.write_bytes(data)
    out = tmp_path / "out.wav"
    refused(assistant(tmp_path / "s", "hear", file, "--speech-out", out), 1, words)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.wav"]


def test_a_recording_of_hours(tmp_path: Path) -> None:
    file = tmp_path / "x.wav"
    file.write_bytes(wav(rate=8000, body=b"")[:40] + b"\xff\xff\xff\xff")
    os.truncate(file, 8000 * 2 * 3600 * 3)
    refused(assistant(tmp_path / "s", "hear", file), 1, "is 180 minutes long; at most 10 can be heard")


def test_pipes_folders_and_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    refused(assistant(tmp_path / "s", "hear", tmp_path / "pipe.wav"), 1, "is a device or pipe")
    refused(assistant(tmp_path / "s", "hear", tmp_path), 1, "is a folder")
    refused(assistant(tmp_path / "s", "hear", tmp_path / "none.wav"), 1, "No such file")


async def at_once(*commands: tuple[Path, tuple[object, ...]]) -> list[subprocess.CompletedProcess[bytes]]:
    """Several commands beside each other, each with a state of its own."""
    return await asyncio.gather(*(asyncio.to_thread(assistant, state, *words) for state, words in commands))


async def test_silence_of_every_kind_is_no_speech(tmp_path: Path) -> None:
    kinds = [(8, 2, 1), (32, 1, 3)]
    commands: list[tuple[Path, tuple[object, ...]]] = []
    for bits, channels, code in kinds:
        file = tmp_path / f"{bits}.wav"
        quiet = b"\x80" if bits == 8 else b"\0"
        body = quiet * (1600 * bits // 8 * channels)
        file.write_bytes(wav(bits=bits, channels=channels, code=code, body=body))
        commands.append((tmp_path / f"s{bits}", ("hear", file, "--no-wake", "--json")))
    for done in await at_once(*commands):
        assert done.returncode == 1
        (problem,) = [e for e in events(done) if e["event"] == "error"]
        assert "no speech was heard in the recording" in problem["text"]


@pytest.mark.parametrize(
    ("text", "stdin", "words"),
    [
        ("-", b"a" * 1_000_000, "too long: at most 2000 characters"),
        ("-", b"", "the sentence is empty"),
        ("   ", b"", "the sentence is empty"),
        ("-", bytes(range(128, 256)), "bytes that are no text"),
        ("-", b"turn\x00on", "bytes that are no text"),
        ("\udcff\udcfe", b"", "bytes that are no text"),
    ],
)
def test_sentences_that_cannot_be_said(tmp_path: Path, text: str, stdin: bytes, words: str) -> None:
    refused(assistant(tmp_path, "say", text, stdin=stdin), 2, words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("embedded", "MQTT"),
        pytest.param("mosquitto", "MQTT", marks=pytest.mark.system("mosquitto")),
        ("embedded", "BRAIN"),
    ],
)
def test_ports_that_are_taken(tmp_path: Path, kind: str, key: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        env = {f"ASSISTANT_{key}__PORT": str(port), "ASSISTANT_MQTT_URL": kind}
        done = assistant(tmp_path, "say", "hello", stdin=b"", **env)
    refused(done, 1, str(port))


def test_a_certificate_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "brain" / "brain.pem").mkdir(parents=True)
    refused(assistant(tmp_path, "say", "hello"), 1, "brain.pem exists but cannot be read (Is a directory)")


def test_a_state_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(assistant(tmp_path / "file" / "state", "say", "hello"), 1, "state folder cannot be written")
    refused(assistant(Path("/proc/nothing"), "run"), 1, "state folder cannot be written")


@pytest.mark.parametrize("out", ["/proc/out.wav", "/nowhere/out.wav", "/"])
def test_speech_that_cannot_be_kept(tmp_path: Path, out: str) -> None:
    done = assistant(tmp_path, "say", "hello", "--speech-out", out)
    assert done.returncode == 2
    assert done.stderr.startswith(f"assistant: {out}: ".encode())
    assert done.stderr.count(b"\n") == 1


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("plugin_paths: [/dev/null]\n")
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "assistant", "check", "--config", str(config)]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=90, check=False)
    assert done.returncode == 1
    assert done.stderr == b"assistant: the output cannot be written: No space left on device\n"
    told = assistant(tmp_path, "check", "--config", config)
    assert b"plugin_paths: /dev/null is no folder" in told.stdout


def test_a_reader_that_has_gone_changes_no_exit_code(tmp_path: Path) -> None:
    gone, ours = os.pipe()
    os.close(gone)
    command = warm.command("plugin", "check", "nowhere.py", "--json")
    done = subprocess.run(command, stdout=ours, stderr=subprocess.PIPE, timeout=90, check=False)
    os.close(ours)
    told = b"assistant: nowhere.py: there is no such plugin file\n"
    assert (done.returncode, done.stderr) == (2, told)


@pytest.mark.parametrize("begin", [True, False])
def test_what_goes_for_every_command_may_stand_before_it(tmp_path: Path, begin: bool) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("plugins: []\n")
    common = ("--json", "--config", config)
    done = assistant(tmp_path, *(common if begin else ()), "check", *(() if begin else common))
    assert (done.returncode, events(done)[-1]["event"]) == (0, "done")


def test_what_of_the_sound_does_nothing_is_told(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        "audio: {sensitivities: {alexxa: 9, hey_jarvis: 5}, wake: [hey_jarvis, alexa], wake_folder: /dev/null,"
        " input: /nowhere/speech.wav}\nplugins: []\n"
    )
    told = assistant(tmp_path, "check", "--config", config).stdout.decode().splitlines()
    assert told[:3] == [
        "audio.wake_folder: /dev/null is a file; a folder with models of your own is meant",
        "audio.sensitivities: 'alexxa' is no wake word that is listened for; did you mean 'alexa'?",
        "audio.input: there is no file /nowhere/speech.wav",
    ]


def test_errors_reach_scripts_too(tmp_path: Path) -> None:
    done = assistant(tmp_path, "say", " ", "--json")
    assert [e["event"] for e in events(done)] == ["error", "done"]
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["sing"], 2, "invalid choice: 'sing'"),
        (["say"], 2, "required: TEXT"),
        (["check", "--config", "/nowhere.yaml"], 78, "there is no such configuration file"),
        (["check", "--config", "/dev/zero"], 78, "/dev/zero: is a device or pipe, no file"),
    ],
)
def test_wrong_words_on_the_command_line(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    refused(assistant(tmp_path, *arguments), code, words)


BROKEN = {
    "broken": "broken.py:2: SyntaxError",
    "leaves": "leaves.py:1: SystemExit",
    "refuses": "refuses.py:4: ZeroDivisionError",
    "no_such_class": "there is no plugin 'no_such_class', unless in a file that is broken: /",
}


async def test_p3_plugins_that_do_not_load_stop_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "broken.py").write_text('"""x"""\ndef (:\n')
    (folder / "leaves.py").write_text("raise SystemExit(3)\n")
    (folder / "refuses.py").write_text(
        "from assistant.api import Plugin\nclass Refuses(Plugin):\n    def __init__(self):\n        1 / 0\n"
    )
    whole = tmp_path / "whole.yaml"
    entries = "\n".join(f"  - {entry}" for entry in ["clock", *BROKEN])
    whole.write_text(f"plugin_paths: [{folder}]\nplugins:\n{entries}\n")
    checks, living, said = await at_once(
        (tmp_path / "a", ("check", "--json", "--config", whole)),
        (tmp_path / "b", ("devices", "--json", "--config", whole)),
        (tmp_path / "c", ("say", "hello", "--json", "--config", whole)),
    )
    problems = [e["text"] for e in events(checks) if e["event"] == "error"]
    assert checks.returncode == 1
    assert len(problems) == len(BROKEN)
    for words, problem in zip(BROKEN.values(), problems, strict=True):
        assert words in problem
    assert problems[-1].endswith("/broken.py, or 1 more")
    assert (living.returncode, said.returncode) == (0, 0)
    for done in (living, said):
        lines = done.stderr.decode().splitlines()
        assert [
            line.startswith(f"assistant: plugin {name}: broken: ")
            for name, line in zip(BROKEN, lines, strict=True)
        ]


MISTAKES = [
    ("clock\n  - clock", "3:5: plugins[1].clock: clock is there twice; leave one of them out"),
    ("mqtt_light: {name: x, topic: a, tpic: b}", "2:37: there is no key 'plugins[0].mqtt_light.tpic'; did you mean 'topic'?"),
    ("mqtt_light: {name: 5, topic: a}", "2:24: plugins[0].mqtt_light.name: expected text, found 5"),
    ("mqtt_light: {name: x, topic: a, aliases: [1]}", "2:47: plugins[0].mqtt_light.aliases[0]: expected text, found 1"),
    ("mqtt_light: {name: '', topic: a}", "2:24: plugins[0].mqtt_light.name: A device needs a name"),
    ("mqtt_light: {name: x, topic: a/#}", "2:34: plugins[0].mqtt_light.topic: expected a topic to publish on, found 'a/#', which contains a wildcard"),
    ("tasmota_lamp: {name: x, topic: +}", "2:36: plugins[0].tasmota_lamp.topic: expected a topic to publish on, found '+', which contains a wildcard"),
    ("mqtt_light: {name: x, topic: ''}", "2:34: plugins[0].mqtt_light.topic: expected a topic to publish on, found '', which is empty"),
    ("mqtt_light: {name: x, topic: a, command_topic: b/+}", "2:52: plugins[0].mqtt_light.command_topic: expected a topic"),
    ("mqtt_dimmable_light: {name: x, topic: a, scale: 0}", "2:53: plugins[0].mqtt_dimmable_light.scale: expected"),
    ("mqtt_light: {name: x, topic: a}\n  - mqtt_switch: {name: X, topic: b}", "3:25: plugins[1].mqtt_switch.name: There are two devices called 'X'; rename one of them"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "words"), MISTAKES)
async def test_mistakes_in_a_plugins_settings_are_mistakes_in_the_configuration(
    tmp_path: Path, entry: str, words: str
) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(f"plugins:\n  - {entry}\n")
    checked, said, ran = await at_once(
        (tmp_path / "a", ("check", "--config", file)),
        (tmp_path / "b", ("say", "hello", "--config", file)),
        (tmp_path / "c", ("run", "--config", file)),
    )
    assert checked.stdout.decode().startswith(f"  problem: {file}:{words}"), checked.stdout
    assert (checked.returncode, checked.stderr) == (78, b"")
    refused(said, 78, f"assistant: {file}:{words}")
    refused(ran, 78, f"assistant: {file}:{words}")


def test_p3_what_fails_where_nobody_can_catch_it_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "unseen.py").write_text(
        "import threading\nfrom assistant.api import tool\nclass Gone:\n    def __del__(self):\n        1 / 0\nGone()\n"
        "def dive():\n    {}['depth']\nthread = threading.Thread(target=dive, name='diver')\nthread.start()\nthread.join()\n"
        '@tool\nasync def go() -> str:\n    """Go."""\n    return ""\n'
    )
    file = tmp_path / "c.yaml"
    file.write_text(f"plugin_paths: [{tmp_path}]\nplugins: [unseen]\n")
    done = assistant(tmp_path, "check", "--config", str(file))
    where = f"{tmp_path}/unseen.py"
    assert done.stderr.decode().splitlines() == [
        f"Gone.__del__ failed unseen: {where}:5: ZeroDivisionError: division by zero",
        f"the thread diver failed: {where}:8: KeyError: 'depth'",
    ]


async def test_p3_a_plugin_that_is_not_there_any_more_stops_nobody(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("plugins:\n  - clok\n  - robot_mower: {area: garden}\n  - clock\n")
    checked, listed, said = await at_once(
        (tmp_path / "a", ("check", "--json", "--config", file)),
        (tmp_path / "b", ("plugins", "--json", "--config", file)),
        (tmp_path / "c", ("say", "what time is it", "--json", "--config", file)),
    )
    typo = f"{file}:2:5: plugins[0].clok: there is no plugin 'clok'; did you mean 'clock'?"
    gone = (
        f"{file}:3:5: plugins[1].robot_mower: there is no plugin 'robot_mower'; put robot_mower.py into "
        "~/.config/assistant/plugins, or take the entry out"
    )
    assert [e["text"] for e in events(checked) if e["event"] == "error"] == [typo, gone]
    assert checked.returncode == 78
    states = {e["name"]: (e["state"], e["reason"]) for e in events(listed) if e["event"] == "plugin"}
    assert states["clok"] == ("broken", typo)
    assert states["robot_mower"] == ("broken", gone)
    assert states["clock"] == ("enabled", "")
    assert (listed.returncode, said.returncode) == (1, 0)
    assert b"It is " in said.stdout


async def test_a_setting_that_is_missing_keeps_one_plugin_waiting_and_not_the_house(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("plugins:\n  - mqtt_light: {name: x}\n  - clock\n")
    checked, said, listed = await at_once(
        (tmp_path / "a", ("check", "--config", file)),
        (tmp_path / "b", ("say", "what time is it", "--config", file)),
        (tmp_path / "c", ("plugins", "--json", "--config", file)),
    )
    words = f"{file}:2:5: plugins[0].mqtt_light: the setting 'topic' is missing"
    assert (checked.returncode, words in checked.stdout.decode()) == (78, True)
    assert (said.returncode, b"It is" in said.stdout) == (0, True)
    assert said.stderr.decode() == f"assistant: plugin mqtt_light: not configured: {words}\n"
    item = next(e for e in events(listed) if e.get("name") == "mqtt_light")
    assert (listed.returncode, item["state"], item["reason"]) == (1, "not configured", words)


def test_mistakes_in_a_variable_name_the_variable(tmp_path: Path) -> None:
    done = assistant(tmp_path, "say", "hello", ASSISTANT_PLUGINS="[mqtt_light: {name: x, topic: '#'}]")
    refused(
        done, 78, "assistant: ASSISTANT_PLUGINS: plugins[0].mqtt_light.topic: expected a topic to publish on"
    )


def test_gemini_alone_needs_a_key(tmp_path: Path) -> None:
    refused(assistant(tmp_path, "say", "hello", ASSISTANT_BRAIN="gemini"), 78, "there is no key")
