"""`assistant bench home`: its generated homes are found whole, and its figures are lines for scripts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.cli.bench.town import ENTITIES, announcements, town
from assistant.config import PluginEntry
from assistant.devices.source import Source
from assistant.home.topics import TopicTree
from assistant.loader import Loader
from assistant.testing.sources import SourceHouse
from tests.cli.test_bad_input import environment
from tests.parts import warm

pytestmark = pytest.mark.alone


async def test_every_gadget_of_a_generated_home_becomes_one_device_that_reports() -> None:
    gadgets = town(96, "native", "announced")
    sources = [
        plugin
        for name in ("zigbee2mqtt", "home_assistant_discovery")
        for plugin in Loader().load(PluginEntry(name=name)).plugins
        if isinstance(plugin, Source)
    ]
    house = SourceHouse(*sources)
    listeners = TopicTree[object]()
    by_topic = dict(house.heard)
    for topic in by_topic:
        listeners.add(topic, topic)
    for topic, payload in announcements(gadgets):
        for heard in listeners.match(topic):
            by_topic[str(heard)](topic, payload.encode())
    for source in sources:
        if hasattr(source, "settle"):
            source.settle()
    for gadget in gadgets:
        house.say(gadget.topic, gadget.state(0))
    assert house.names == sorted(gadget.name for gadget in gadgets)
    assert all(device.states for device in house.registry.devices)
    assert not [find.found.unsupported for find in house.finds if find.found.unsupported or find.reason]
    assert len(gadgets) * ENTITIES == 96


@pytest.mark.parametrize(
    ("plan", "figures"),
    [
        ("mixed", {"link up → all known", "memory", "own share of a command", "sentence → confirm"}),
        ("restart", {"broker back → state right"}),
        ("flood", {"digested", "memory", "longest waits for a turn"}),
    ],
)
def test_a_small_home_is_measured(tmp_path: Path, plan: str, figures: set[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "assistant.cli.bench.census", plan, "48", "1"],
        env=environment(tmp_path),
        capture_output=True,
        timeout=60,
        check=False,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert figures <= {item["name"].partition(": ")[2] for item in told}, done.stderr.decode()[-2000:]
    assert all({"name", "unit", "aim", "value"} == item.keys() for item in told)


def test_where_there_is_no_microphone_its_process_is_not_measured(tmp_path: Path) -> None:
    (tmp_path / "asound.conf").write_text("pcm.!default { type null }\n")
    done = subprocess.run(
        warm.command("bench", "sound", "--json"),
        env={**environment(tmp_path), "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")},
        capture_output=True,
        timeout=90,
        check=True,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [item["event"] for item in told] == ["step", "done"], "no figures"
    assert told[0]["text"].startswith("audio process: the microphone 'default' is none, it only pretends")
