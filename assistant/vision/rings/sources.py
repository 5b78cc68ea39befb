"""How a camera's URL is opened, and what its failures mean in words."""

from __future__ import annotations

import errno
import select
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import av.error

from assistant.redaction import REDACTION
from assistant.vision.rings.snapshots import Snapshots

OPEN_SECONDS, READ_SECONDS = 5.0, 4.0
"""Both take about twice as long before they raise; the age of the last picture tells earlier."""
MOST_PIXELS = 8192 * 4320
ONE_PICTURE = "jpeg_pipe"
LIVE_FORMATS = "rtsp,sdp,mpjpeg,mjpeg,mpegts,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,flv,h264,hevc"
"""What is asked over http is a stream: a playlist could name anything in the house."""
NETWORK = "rtsp,rtsps,rtp,tcp,tls,udp,http,https,httpproxy,crypto"
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")
"""One that hangs would keep the camera from the next ring process."""
PI_PROGRAMS = ("rpicam-vid", "libcamera-vid")
PI_FPS = "10"
PI_CAMERA = (
    f"--nopreview --timeout 0 --codec h264 --inline --width 1280 --height 720 --framerate {PI_FPS} "
    "--intra 20 --output -"
)
NO_PI_CAMERA = "rpicam-vid shows no picture: see what rpicam-vid --list-cameras says"


@dataclass(frozen=True)
class Source:
    """A camera as the ring process is told of it. ``url`` may hold a password: it is never shown."""

    name: str
    url: str = field(repr=False)
    seconds: float = 60.0
    max_bytes: int = 32 * 2**20
    microphone: bool = True
    headers: str = field(default="", repr=False)

    @property
    def live(self) -> bool:
        """Whether its end means that the camera has gone; a file begins anew."""
        return not self.url.startswith("file:")


class Unfit(ValueError):
    """What is there is no camera for us; the text says why."""


class Opened:
    """An open camera; closes everything that it took."""

    def __init__(self, container: Any, program: subprocess.Popen[bytes] | None = None) -> None:
        self.container = container
        self._program = program

    def close(self) -> None:
        """Let go of it."""
        with suppress(av.error.FFmpegError, OSError):
            self.container.close()
        if self._program is not None:
            _ended(self._program)


def opened(source: Source) -> Opened:
    """Open it; blocks for at most about ten seconds; raises what `_opened` raises.

    A camera that takes the call and says nothing is told by FFmpeg as one that talks nonsense.
    """
    begun = time.monotonic()
    try:
        return _opened(source)
    except av.error.InvalidDataError as error:
        if source.live and time.monotonic() - begun > READ_SECONDS * 0.9:
            raise TimeoutError("it does not answer") from error
        raise


def _opened(source: Source) -> Opened:
    """Open it.

    Raises:
        av.error.FFmpegError: it cannot be opened.
        OSError: nobody is there.
        Unfit: it is no camera that we know.
    """
    scheme = source.url.partition(":")[0].lower()
    options = {"probesize": "500000", "analyzeduration": "1000000", "protocol_whitelist": NETWORK}
    timeout = (OPEN_SECONDS, READ_SECONDS)
    match scheme:
        case "rtsp" | "rtsps":
            options |= {"rtsp_transport": "tcp", "timeout": str(int(READ_SECONDS * 1e6))}
            if not source.microphone:
                options["allowed_media_types"] = "video"
            return _checked(Opened(av.open(source.url, options=options, timeout=timeout)))
        case "http" | "https":
            # Whoever sends us elsewhere would have us ask any machine of the house, and show it our token.
            options["max_redirects"] = "0"
            if source.headers:
                options["headers"] = source.headers
            return _checked(Opened(_streamed(source.url, options, timeout)))
        case "v4l2":
            return _checked(Opened(_device(source.url.removeprefix("v4l2:"))))
        case "file":
            options = {
                "protocol_whitelist": "file,crypto",
                "format_whitelist": LIVE_FORMATS + ",avi,mpeg,asf",
            }
            return _checked(Opened(av.open(source.url.removeprefix("file:"), options=options)))
        case "rpicam":
            return _pi_camera()
    raise Unfit(f"{scheme}: is no kind of camera that I know")


