"""docs/security.md is true: every test that it names is there, its rules for mosquitto work, and no tool takes a path."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from assistant.amenities import _file_name
from assistant.app import House
from assistant.config import CameraConfig, Config
from assistant.errands import Errands
from assistant.tools.dispatch import ToolCall
from assistant.tools.policy.judge import Asker, Made
from assistant.tools.schema import Parameter
from assistant.vision.tools import YOUTUBE
from tests.cli.test_bad_input import assistant, events
from tests.cli.test_broker import own_broker
from tests.cli.test_daemon import daemon, wait_until
from tests.parts.homes import lived_in, shipped
from tests.parts.onlookers import Eavesdropper

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text()
ROW = re.compile(r"^\| (?P<threat>[^|]+) \| (?P<control>[^|]+) \| (?P<tests>[^|]+) \|$", re.MULTILINE)
NODE = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
SUBJECTS = (
    "door", "PIN", "paired", "injection", "discovery", "television", "DNS rebinding", "XSS", "SSRF", "camera", "film",
    "picture", "path", "broker", "mosquitto", "TLS", "template", "plugin_allow", "hangs", "server of tools", "logs",
    "others can read", "microphone", "set-up", "money", "silence", "weakness", "sandbox",
)  # fmt: skip


def test_every_threat_names_tests_and_all_of_them_are_there() -> None:
    rows = [row for row in ROW.finditer(PAGE) if not row["threat"].startswith(("threat", "---"))]
    assert len(rows) >= 30
    for row in rows:
        named = NODE.findall(row["tests"])
        assert named, f"{row['threat']}: no test tries it"
        for file, name in named:
            path = ROOT / file
            assert path.is_file(), f"{row['threat']}: there is no {file}"
            assert re.search(rf"^(async )?def {name}\(", path.read_text(), re.MULTILINE), (
                f"{file} has no {name}"
            )
    for file, name in NODE.findall(PAGE):
        assert re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text(), re.MULTILINE), (
            f"{file} has no {name}"
        )
    assert [subject for subject in SUBJECTS if subject.casefold() not in PAGE.casefold()] == []


NO_ARGUMENT = re.compile(
    r"(^|_)(path|file|folder|url|uri|host|address|topic|payload|command|code|pin)s?($|_)"
)


def furnished(state: Path) -> Config:
    """The documented default with a camera, so that there are its tools, too."""
    camera = CameraConfig(name="yard", url="rtsp://127.0.0.1:1/stream")
    return shipped(state).model_copy(update={"cameras": [camera]})


def named(parameters: tuple[Parameter, ...]) -> Iterator[str]:
    """The names of all parameters, those within others among them."""
    for each in parameters:
        yield each.name
        yield from named((*each.fields, *((each.items,) if each.items else ())))


async def test_no_tool_takes_a_path_or_an_address(tmp_path: Path) -> None:
    async def use(house: House, _errands: Errands) -> None:
        declared = house.furniture.table.declarations()
        assert len(declared) > 40
        taken = [
            (each.name, name)
            for each in declared
            for name in named(each.parameters)
            if NO_ARGUMENT.search(name)
        ]
        assert taken == [("describe_video", "url")], (
            "which the house does not fetch, and which must be one of YouTube"
        )

    await lived_in(furnished(tmp_path), use)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "file:///etc/passwd", "https://youtu.be.evil.example/abcdefghijk",
        "https://evil.example/?https://youtu.be/abcdefghijk", "https://youtu.be@evil.example/abcdefghijk",
        "http://169.254.169.254/latest", "https://www.youtube.com/redirect?q=http://evil.example",
        "https://youtu.be/abcdefghijk\nhttp://evil.example",
    ],
)  # fmt: skip
def test_only_films_of_youtube_are_passed_on_by_address(url: str) -> None:
    assert YOUTUBE.fullmatch("https://youtu.be/abcdefghijk")
    assert not YOUTUBE.fullmatch(url)


CLIMBING = (
    "../../etc/passwd", "/etc/passwd", "..%2f..%2fetc%2fpasswd", "file:///etc/passwd", "a/../../../b", "..",
    "\\\\host\\share", "~root/.ssh/id_rsa", "pin.json", "x\0y", "http://127.0.0.1/",
)  # fmt: skip


async def test_names_that_climb_out_of_a_folder_find_nothing(tmp_path: Path) -> None:
    """Every tool gets every such name in each of its words; nothing is read there, nothing written elsewhere."""

    async def use(house: House, _errands: Errands) -> None:
        for climbing in CLIMBING:
            assert "/" not in _file_name("_assistant_plugin_x", climbing)
            for declared in house.furniture.table.declarations():
                if declared.name in PATIENT:
                    continue
                args = {each.name: _filled(each, climbing) for each in declared.parameters}
                house.dispatcher.new_utterance()
                call = ToolCall(f"{declared.name} {climbing}", declared.name, args, Made(Asker.HAND))
                text = (await house.dispatcher.call(call)).text
                assert "root:" not in text

    state = tmp_path / "a" / "state"
    await lived_in(furnished(state), use)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in kept if state not in path.parents] == []


PATIENT = ("show_image", "change_image")
"""They wait for a model that draws; what they are told is a prompt."""


def _filled(parameter: Parameter, text: str) -> object:
    match parameter.type:
        case "string":
            return text
        case "array":
            return [text]
        case "boolean":
            return True
    return parameter.low or 1


def rules(identity: str) -> str:
    """What the page gives for mosquitto's acl_file."""
    (block,) = re.findall(r"```\n(user assistant\n.*?)```", PAGE, re.DOTALL)
    return str(block).replace("IDENTITY", identity)


