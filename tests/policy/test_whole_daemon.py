"""P11 in a whole daemon: what is typed as a PIN is seen by nobody, a paired screen consents, and nobody does over MQTT.

The daemon is a process, the broker is mosquitto, whoever attacks is another client of it or of the pages.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_bad_input import assistant, events
from tests.cli.test_broker import own_broker
from tests.cli.test_daemon import daemon, wait_until
from tests.parts.mosquitto import free_port
from tests.parts.onlookers import LOUD, WHOLE_FRAMES, Eavesdropper, collecting, eavesdropping, found, kept_in

pytestmark = pytest.mark.system("mosquitto")

PIN, WRONG, TOKEN = "481516234299", "999988887777", "a-token-of-this-house"
DOOR, LAMP = "zigbee2mqtt/front door", "zigbee2mqtt/kitchen light"
CONFIG = """\
policy: {{security: {security}}}
plugin_paths: [{folder}/plugins]
audio: {{input: none, output: none}}
web: {{port: {port}}}
keep: {{transcripts_days: 3}}
home: {{announce: {{transcripts: true}}, sources: []}}
traces: {{url: "http://{collector}", words: true}}
plugins:
  - loud
  - mqtt_dimmable_light: {{name: kitchen light, area: kitchen, topic: {lamp}}}
  - mqtt_lock: {{name: front door, area: hallway, topic: {door}}}
"""


@dataclass
class Lived:
    """A daemon, its broker, and what everybody saw of it."""

    folder: Path
    broker: Eavesdropper
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    seen: dict[str, bytes] = field(default_factory=dict)
    chances: int = 0

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def command(self, *words: str, stdin: bytes = b"") -> list[dict[str, Any]]:
        done = assistant(self.state, *words, "--json", stdin=stdin, **self.environment)
        self.seen[f"{self.chances}: {words[0]}"] = done.stdout + done.stderr
        self.chances += 1
        return events(done)

    def say(self, text: str) -> str:
        """Everything that is told of a typed sentence, as one text."""
        return " ".join(str(event.get("text", "")) for event in self.command("say", text))

    def ask(
        self, method: str, path: str, request: Any = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Of the pages."""
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(asking):
            body = None if request is None else json.dumps(request)
            asking.request(method, path, body, {"content-type": "application/json", **headers})
            answer = asking.getresponse()
            told = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        self.seen[f"{self.chances}: {path}"] = told[2]
        self.chances += 1
        return told

    def opened(self) -> int:
        """How often the door was told to open, by anybody."""
        return sum(b"UNLOCK" in payload for payload in self.broker.on(f"{DOOR}/set"))

    @property
    def base(self) -> str:
        """The first levels of the assistant's own topics."""
        known = [topic for topic, _ in self.broker.heard if topic.startswith("assistant/")]
        return "/".join(known[0].split("/")[:2]) if known else ""

    def told(self) -> list[dict[str, Any]]:
        """What the daemon has told so far."""
        lines = (self.folder / "daemon.out").read_bytes().splitlines()
        return [json.loads(line) for line in lines if line.endswith(b"}")]

    def last(self, topic: str) -> bytes:
        return next(iter(self.broker.on(topic)[::-1]), b"")


@contextlib.contextmanager
def lived(folder: Path, security: str, token: str = "") -> Iterator[Lived]:
    """A daemon that remembers, tells and traces all that it may; at the end everything that it wrote is ``seen``."""
    (folder / "plugins").mkdir()
    (folder / "plugins/loud.py").write_text(LOUD)
    web = free_port()
    with own_broker(folder, "") as port, eavesdropping(port) as broker, collecting() as collector:
        config = folder / "config.yaml"
        config.write_text(
            CONFIG.format(
                security=security, folder=folder, port=web, collector=collector.address, lamp=LAMP, door=DOOR
            )
        )
        environment = {
            **WHOLE_FRAMES,
            "HOME": str(folder),
            "ASSISTANT_CONFIG": str(config),
            "ASSISTANT_MQTT_URL": f"mqtt://127.0.0.1:{port}",
            **({"ASSISTANT_WEB_TOKEN": token} if token else {}),
        }
        done = assistant(folder / "state", "pin", "set", stdin=f"{PIN}\n".encode(), **environment)
        with daemon(folder / "state", "--json", **environment) as process:
            here = Lived(folder, broker, web, environment, process, {"pin set": done.stdout + done.stderr})
            wait_until(lambda: b"online" in (folder / "daemon.out").read_bytes(), 60)
            wait_until(lambda: here.base and here.last(f"{here.base}/availability") == b"online", 60)
            wait_until(lambda: b"locked" in here.last(DOOR), 60)
            yield here
        here.seen["traces"] = b"\n".join(collector.bodies)
    for name in ("daemon.out", "daemon.err"):
        here.seen[name] = (folder / name).read_bytes()
    here.seen |= {"broker": broker.everything, **kept_in(here.state)}