def _streamed(url: str, options: dict[str, str], timeout: tuple[float, float]) -> Any:
    """What is behind an address of the web: a stream, or one picture for each time that it is asked."""
    known = options | {"format_whitelist": f"{LIVE_FORMATS},{ONE_PICTURE}"}
    try:
        container = av.open(url, options=known, timeout=timeout)
        if container.format.name != ONE_PICTURE:
            return container
        container.close()
    except av.error.ArgumentError:
        pass  # for FFmpeg, a name that ends in .jpg is a file; if it is none, that is told below
    pictures = Snapshots(url, options, timeout)
    return av.open(pictures, format="mpjpeg", options={"probesize": "32"})


def _device(path: str) -> Any:
    """A camera of this machine; asked for JPEG, for what it sends uncompressed fills the ring in seconds."""
    if not Path(path).exists():
        raise Unfit(f"there is no {path}: is the camera plugged in?")
    with suppress(av.error.FFmpegError, OSError):
        return av.open(path, format="v4l2", options={"input_format": "mjpeg"})
    try:
        return av.open(path, format="v4l2")
    except PermissionError as error:
        raise Unfit(f"{path} must not be opened by this user: add it to the group video") from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise Unfit(f"{path} is no camera, or another program uses it") from error


def _ended(program: subprocess.Popen[bytes]) -> None:
    program.kill()
    program.wait()
    if program.stdout is not None:
        program.stdout.close()


class _Patient:
    """What a program writes; raises when it writes nothing for a while."""

    def __init__(self, program: subprocess.Popen[bytes]) -> None:
        assert program.stdout is not None
        self._stream, self._begun = program.stdout, False

    def read(self, size: int) -> bytes:
        """What there is; nothing at its end."""
        if not select.select([self._stream], [], [], 2 * READ_SECONDS)[0]:
            raise TimeoutError("it shows nothing any more")
        data = self._stream.read(size)
        if not data and not self._begun:
            raise Unfit(NO_PI_CAMERA)
        self._begun = True
        return data


def _pi_camera() -> Opened:
    """The camera of a Raspberry Pi, through the program that comes with its system."""
    program = next(filter(None, map(shutil.which, PI_PROGRAMS)), None)
    if program is None:
        raise Unfit(
            "there is no program rpicam-vid here: on a Raspberry Pi, apt install rpicam-apps brings it"
        )
    # Unbuffered: else a picture waits for the next ones to fill a buffer.
    command = [*(DIES_WITH_US if shutil.which(DIES_WITH_US[0]) else ()), program, *PI_CAMERA.split()]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
    try:
        options = {"probesize": "500000", "analyzeduration": "1000000", "framerate": PI_FPS}
        return _checked(Opened(av.open(_Patient(running), format="h264", options=options), running))
    except (av.error.FFmpegError, OSError, ValueError) as error:
        _ended(running)
        if isinstance(error, Unfit):
            raise
        raise Unfit(NO_PI_CAMERA) from error


def _checked(found: Opened) -> Opened:
    """Refuse what would eat the machine before a picture of it is decoded."""
    video = found.container.streams.video
    if not video:
        found.close()
        raise Unfit("it sends no pictures")
    pixels = video[0].codec_context.width * video[0].codec_context.height
    if pixels > MOST_PIXELS:
        found.close()
        raise Unfit(f"its pictures are too large ({pixels // 1_000_000} megapixels)")
    return found


def in_words(error: BaseException) -> str:
    """What a failure means; ends a sentence such as "the front door: ..."."""
    known: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
        (
            (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError),
            "it refuses the user name or the password",
        ),
        (av.error.HTTPNotFoundError, "there is no such stream: check the end of its address"),
        (av.error.HTTPTooManyRequestsError, "it is asked too often"),
        (av.error.HTTPServerError, "its server has no picture of it now"),
        ((av.error.HTTPClientError, av.error.HTTPError), "its server does not give what is asked for"),
        (ConnectionRefusedError, "nothing listens at its address"),
        ((TimeoutError, av.error.ExitError), "it does not answer"),
        (FileNotFoundError, "there is no such file, device or program"),
        (PermissionError, "it must not be opened by this user"),
        (Unfit, ""),
        ((av.error.InvalidDataError, ValueError), "what it sends is no video that I can read"),
    )
    for kind, words in known:
        if isinstance(error, kind):
            return words or REDACTION.shown(str(error))
    if isinstance(error, OSError) and error.errno == errno.EIO:
        return "it breaks off, or sends us to another address, where we do not go: write that address itself"
    if isinstance(error, OSError) and error.errno in (101, 113):
        return "there is no way to its address"
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"it cannot be opened ({REDACTION.shown(text)[:100]})"
