"""A device that speaks Google Cast as a screen: it fetches the picture it is told of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from assistant.errors import ToolError
from assistant.extras import needed
from assistant.lending import lent
from assistant.showing import Picture

KNOCK_SECONDS = 5.0
ANSWER_SECONDS = 15.0
SHOWN_SECONDS = 30.0
"""It starts its viewer first."""
TRIES = 3
LONGEST_TITLE = 100


class Cast:
    """The device at ``address``; ``name`` is how it is called when it fails.

    Each call is a connection of its own: a device that was switched off in between is no special case.

    Raises:
        PluginError: the library for it is not installed.
    """

    def __init__(self, address: str, port: int = 8009, *, name: str) -> None:
        self._library = needed("pychromecast", "assistant[cast]")
        logging.getLogger("pychromecast").setLevel(logging.CRITICAL)  # it tells each attempt as a fault
        self._address, self._port, self._name = address, port, name

    async def show(self, picture: Picture) -> None:
        """Tell it where the picture is; return once it has fetched that.

        Raises:
            ToolError: it cannot be reached, or does not show such a picture.
        """
        async with lent(picture, to=f"http://{self._address}:{self._port}/") as loan:
            await self._asked(lambda device: self._play(device, loan.url, picture))
            await loan.fetched.wait()

    async def stop(self) -> None:
        """End what it shows; raises what `show` does."""
        await self._asked(lambda device: device.quit_app(timeout=ANSWER_SECONDS))

    def _play(self, device: Any, url: str, picture: Picture) -> None:
        said = self._library.response_handler.WaitResponse(SHOWN_SECONDS, "show the picture")
        device.media_controller.play_media(
            url,
            picture.mime,
            title=picture.alt[:LONGEST_TITLE],
            stream_type="NONE",
            callback_function=said.callback,
        )
        said.wait_response()
        if (said.response or {}).get("type") != "MEDIA_STATUS":
            raise ToolError(f"The {self._name} can't show that picture")

    async def _asked(self, work: Callable[[Any], None]) -> None:
        """In a thread: the library has loops of its own."""
        await self._knock()
        await asyncio.to_thread(self._tried, work)

    async def _knock(self) -> None:
        """Of a device that is switched off the library says so only when its patience ends."""
        try:
            async with asyncio.timeout(KNOCK_SECONDS):
                _, writer = await asyncio.open_connection(self._address, self._port)
        except (OSError, TimeoutError) as error:
            raise ToolError(f"I can't reach the {self._name}") from error
        writer.close()

    def _tried(self, work: Callable[[Any], None]) -> None:
        """The library reads and writes on one TLS connection at the same time, which Python before 3.13 does
        not always survive; so what is lost in the middle is tried again on another connection."""
        errors = self._library.error
        for left in range(TRIES - 1, -1, -1):
            device = self._device()
            try:
                device.wait(timeout=ANSWER_SECONDS)
                work(device)
                return
            except (errors.PyChromecastError, OSError) as error:
                if not left or isinstance(error, errors.RequestTimeout):  # nobody is there
                    raise ToolError(f"I can't reach the {self._name}") from error
            finally:
                device.disconnect(timeout=ANSWER_SECONDS)

    def _device(self) -> Any:
        """A new connection; the device was named in the settings, so nobody is asked on the network."""
        library = self._library
        services = {library.discovery.HostServiceInfo(self._address, self._port)}
        kind = library.const.CAST_TYPE_CHROMECAST
        about = library.models.CastInfo(
            services, uuid4(), "", self._name, self._address, self._port, kind, ""
        )
        return library.Chromecast(about, tries=1, timeout=ANSWER_SECONDS)