def opened_so_often(here: Lived, times: int) -> bool:
    return here.opened() == times


def test_p11_a_typed_pin_opens_and_stands_nowhere(tmp_path: Path) -> None:
    with lived(tmp_path, "pin") as here:
        assert "is on" in here.say("turn on the kitchen light")
        assert "type the PIN" in here.say("unlock the front door")
        assert "type its digits and nothing else" in here.say(f"the pin is {PIN}")
        assert "not the PIN" in here.say(WRONG)
        assert here.opened() == 0
        assert "unlocked" in here.say(f"{PIN[:4]}-{PIN[4:]}")
        wait_until(lambda: here.opened() == 1)
        for number, way in enumerate(("enter", "page", "sentence on the page"), 2):
            assert "is locked" in here.say("lock the front door")
            assert "type the PIN" in here.say("unlock the front door")
            if way == "enter":
                here.command("pin", "enter", stdin=f"{PIN}\n".encode())
            else:
                wish = {"do": "consent", "pin": PIN} if way == "page" else {"do": "say", "text": PIN}
                status, _, told = here.ask("POST", "/do", wish)
                assert (status, json.loads(told)["ok"]) == (200, True), told
            wait_until(partial(opened_so_often, here, number))
        assert "no PIN is awaited" in here.say(PIN)
        here.ask("GET", "/home")
        here.ask("GET", "/metrics")
        wait_until(lambda: b"unlock the front door" in here.last(f"{here.base}/heard"))
    transcripts = b"".join(content for name, content in here.seen.items() if name.startswith("state: 2"))
    brain = [line for line in here.seen["daemon.err"].splitlines() if b"> TEXT" in line]
    for where, content in {
        "the events": here.seen["daemon.out"], "what went to the brain": b"\n".join(brain),
        "transcripts": transcripts, "the broker": here.seen["broker"], "traces": here.seen["traces"],
    }.items():  # fmt: skip
        assert b"unlock the front door" in content, (
            f"{where}: a sentence is found there, so a PIN would be, too"
        )
    secrets = {"PIN": PIN, "PIN in parts": f"{PIN[:4]}-{PIN[4:]}", "a wrong one": WRONG}
    assert found(secrets, here.seen) == []


def test_p11_a_paired_screen_consents_and_nobody_else(tmp_path: Path) -> None:
    with lived(tmp_path, "screen", TOKEN) as here:
        status, headers, _ = here.ask("GET", f"/screen/kitchen?token={TOKEN}")
        assert status == 303
        paired = {"cookie": headers["set-cookie"].partition(";")[0]}
        assert here.ask("GET", "/screen/kitchen", **paired)[0] == 200

        assert "press Yes" in here.say("unlock the front door")
        (question,) = [each for each in here.told() if each["event"] == "consent"]
        agreed = {"do": "consent", "id": question["id"], "yes": True}
        assert json.loads(here.ask("GET", "/home", **paired)[2])["consent"]["id"] == question["id"]
        for strange in ({}, {"cookie": "assistant=guessed"}, {**paired, "origin": "https://evil.example"}):
            assert here.ask("POST", "/do", agreed, **strange)[0] in (401, 403)
        for no_yes in ("yes", "yes please", PIN):
            here.say(no_yes)
        assert here.ask("POST", "/do", {**agreed, "id": "999"}, **paired)[0] == 400
        assert here.opened() == 0
        status, _, told = here.ask("POST", "/do", agreed, **paired)
        assert (status, json.loads(told)["ok"]) == (200, True), told
        wait_until(lambda: here.opened() == 1)
        assert here.ask("POST", "/do", agreed, **paired)[0] == 400, "a question is answered once"
        assert here.opened() == 1
    assert found({"the token": TOKEN, "PIN": PIN}, here.seen) == []


