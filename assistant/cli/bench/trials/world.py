"""A home to try the daemon in: a real broker, devices of their own, and a cloud that can be cut off."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from assistant.cli.bench.trials.cloud import Cloud, cloud
from assistant.cli.bench.trials.daemon import Daemon, beside, until
from assistant.home.link import Link
from assistant.home.mosquitto import HOST, Mosquitto, mosquitto
from assistant.home.pretend import PretendDevice, PretendHome
from assistant.home.pretend.zigbee import Light, Lock

DATA = Path(__file__).parents[2] / "data"
CONFIG = """\
home: {pretend: false}
web: {enabled: false}
money: {turns_per_minute: 600, connections_per_hour: 3600, daily_soft_usd: 6, daily_usd: %g}
plugin_paths: ["%s"]
plugins:
  - clock
  - timers
  - mqtt_lock: {name: front door, area: hallway, topic: zigbee2mqtt/front door}
  - rogue
  - counting
"""
BUDGET_USD = 8.0
"""P8: most of a long storm is below it, the end is not."""
LAMP = "  - mqtt_dimmable_light: {{name: {0}, area: {1}, topic: zigbee2mqtt/{0}}}\n"
ROOMS = ["kitchen", "hallway", "bedroom", "bathroom", "office", "garage", "cellar", "attic"]
LAMPS = {f"{room} {kind}": room for room in ROOMS for kind in ("light", "lamp")}
"""By name: the area. So many that no relay has to be spared (`pace.Throttle`)."""
READY_SECONDS = 40.0
TASKS_SECONDS = 5.0
DEVICES = (
    *(
        PretendDevice(name, area, "dimmable light", f"zigbee2mqtt/{name}", Light)
        for name, area in LAMPS.items()
    ),
    PretendDevice("front door", "hallway", "lock", "zigbee2mqtt/front door", Lock),
)


@dataclass
class World:
    """All that is outside the daemon, and the daemon."""

    daemon: Daemon
    broker: Mosquitto
    home: PretendHome
    witness: Link
    cloud: Cloud
    commands: list[tuple[str, str]] = field(default_factory=list)
    """Topics and payloads of all commands that came to the broker, as somebody else has seen them."""
    tasks: int = 0
    """How many tasks the daemon had when it was last asked."""

    def lit(self, lamp: str) -> bool:
        """Whether a lamp is really on: its firmware is asked, not its reports."""
        firmware = self.home[lamp].firmware
        assert isinstance(firmware, Light)
        return bool(firmware.state()["state"] == "ON")

    async def order(self, what: str) -> None:
        """Tell the rogue plugin what to do."""
        await self.witness.publish("rogue/do", what, qos=1)

    async def count_tasks(self) -> int:
        """The daemon's asyncio tasks, as a plugin within sees them; 0 when it does not answer."""
        self.tasks = 0
        await self.witness.publish("counting/do", "", qos=1)
        await until(lambda: self.tasks, TASKS_SECONDS)
        return self.tasks

    def heard(self, topic: str, payload: bytes) -> None:
        """Somebody gave a command."""
        self.commands.append((topic, payload.decode(errors="replace")))

    def counted(self, _topic: str, payload: bytes) -> None:
        """The daemon has counted its tasks."""
        self.tasks = int(payload)


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """Everything, running, until the block ends.

    Raises:
        BrokerError: mosquitto is not installed.
    """
    async with (
        mosquitto(folder / "mosquitto", _free_port()) as broker,
        cloud(folder / "cloud") as (there, way),
    ):
        daemon = Daemon(folder, _environment(folder, broker, there, way))
        home = PretendHome(broker.address, DEVICES)
        witness = Link(broker.address, client_id="witness")
        made = World(daemon, broker, home, witness, there)
        witness.subscribe("zigbee2mqtt/+/set", made.heard, retained=False)
        witness.subscribe("counting/tasks", made.counted, retained=False)
        async with beside(home.run(), witness.run(), daemon.run()):
            try:
                await home.ready()
                await witness.ready()
                await daemon.start()
                yield made
            finally:
                await daemon.stop()


def _environment(folder: Path, broker: Mosquitto, there: Cloud, way: int) -> dict[str, str]:
    """How the daemon finds all that."""
    config = folder / "config.yaml"
    lamps = "".join(LAMP.format(*lamp) for lamp in LAMPS.items())
    config.write_text(CONFIG % (BUDGET_USD, DATA) + lamps, encoding="utf-8")
    return {
        "ASSISTANT_CONFIG": str(config),
        "ASSISTANT_MQTT_URL": f"mqtt://{HOST}:{broker.address.port}",
        "ASSISTANT_BRAIN": "auto",
        "GEMINI_API_KEY": "bench",
        "ASSISTANT_GEMINI_BASE_URL": f"https://{HOST}:{way}",
        "SSL_CERT_FILE": str(there.certificate),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
