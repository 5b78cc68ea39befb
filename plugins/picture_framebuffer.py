"""This machine's own monitor, without a desktop, by its framebuffer: picture_framebuffer: {name: tv}.

`device` is /dev/fb0 unless you say so; size, colours and turn are the kernel's (or `rotate: 90`).
The user needs the group `video`, and the console should be still: `systemctl disable getty@tty1`,
`consoleblank=0` and `vt.global_cursor_default=0` on the kernel's line.
"""

from pathlib import Path
from typing import ClassVar

from assistant.api.pictures import Display, Framebuffer


class PictureFramebuffer(Display):
    """Write each picture into the memory of the screen."""

    device: Path = Path("/dev/fb0")
    about: Path | None = None
    rotate: int = -1
    forgets: ClassVar[bool] = True

    @property
    def medium(self) -> Framebuffer:
        """The kernel knows its size, its colours and its turn."""
        return Framebuffer(self.device, self.about)
