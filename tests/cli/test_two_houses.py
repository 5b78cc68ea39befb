"""Two houses on one broker: neither hears, sees, rings or switches what is the other's."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.cli.test_bad_input import assistant, events
from tests.cli.test_broker import own_broker
from tests.cli.test_daemon import daemon, wait_until

pytestmark = pytest.mark.system("mosquitto")

CONFIG = """\
home: {{pretend: false, sources: [home_assistant_discovery], announce: {{name: House {name}}}}}
plugins:
  - timers
  - mqtt_light: {{name: {name} lamp, area: hall, topic: {name}/lamp}}
  - mqtt_light: {{name: gate lamp, area: garden, topic: gate/lamp}}
"""


class Neighbourhood:
    """The lamps of both, and everything that is said on the broker."""

    def __init__(self, port: int) -> None:
        self.kept: dict[str, str] = {}
        self.commands: Counter[str] = Counter()
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._heard
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("#")
        self._client.loop_start()

    def _heard(self, client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        text = message.payload.decode()
        self.kept[message.topic] = text
        if message.topic.endswith("/lamp/set"):
            self.commands[message.topic] += 1
            client.publish(message.topic.removesuffix("/set"), text)

    def say(self, topic: str, text: str) -> None:
        self._client.publish(topic, text)

    def mute_of(self, name: str) -> str:
        """The topic of a house's switch, as its own announcement tells it."""
        found = [
            json.loads(text)["state_topic"]
            for topic, text in self.kept.items()
            if topic.endswith("/config") and f'"House {name}"' in text and "/mute" in text
        ]
        return str(found[0]) if found else ""

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def test_two_houses_on_one_broker_do_not_touch_each_other(tmp_path: Path) -> None:
    with own_broker(tmp_path, "") as port:
        street = Neighbourhood(port)
        env: dict[str, dict[str, Any]] = {}
        for name in ("north", "south"):
            (tmp_path / name).mkdir()
            config = tmp_path / name / "config.yaml"
            config.write_text(CONFIG.format(name=name))
            env[name] = {"ASSISTANT_MQTT_URL": f"mqtt://127.0.0.1:{port}", "ASSISTANT_CONFIG": str(config)}

        def ask(name: str, *words: str) -> list[dict[str, Any]]:
            return events(assistant(tmp_path / name / "s", *words, "--json", **env[name]))

        try:
            with (
                daemon(tmp_path / "north" / "s", **env["north"]),
                daemon(tmp_path / "south" / "s", **env["south"]),
            ):
                wait_until(lambda: street.mute_of("north") and street.mute_of("south"))
                for name in ("north", "south"):
                    seen = {
                        item["name"] for item in ask(name, "devices") if item["event"] in ("device", "hidden")
                    }
                    assert seen == {f"{name} lamp", "gate lamp"}, "the other's own switches are no devices"
                street.say(street.mute_of("north") + "/set", "ON")
                wait_until(lambda: street.kept.get(street.mute_of("north")) == "ON")
                assert street.kept[street.mute_of("south")] == "OFF"
                for wish in ("turn on the gate lamp", "turn on the south lamp"):
                    ask("north", "say", wish)
                assert street.commands == {"gate/lamp/set": 1}, "once, and only what is in the house"
                ask("north", "say", "set a timer for ten minutes")
                spoken = [
                    item["text"]
                    for item in ask("south", "say", "how long is left")
                    if item["event"] == "spoke"
                ]
                assert "no timer" in " ".join(spoken).casefold(), spoken
        finally:
            street.close()
