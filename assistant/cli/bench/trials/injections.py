"""Every fault that can be made on one machine: how it begins, how it ends, and what must work meanwhile."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from assistant.cli.bench.proxy import Act
from assistant.cli.bench.trials.daemon import beside
from assistant.cli.bench.trials.world import World
from assistant.home.link import Link
from assistant.home.pretend import Trouble

Inject = Callable[[World], AbstractAsyncContextManager[None]]

FLOOD = 20_000
FLOOD_TOPICS = 500
GARBAGE = (b"\xff\xfe\x80", b"[" * 100_000, b'{"state": NaN}', b'{"brightness": 1e999}', b"{", b"null", b"")
FILM = bytes(3_000_000)
"""Just below what our mosquitto takes; it ends whoever sends more."""
VICTIM = "hallway lamp"
SPARE_FILES = 0


@dataclass(frozen=True)
class Injection:
    """One fault. ``works``: a light is switched while it lasts; ``lasts`` in seconds.

    ``ends``: the daemon's process does not outlive it. ``told``: words that the user, or the log, must see.
    """

    name: str
    inject: Inject
    lasts: float = 1.0
    works: bool = True
    ends: bool = False
    told: str = ""


def _way(do: Act) -> Inject:
    @asynccontextmanager
    async def broken(world: World) -> AsyncIterator[None]:
        assert world.cloud.way is not None, "the way is open"
        world.cloud.way.fall(do)
        yield
        world.cloud.way.stand()

    return broken


@asynccontextmanager
async def _cloud_killed(world: World) -> AsyncIterator[None]:
    await world.cloud.stop()
    yield
    await world.cloud.start()


@asynccontextmanager
async def _cloud_frozen(world: World) -> AsyncIterator[None]:
    world.cloud.signal(signal.SIGSTOP)
    yield
    world.cloud.signal(signal.SIGCONT)


@asynccontextmanager
async def _child(module: str, number: signal.Signals, world: World) -> AsyncIterator[None]:
    """One of the daemon's children is killed, or stands still for a while."""
    pid = world.daemon.part(module)
    if pid is not None:
        os.kill(pid, number)
    yield
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def _broker_killed(world: World) -> AsyncIterator[None]:
    os.kill(world.broker.pid, signal.SIGKILL)
    yield
    await world.broker.start()


@asynccontextmanager
async def _broker_frozen(world: World) -> AsyncIterator[None]:
    os.kill(world.broker.pid, signal.SIGSTOP)
    yield
    os.kill(world.broker.pid, signal.SIGCONT)


@asynccontextmanager
async def _flood(world: World) -> AsyncIterator[None]:
    async def pour() -> None:
        for number in range(FLOOD):
            await world.witness.publish(f"zigbee2mqtt/stranger {number % FLOOD_TOPICS}", f'{{"n": {number}}}')
            if number % 200 == 0:
                await asyncio.sleep(0)

    pouring = asyncio.get_running_loop().create_task(pour())
    try:
        yield
    finally:
        await pouring


@asynccontextmanager
async def _garbage(world: World) -> AsyncIterator[None]:
    """What no device should say, kept by the broker, and a film besides."""
    topics = (f"zigbee2mqtt/{VICTIM}", "zigbee2mqtt/bridge/devices", "homeassistant/light/bad/config")
    for topic in topics:
        for payload in GARBAGE:
            await world.witness.publish(topic, payload, retain=True, qos=1)
    await world.witness.publish(f"zigbee2mqtt/{VICTIM}", FILM, qos=1)
    yield
    for topic in topics:
        await world.witness.publish(topic, b"", retain=True, qos=1)


@asynccontextmanager
async def _same_name(world: World) -> AsyncIterator[None]:
    """Somebody else with the daemon's name at the broker, as after copying a memory card."""
    name = (world.daemon.state / "mqtt-client-id").read_text(encoding="ascii").strip()
    thief = Link(world.broker.address, client_id=name)
    async with beside(thief.run()):
        yield


@asynccontextmanager
async def _device(trouble: Trouble, world: World) -> AsyncIterator[None]:
    world.home[VICTIM].trouble = trouble
    yield
    world.home[VICTIM].trouble = Trouble()


@asynccontextmanager
async def _rogue(order: str, world: World) -> AsyncIterator[None]:
    await world.order(order)
    yield
    await world.daemon.ask({"do": "release", "name": "rogue"})  # refused while it is not in quarantine


@asynccontextmanager
async def _limit(what: int, soft: Callable[[World], int], world: World) -> AsyncIterator[None]:
    """The kernel refuses what it gave before."""
    before = world.daemon.limited(what, soft(world))
    yield
    if world.daemon.alive:
        world.daemon.limited(what, before[0])


@asynccontextmanager
async def _daemon_frozen(world: World) -> AsyncIterator[None]:
    world.daemon.signal(signal.SIGSTOP)
    yield
    world.daemon.signal(signal.SIGCONT)


@asynccontextmanager
async def _daemon_killed(world: World) -> AsyncIterator[None]:
    await world.daemon.kill()
    yield
    await world.daemon.start()


def _memory(world: World) -> int:
    pages = int(Path(f"/proc/{world.daemon.pid}/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")


BRAIN = "assistant.brain"
INJECTIONS = (
    Injection("the way to the cloud is reset", _way("reset")),
    Injection("the way to the cloud is cut", _way("cut")),
    Injection("the way to the cloud is a black hole", _way("black hole"), lasts=3.0),
    Injection("a login page instead of the cloud", _way("login page")),
    Injection("the cloud's brain is killed", _cloud_killed),
    Injection("the cloud's brain stands still", _cloud_frozen, lasts=3.0),
    Injection("the embedded brain is killed", partial(_child, BRAIN, signal.SIGKILL)),
    Injection("the embedded brain stands still", partial(_child, BRAIN, signal.SIGSTOP)),
    Injection("the broker is killed", _broker_killed, works=False),
    Injection("the broker stands still", _broker_frozen, works=False),
    Injection("a flood on the broker", _flood),
    Injection("garbage that the broker keeps", _garbage),
    Injection("somebody with our name at the broker", _same_name, lasts=2.0, works=False),
    Injection("a device is deaf", partial(_device, Trouble(deaf=True))),
    Injection("a device lies", partial(_device, Trouble(lying=True))),
    Injection("a device is without power", partial(_device, Trouble(offline=True))),
    Injection("a device is slow", partial(_device, Trouble(delay_seconds=1.5))),
    Injection("a plugin raises", partial(_rogue, "raise")),
    Injection("a plugin wants to exit", partial(_rogue, "exit")),
    Injection("a plugin's task ends", partial(_rogue, "end")),
    Injection("a plugin hangs", partial(_rogue, "hang")),
    Injection("a plugin holds the house up", partial(_rogue, "hold"), lasts=5.0),
    Injection("a plugin floods the broker", partial(_rogue, "flood")),
    Injection("a plugin hoards 64 MB", partial(_rogue, "hoard")),
    Injection("nothing can be written", partial(_limit, resource.RLIMIT_FSIZE, lambda _world: 0)),
    Injection(
        "no file can be opened",
        partial(_limit, resource.RLIMIT_NOFILE, lambda world: world.daemon.files() + SPARE_FILES),
        works=False,
    ),
    Injection("no memory is given", partial(_limit, resource.RLIMIT_AS, _memory)),
    Injection("the daemon stands still", _daemon_frozen, works=False),
    Injection("kill -9", _daemon_killed, works=False, ends=True),
)
