"""What systemd is told, over a real datagram socket."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import config as configuration
from assistant.ops.health import Health, room_left
from assistant.ops.notify import LONGEST_STATUS, Notifier
from tests.cli.test_bad_input import assistant, events
from tests.cli.test_daemon import daemon, wait_until


class Systemd:
    """The other end of the socket."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self.told: list[str] = []

    def look(self) -> list[str]:
        while True:
            try:
                self.told.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return self.told

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["file", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Systemd]]:
    address = str(tmp_path / "notify") if request.param == "file" else f"@assistant-test-{os.getpid()}"
    there = Systemd(address)
    yield address, there
    there.close()


def test_each_fact_is_one_datagram(systemd: tuple[str, Systemd]) -> None:
    address, there = systemd
    notifier = Notifier({"NOTIFY_SOCKET": address})
    notifier.ready()
    notifier.status("two\nlines " + "x" * 500)
    notifier.alive()
    notifier.reloading()
    notifier.stopping()
    ready, status, alive, reloading, stopping = there.look()
    assert (ready, alive, stopping) == ("READY=1", "WATCHDOG=1", "STOPPING=1")
    assert status.startswith("STATUS=two?lines x")
    assert len(status) <= LONGEST_STATUS + len("STATUS=")
    assert reloading.startswith("RELOADING=1\nMONOTONIC_USEC=")


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, 0.0),
        ({"WATCHDOG_USEC": "20000000"}, 20.0),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"}, 0.0),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": str(os.getpid())}, 20.0),
        ({"WATCHDOG_USEC": "often"}, 0.0),
    ],
)
def test_the_watchdog_is_ours_or_nobodys(environment: dict[str, str], seconds: float) -> None:
    assert Notifier(environment).watchdog_seconds == seconds


def test_without_systemd_and_with_one_that_has_gone_nothing_happens(tmp_path: Path) -> None:
    Notifier({}).ready()
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).alive()


def test_what_must_live_is_not_what_may_be_away(tmp_path: Path) -> None:
    health = Health(Notifier({}), lambda: "idle")
    assert health.report() == {**health.report(), "ok": True, "troubles": {}}
    health.other["broker"] = lambda: "the broker is away"
    health.other["disk"] = room_left(tmp_path / "nowhere")
    assert health.sentence().startswith("idle; the broker is away; ")
    assert list(health.troubles()) == ["broker", "disk"]
    health.other.clear()
    health.other["disk"] = room_left(tmp_path)
    assert health.sentence() == "idle"


@pytest.mark.speech
@pytest.mark.parametrize("systemd", ["file"], indirect=True)
def test_a_daemon_tells_that_it_is_ready_alive_reloading_and_stopping(
    tmp_path: Path, systemd: tuple[str, Systemd]
) -> None:
    address, there = systemd
    settings = tmp_path / "config.yaml"
    settings.write_text(configuration.shipped().read_text())
    service = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"}
    state = tmp_path / "state"
    with daemon(state, "--quiet", "--config", str(settings), **service) as process:
        wait_until(lambda: "WATCHDOG=1" in there.look())
        assert there.told.index("READY=1") < there.told.index("WATCHDOG=1")
        wait_until(lambda: any(told.startswith("STATUS=idle; the embedded brain") for told in there.look()))
        (health,) = [
            each for each in events(assistant(state, "health", "--json")) if each["event"] == "health"
        ]
        assert health["ok"] is True, health
        assert "17 devices" in health["doing"]

        settings.write_text("nonsense: 1\n")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: "The configuration of before is kept." in (tmp_path / "daemon.out").read_text())
        settings.write_text("plugins: [clock]\nhome: {pretend: false, announce: {enabled: false}}\n")
        there.told.clear()
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: any("; 0 devices" in told for told in there.look()))
        assert next(told for told in there.told if told != "WATCHDOG=1").startswith("RELOADING=1")
        assert "READY=1" in there.told
        assert "STOPPING=1" not in there.told

        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert there.look()[-1] == "STOPPING=1"


def test_health_without_a_daemon_is_refused(tmp_path: Path) -> None:
    done = assistant(tmp_path / "state", "health")
    assert done.returncode == 2
    assert b"no daemon runs on" in done.stderr
