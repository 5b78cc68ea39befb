"""A screen that is a file: a picture frame's folder, or e-paper whose driver takes a PNG.

- picture_file: {name: frame, file: /srv/frame/now.jpg, width: 1280, height: 800}
- picture_file:
    name: door sign
    file: /run/door.png
    colours: ["#191e21", "#f1f3ef", "#d5b600", "#b0312c"]   # of the panel, as measured
    rotate: 90
    command: [/usr/local/bin/show-on-panel, /run/door.png]
"""

import asyncio
from pathlib import Path

from assistant.api import ToolError
from assistant.api.pictures import Display, Picture
from assistant.api.sources import without_secrets


class PictureFile(Display):
    """Write each picture into a file; then run a command, if there is one."""

    file: Path
    command: list[str] = []  # noqa: RUF012 - a setting with a default, never changed in place

    async def show(self, picture: Picture) -> None:
        """Put the file there in one go: whoever reads it has the old one or the new one."""
        part = self.file.with_name(f".{self.file.name}.part")
        try:
            await asyncio.to_thread(part.write_bytes, picture.data)
            await asyncio.to_thread(part.replace, self.file)
        except OSError as error:
            raise ToolError(f"The file of the {self.name} cannot be written: {error.strerror}") from error
        if self.command:
            process = await asyncio.create_subprocess_exec(*self.command, env=without_secrets())
            if await process.wait():
                raise ToolError(f"The {self.name} does not take the picture")
