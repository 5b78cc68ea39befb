"""The house's studio, joined to who draws, who pays, and where screens are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.captioning import Captioner
from assistant.config import Config
from assistant.display import Display
from assistant.errors import ToolError
from assistant.home.furniture import Furniture
from assistant.live.endpoint import Endpoint
from assistant.live.purse import FREE_BRAINS, Purse
from assistant.showing import Screen
from assistant.tools.dispatch import Dispatcher
from assistant.vision.gallery import Gallery
from assistant.vision.painting import Painter, Service
from assistant.vision.studio import Studio

if TYPE_CHECKING:
    from google.genai import Client

Where = Callable[[], Awaitable[Endpoint]]
WANTING = {
    "get_weather": "There is no weather here: the plugin `weather` needs to know where the home is.",
    "timers_left": "There are no timers here: the plugin `timers` is missing.",
    "read_list": "There are no lists here: the plugin `lists` is missing.",
}


def studio(config: Config, state: Path, *, where: Where, purse: Purse, dispatcher: Dispatcher) -> Studio:
    """A studio with a gallery in the state folder; ``where`` is the brain that is asked for pictures."""
    gallery = gallery_in(state, config)

    async def service() -> Service:
        endpoint = await where()
        return Service(
            endpoint.brain,
            partial(_lent, endpoint),
            vertex=bool(endpoint.project),
            free=endpoint.brain in FREE_BRAINS,
        )

    async def look(name: str, args: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if not dispatcher.has(name):
            raise ToolError(WANTING.get(name, f"There is no {name} here."))
        answer = await dispatcher.look(name, args)
        return answer.text, answer.state

    made = Studio(Painter(config.pictures, gallery, service, purse), gallery, look)
    made.wall.area = config.home.announce.area
    dispatcher.put_back_otherwise = made.put_back
    return made


def gallery_in(state: Path, config: Config) -> Gallery:
    """The house's pictures; nothing is made by looking at them."""
    wanted = config.pictures
    return Gallery(state / "pictures", most_mb=wanted.keep_mb, most_days=wanted.keep_days)


def displays(furniture: Furniture) -> Sequence[Screen]:
    """The plugins that are screens; they come and go as plugins do."""
    return [plugin for plugin in furniture.plugins if isinstance(plugin, Display)]


def captioner(furniture: Furniture) -> Captioner | None:
    """The first plugin that describes pictures in this house."""
    return next((plugin for plugin in furniture.plugins if isinstance(plugin, Captioner)), None)


@asynccontextmanager
async def _lent(endpoint: Endpoint) -> AsyncIterator[Client]:
    """The SDK is loaded when the first picture is asked for."""
    from assistant.live.wire import lent

    async with lent(endpoint) as client:
        yield client
