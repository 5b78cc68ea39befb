"""A camera that gives one picture each time it is asked, as the stream of pictures that others send."""

from __future__ import annotations

import time

import av

EVERY_SECONDS = 1.0
"""A model looks at one picture a second; some cameras need half of one to make it."""
LARGEST_PICTURE = 16 * 2**20
MOST_SECONDS = 10.0
"""A camera that sends a picture byte by byte is one that does not answer."""
JPEG = b"\xff\xd8\xff"
PART = b"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"


class Snapshots:
    """What FFmpeg reads as `mpjpeg`. ``options`` and ``timeout`` are those of each request; user and password
    stand in the URL, whether the camera wants them as Basic or as Digest."""

    def __init__(self, url: str, options: dict[str, str], timeout: tuple[float, float]) -> None:
        self._url, self._timeout = url, timeout
        self._options = options | {
            "seekable": "0"
        }  # else a part of each is asked for, which cheap cameras refuse
        self._due = 0.0
        self._left = memoryview(b"")

    def read(self, size: int) -> bytes:
        """Up to so many bytes; asks for the next picture when it is due.

        Raises:
            ValueError: what comes is no JPEG, or too large.
            TimeoutError: it does not end.
            av.error.FFmpegError: nobody is there, or we are not let in.
        """
        if not self._left:
            time.sleep(max(0.0, self._due - time.monotonic()))
            self._due = time.monotonic() + EVERY_SECONDS
            picture = self._asked()
            self._left = memoryview(PART % len(picture) + picture + b"\r\n")
        piece, self._left = self._left[:size], self._left[size:]
        return bytes(piece)

    def _asked(self) -> bytes:
        picture, until = bytearray(), time.monotonic() + MOST_SECONDS
        with av.open(self._url, format="data", options=self._options, timeout=self._timeout) as answer:
            for packet in answer.demux():
                picture += bytes(packet)
                if len(picture) > LARGEST_PICTURE:
                    raise ValueError("a picture of more than 16 megabytes")
                if time.monotonic() > until:
                    raise TimeoutError("the picture does not end")
        if not picture.startswith(JPEG):
            raise ValueError("no JPEG")
        return bytes(picture)