class Thing(Eavesdropper):
    """A client that has a name and a password, and may do only what the rules say."""

    def __init__(self, port: int, user: str) -> None:
        self.heard = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.username_pw_set(user, f"of {user}")
        self._client.on_message = lambda _client, _data, message: self.obey(
            message.topic, bytes(message.payload)
        )
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("#" if user == "plug1" else "zigbee2mqtt/+/set")
        self._client.loop_start()

    def obey(self, topic: str, payload: bytes) -> None:
        """A lamp does what it is told."""
        self.heard.append((topic, payload))
        if topic.startswith("zigbee2mqtt/") and topic.endswith("/set"):
            self._client.publish(topic.removesuffix("/set"), payload)

    def gone(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


CONFIG = """\
home: {pretend: false, sources: [zigbee2mqtt, tasmota]}
plugins:
  - mqtt_light: {name: kitchen light, area: kitchen, topic: zigbee2mqtt/kitchen light}
"""


@pytest.mark.system("mosquitto")
def test_the_rules_for_mosquitto_let_us_work_and_nobody_else(tmp_path: Path) -> None:
    state, passwords, acl = tmp_path / "state", tmp_path / "passwords", tmp_path / "acl"
    (tmp_path / "config.yaml").write_text(CONFIG)
    state.mkdir(mode=0o700)
    (state / "identity").write_text("feed1234")
    acl.write_text(rules("feed1234"))
    passwords.touch(mode=0o600)
    for user in ("assistant", "zigbee2mqtt", "plug1"):
        subprocess.run(
            ["mosquitto_passwd", "-b", passwords, user, f"of {user}"], check=True, capture_output=True
        )
    lines = f"allow_anonymous false\npassword_file {passwords}\nacl_file {acl}\n"
    env: dict[str, Any] = {"ASSISTANT_MQTT_USER": "assistant", "ASSISTANT_MQTT_PASSWORD": "of assistant"}
    with own_broker(tmp_path, lines, anonymous=False) as port:
        env |= {
            "ASSISTANT_MQTT_URL": f"mqtt://127.0.0.1:{port}",
            "ASSISTANT_CONFIG": str(tmp_path / "config.yaml"),
        }
        bridge, plug = Thing(port, "zigbee2mqtt"), Thing(port, "plug1")
        try:
            with daemon(state, "--json", **env):
                said = events(assistant(state, "say", "turn on the kitchen light", "--json", **env))
                assert "The kitchen light is on." in [
                    each["text"] for each in said if each["event"] == "spoke"
                ]
                assert (state / "identity").read_text().strip() == "feed1234"
                before = len(bridge.heard)
                for topic in (
                    "zigbee2mqtt/kitchen light/set", "zigbee2mqtt/kitchen light", "homeassistant/lock/evil/config",
                    "assistant/feed1234/mute/set", "assistant/feed1234/say", "cmnd/plug2/POWER",
                ):  # fmt: skip
                    plug.say(topic, "ON")
                plug.say("tele/plug1/STATE", '{"POWER": "ON"}')
                bridge.say("zigbee2mqtt/end/set", "{}")
                wait_until(lambda: len(bridge.heard) > before)
                assert [topic for topic, _ in bridge.heard[before:]] == ["zigbee2mqtt/end/set"]
                told = events(assistant(state, "room", "--json", **env))
                assert [each["muted"] for each in told if each["event"] == "room"] == [False]
            assert {topic.split("/")[1] for topic, _ in plug.heard} <= {"plug1"}, (
                "nor does it hear what is others'"
            )
        finally:
            bridge.gone()
            plug.gone()
