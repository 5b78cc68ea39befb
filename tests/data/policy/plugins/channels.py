"""What others write, as the test wants it: one file for each way in."""

from pathlib import Path

from assistant.api import Answer, Plugin, Risk, tool

WAYS = ("calendar", "search", "mail", "feed", "gallery", "messages", "forecast", "porch")


class Channels(Plugin):
    """Read what others have written."""

    folder: str

    def _told(self, way: str) -> str:
        file = Path(self.folder) / way
        return file.read_text(encoding="utf-8") if file.exists() else "nothing new"

    @tool(risk=Risk.READ)
    async def read_calendar(self) -> str:
        """Read the calendar of today."""
        return self._told("calendar")

    @tool(risk=Risk.READ)
    async def read_search(self) -> str:
        """Look something up on the web."""
        return self._told("search")

    @tool(risk=Risk.READ)
    async def read_mail(self) -> Answer:
        """Read the newest mail."""
        return Answer("You have mail", {"subject": self._told("mail")})

    @tool(risk=Risk.READ)
    async def read_feed(self) -> str:
        """Read the news."""
        return self._told("feed")

    @tool(risk=Risk.READ)
    async def read_gallery(self) -> str:
        """Tell the titles of the pictures."""
        return self._told("gallery")

    @tool(risk=Risk.READ)
    async def read_messages(self) -> str:
        """Read the notifications of the phone."""
        return self._told("messages")

    @tool(risk=Risk.READ)
    async def read_forecast(self) -> str:
        """Tell the weather."""
        return self._told("forecast")

    @tool(risk=Risk.READ)
    async def read_porch(self) -> Answer:
        """Describe what the camera at the porch sees."""
        return Answer(self._told("porch"), foreign=True)
