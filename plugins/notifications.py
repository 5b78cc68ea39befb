"""Messages to phones and mailboxes through Apprise, which speaks to a hundred services.

It needs `pip install 'assistant[notify]'`, and its URLs one per line (they hold passwords, so they are
never in config.yaml) in `~/.config/assistant/apprise-urls`, mode 0600, or in ASSISTANT_APPRISE_URLS.

With `seen: [parcel, person]` a message with the picture is sent when a camera that keeps watch saw one of
these; `seen: [anything]` sends all that is important enough (`least_importance`, 0 to 3).
"""

import asyncio
import logging
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, ClassVar

from assistant.api import CameraSaw, Plugin, PluginError, Range, Risk, ToolError, needed, snapshot, tool, when
from assistant.api.pictures import studio
from assistant.api.sources import secret

log = logging.getLogger(__name__)

LONGEST_TEXT = 1000


class Notifications(Plugin):
    """Send words to people who are not here."""

    own_words: ClassVar[bool] = True

    title_of_messages: str = "Assistant"
    seen: tuple[str, ...] = ()
    least_importance: Annotated[int, Range(0, 3)] = 1

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        apprise = needed("apprise", "assistant[notify]")
        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it logs the URLs, with their passwords
        told = secret("apprise-urls", ("ASSISTANT_APPRISE_URLS",), os.environ, "list of Apprise URLs")
        self._services = apprise.Apprise()
        for url in told.split():
            if not self._services.add(url):
                scheme = url.partition(":")[0]
                raise PluginError(
                    f"notifications: Apprise does not know the URL that begins with {scheme}://"
                )
        if not len(self._services):
            raise PluginError("notifications need a URL in ~/.config/assistant/apprise-urls (mode 0600)")

    @tool(
        risk=Risk.COMFORT,
        phrases=("send me a message that {text}", "notify me that {text}", "send the message {text}"),
    )
    async def notify(self, text: str) -> str:
        """Send a message to the phones or mailboxes of the people who live here.

        Args:
            text: the message
        """
        message = " ".join(text.split())[:LONGEST_TEXT]
        if not message:
            raise ToolError("What should I send?")
        taken = await asyncio.to_thread(self._send, message)
        if not all(taken):
            where = "anywhere" if not any(taken) else f"to {taken.count(False)} of {len(taken)} services"
            raise ToolError(f"The message could not be sent {where}")
        return "The message is sent"

    @tool(
        slow=True,
        phrases=(
            "send the picture to my phone",
            "send me the picture",
            "send it to my phone",
            "…send it to me",
            "send the picture to me",
            "send the picture on the {screen} screen to my phone",
        ),
    )
    async def send_picture(self, screen: str = "") -> str:
        """Send a picture to the phones or mailboxes.

        Args:
            screen: whose picture; empty for the newest
        """
        picture = await studio().latest(screen=screen)
        with NamedTemporaryFile(suffix=f".{picture.mime.rpartition('/')[2]}") as file:
            await asyncio.to_thread(Path(file.name).write_bytes, picture.data)
            taken = await asyncio.to_thread(self._send, picture.alt[:LONGEST_TEXT], file.name)
        if not all(taken):
            where = "anywhere" if not any(taken) else f"to {taken.count(False)} of {len(taken)} services"
            raise ToolError(f"The picture could not be sent {where}")
        return "The picture is sent"

    @when(CameraSaw)
    async def _saw(self, saw: CameraSaw) -> None:
        """Send what a camera saw, with the picture of that moment when it is still there."""
        wanted = {word.casefold() for word in self.seen}
        named = wanted & ({thing.casefold() for thing in saw.things} | {"anything"})
        if not named or saw.importance < self.least_importance:
            return
        text = f"{saw.camera}: {saw.text}"[:LONGEST_TEXT]
        try:
            picture = await snapshot(saw.camera, at=saw.at or None)
        except ToolError as error:
            log.info("%s", error)
            taken = await asyncio.to_thread(self._send, text)
        else:
            with NamedTemporaryFile(suffix=".jpg") as file:
                await asyncio.to_thread(Path(file.name).write_bytes, picture)
                taken = await asyncio.to_thread(self._send, text, file.name)
            log.info("a picture of the %s left the house with a message", saw.camera)
        if not all(taken):
            log.warning("what the camera %s saw could not be sent everywhere", saw.camera)

    def _send(self, message: str, file: str = "") -> list[bool]:
        """One after the other, in this thread: Apprise's own threads would outlive the house."""
        title, attach = self.title_of_messages, file or None
        return [bool(each.notify(body=message, title=title, attach=attach)) for each in self._services]
