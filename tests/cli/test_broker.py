"""The daemon and its broker: one that dies, one that is not there, and one that does not let us."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.cli.test_bad_input import assistant, events
from tests.cli.test_daemon import children, daemon, wait_until
from tests.parts.mosquitto import free_port
from tests.system_parts import found

pytestmark = pytest.mark.system("mosquitto")

CONFIG = """\
home: {pretend: true, sources: []}
plugins:
  - mqtt_dimmable_light: {name: kitchen light, area: kitchen, topic: zigbee2mqtt/kitchen light}
"""


def devices(state: Path) -> dict[str, dict[str, Any]]:
    told = events(assistant(state, "devices", "--json"))
    return {e["name"]: e for e in told if e["event"] == "device"}


def switched(state: Path, sentence: str) -> bool:
    return assistant(state, "say", sentence, "--json").returncode == 0


@contextlib.contextmanager
def own_broker(folder: Path, lines: str, *, anonymous: bool = True) -> Iterator[int]:
    """mosquitto with these lines beside its port, until the block ends."""
    port = free_port()
    config = folder / "own.conf"
    everybody = "allow_anonymous true\n" if anonymous else ""
    config.write_text(f"listener {port} 127.0.0.1\nuser root\n{everybody}{lines}")
    with subprocess.Popen(
        [found("mosquitto") or "mosquitto", "-c", config], stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_until(lambda: _listens(port))
            yield port
        finally:
            process.kill()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def test_a_mosquitto_of_ours_that_is_killed_comes_back_and_lamps_are_switched_again(tmp_path: Path) -> None:
    state, config = tmp_path / "state", tmp_path / "config.yaml"
    config.write_text(CONFIG)
    with daemon(state, "--config", str(config), ASSISTANT_MQTT_URL="mosquitto") as process:
        assert switched(state, "turn on the kitchen light")
        (broker,) = [pid for pid in children(process.pid) if _program(pid) == "mosquitto"]
        os.kill(broker, signal.SIGKILL)
        wait_until(lambda: devices(state)["kitchen light"]["problem"] == "")
        wait_until(lambda: switched(state, "turn off the kitchen light"))
        assert process.poll() is None
    text = (tmp_path / "daemon.err").read_text()
    assert text.count("mosquitto has ended (code -9) and is started again.") == 1
    assert "Traceback" not in text


def _program(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def test_a_broker_that_refuses_our_commands_is_said_everywhere(tmp_path: Path) -> None:
    state, config, rules = tmp_path / "state", tmp_path / "config.yaml", tmp_path / "acl"
    config.write_text(CONFIG)
    rules.write_text("topic read #\nuser pretend\ntopic readwrite #\n")
    with own_broker(tmp_path, f"acl_file {rules}\n") as port:
        env = {"ASSISTANT_MQTT_URL": f"mqtt://127.0.0.1:{port}"}
        with daemon(state, "--config", str(config), **env):
            told = events(assistant(state, "say", "turn on the kitchen light", "--json"))
            (result,) = [e for e in told if e["event"] == "tool_result"]
            assert "message broker does not let me command the kitchen light" in result["text"]
            refusal = devices(state)["kitchen light"]["problem"]
            assert "did not take zigbee2mqtt/kitchen light/set: not authorized" in refusal
            shown = assistant(state, "devices").stdout.decode()
            assert refusal in shown
    assert (tmp_path / "daemon.err").read_text().count("cannot be commanded") == 1


def test_the_assistant_is_muted_and_missed_over_mqtt(tmp_path: Path) -> None:
    with own_broker(tmp_path, "") as port:
        seen: dict[str, str] = {}
        home = paho.Client(CallbackAPIVersion.VERSION2)
        home.on_message = lambda _c, _u, message: seen.update(
            {
                message.topic.rpartition("/")[2]: message.payload.decode(),
                "base": message.topic.rpartition("/")[0],
            }
        )
        home.connect("127.0.0.1", port)
        home.subscribe("assistant/+/+")
        home.loop_start()
        try:
            with daemon(tmp_path / "s", ASSISTANT_MQTT_URL=f"mqtt://127.0.0.1:{port}"):
                wait_until(lambda: {"availability", "mute", "state"} <= seen.keys())
                assert (seen["availability"], seen["mute"]) == ("online", "OFF")
                home.publish(f"{seen['base']}/mute/set", "ON")
                wait_until(lambda: seen["mute"] == "ON")
                wait_until(lambda: json.loads(seen["state"])["brain"] == "embedded")
            wait_until(lambda: seen["availability"] == "offline")
            seen.clear()
            with daemon(tmp_path / "s", ASSISTANT_MQTT_URL=f"mqtt://127.0.0.1:{port}"):
                wait_until(lambda: seen.get("availability") == "online")
                wait_until(lambda: seen.get("mute") == "ON")
        finally:
            home.disconnect()
            home.loop_stop()


def test_check_looks_at_the_certificates_without_calling_anybody(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    (tmp_path / "ca.pem").write_text("no certificate")
    file.write_text(f"mqtt: {{ca: {tmp_path}/ca.pem}}\nplugins: []\n")
    url: Any = {"ASSISTANT_MQTT_URL": "mqtts://192.0.2.1"}
    done = assistant(tmp_path / "state", "check", "--config", str(file), **url)
    assert done.returncode == 78
    assert b"mqtt.ca:" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_devices_says_that_the_broker_is_away_and_why(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)
    port = free_port()
    done = assistant(
        tmp_path, "devices", "--json", "--config", config, ASSISTANT_MQTT_URL=f"mqtt://127.0.0.1:{port}"
    )
    (problem,) = [e for e in events(done) if e["event"] == "error"]
    assert f"The MQTT broker at 127.0.0.1:{port} does not answer" in problem["text"]


def test_check_advises_against_passwords_in_the_configuration_and_shows_none(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(
        "cameras: [{name: Front Door, url: 'rtsp://viewer:s3cret@127.0.0.1/stream'}, {name: drive, url: 'rtsp://127.0.0.1/x'}]\n"
    )
    done = assistant(tmp_path / "state", "check", "--config", str(file))
    told = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == 0, told
    assert (
        "a password stands in the url of the Front Door; the file ~/.config/assistant/camera-front-door"
        in told
    )
    assert "drive" not in told
    assert "s3cret" not in told
