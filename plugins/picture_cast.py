"""A Chromecast, Google TV or Nest Hub as a screen: picture_cast: {name: tv, address: 192.168.1.60}.

It needs `pip install 'assistant[cast]'`. The device fetches each picture from the assistant; once it has, the
picture counts as shown. It stays until something else is shown there.
"""

import asyncio
import logging
from typing import Any
from uuid import uuid4

from assistant.api import ToolError, needed
from assistant.api.pictures import Display, Picture, lent

ANSWER_SECONDS = 15.0
SHOWN_SECONDS = 30.0  # it starts its viewer first
TRIES = 3


class PictureCast(Display):
    """Show pictures on a device that speaks Google Cast."""

    address: str
    port: int = 8009
    width: int = 1280
    height: int = 720

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._library = needed("pychromecast", "assistant[cast]")
        logging.getLogger("pychromecast").setLevel(logging.CRITICAL)  # it tells each attempt as a fault

    async def show(self, picture: Picture) -> None:
        """Tell the device where the picture is, and wait until it has fetched it."""
        async with lent(picture, to=f"http://{self.address}:{self.port}/") as loan:
            await asyncio.to_thread(self._asked, lambda cast: self._play(cast, loan.url, picture))
            await loan.fetched.wait()

    async def clear(self) -> None:
        """End what is shown."""
        await asyncio.to_thread(self._asked, lambda cast: cast.quit_app(timeout=ANSWER_SECONDS))

    def _play(self, cast: Any, url: str, picture: Picture) -> None:
        said = self._library.response_handler.WaitResponse(SHOWN_SECONDS, "show the picture")
        cast.media_controller.play_media(
            url, picture.mime, title=picture.alt[:100], stream_type="NONE", callback_function=said.callback
        )
        said.wait_response()
        if (said.response or {}).get("type") != "MEDIA_STATUS":
            raise ToolError(f"The {self.name} can't show that picture")

    def _asked(self, work: Any) -> None:
        """In a thread: the library has loops of its own.

        It reads and writes on one TLS connection at the same time, which Python before 3.13 does not always
        survive; so what is lost in the middle is tried again on another connection.
        """
        library = self._library
        services = {library.discovery.HostServiceInfo(self.address, self.port)}
        kind = library.const.CAST_TYPE_CHROMECAST
        about = library.models.CastInfo(services, uuid4(), "", self.name, self.address, self.port, kind, "")
        for left in range(TRIES - 1, -1, -1):
            cast = library.Chromecast(about, tries=1, timeout=ANSWER_SECONDS)
            try:
                cast.wait(timeout=ANSWER_SECONDS)
                work(cast)
                return
            except (library.error.PyChromecastError, OSError) as error:
                if not left or isinstance(error, library.error.RequestTimeout):  # nobody is there
                    raise ToolError(f"I can't reach the {self.name}") from error
            finally:
                cast.disconnect(timeout=ANSWER_SECONDS)