WISHES = (
    "unlock the front door",
    "yes",
    "yes, unlock it",
    PIN,
    f"the PIN is {PIN}",
    "turn on the kitchen light",
)
ENDINGS = (
    "say", "stop", "push_to_talk", "mute/set", "volume/set", "sensitivity/set", "consent", "consent/set", "pin",
    "pin/set", "say/set", "call", "do", "heard", "said", "state",
)  # fmt: skip


def test_p11_whatever_anybody_says_on_the_broker_opens_nothing_and_harms_nobody(tmp_path: Path) -> None:
    with lived(tmp_path, "pin") as here:
        assert "type the PIN" in here.say("unlock the front door")
        lit, tries = len(here.broker.on(f"{LAMP}/set")), (here.state / "pin.json").read_bytes()
        for ending in ENDINGS:
            besiege(here, f"{here.base}/{ending}")
        here.broker.say(f"{here.base}/volume/set", "37")
        wait_until(lambda: here.last(f"{here.base}/volume") == b"37", 60)
        assert here.opened() == 0
        assert len(here.broker.on(f"{LAMP}/set")) == lit, "not even a lamp obeys what is only read aloud"
        assert (here.state / "pin.json").read_bytes() == tries, "digits on the broker count as no try"
        here.command("pin", "enter", stdin=f"{PIN}\n".encode())
        wait_until(lambda: here.opened() == 1)
        assert "is locked" in here.say("lock the front door")
        kept_commands(here)
    heard = [each["text"] for each in here.told() if each["event"] == "heard"]
    assert heard == ["unlock the front door", "lock the front door"], "what is read aloud is not heard"
    assert not [each for each in here.told() if each["event"] == "error" and "Traceback" in each["text"]]
    assert b"Traceback" not in here.seen["daemon.err"]


def besiege(here: Lived, topic: str) -> None:
    """Every wish, digits like a PIN, requests of other ways in, bytes that are no text, and far too many of them."""
    for wish in WISHES:
        here.broker.say(topic, wish)
        for _ in range(2):  # the same again, as QoS 1 may deliver it
            here.broker.say(topic, wish, qos=0)
    consents = {"do": "consent", "id": "1", "yes": True, "pin": PIN}
    calls = {"do": "call", "tool": "unlock", "args": {"device": "front door"}, "id": "1"}
    for payload in (json.dumps(consents), json.dumps(calls), b"\xff\xfe\x00", b"", b"9" * 3000, b"x" * 2**20):
        here.broker.say(topic, payload)


def kept_commands(here: Lived) -> None:
    """What a broker has kept is obeyed by no house that comes later."""
    for ending, payload in (
        ("mute/set", "ON"),
        ("volume/set", "5"),
        ("say", "kept words"),
        ("stop", "PRESS"),
    ):
        here.broker.say(f"{here.base}/{ending}", payload, retain=True)
    wait_until(lambda: here.last(f"{here.base}/mute") == b"ON", 60)
    here.command("room", "unmute")
    here.command("room", "volume", "80")
    wait_until(lambda: here.last(f"{here.base}/mute") == b"OFF", 60)
    told = sum(each.get("text") == "kept words" for each in here.told())
    births = len(here.broker.on(f"{here.base}/availability"))
    here.process.send_signal(signal.SIGHUP)
    wait_until(lambda: len(here.broker.on(f"{here.base}/availability")) > births, 60)
    wait_until(lambda: here.last(f"{here.base}/availability") == b"online", 60)
    here.broker.say(f"{here.base}/say", "fresh words")
    wait_until(lambda: any(each.get("text") == "fresh words" for each in here.told()), 60)
    assert sum(each.get("text") == "kept words" for each in here.told()) == told
    (room,) = [each for each in here.command("room") if each["event"] == "room"]
    assert (room["muted"], room["volume"]) == (False, 80)
