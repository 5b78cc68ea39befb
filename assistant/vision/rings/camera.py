"""One camera: a thread that reads it into its ring and connects again when it is gone."""

from __future__ import annotations

import random
import threading
import time
from fractions import Fraction
from typing import Any

import av
import av.error

from assistant.vision.rings.parameters import sequence_set
from assistant.vision.rings.ring import JUMP_SECONDS, LONG_GROUP_SECONDS, MICRO, Cut, Packet, Ring
from assistant.vision.rings.sources import Opened, Source, in_words, opened
from assistant.vision.rings.templates import Templates, wanted
from assistant.vision.rings.times import timed

RETRY_SECONDS = (0.5, 1, 2, 4, 8, 15, 30)
BACK_SECONDS = 0.5
"""Pictures may come a little out of order; more is a clock that was put back."""
LATE_SECONDS = 2.0
"""What was held up is caught up with within that."""
DRIFT = 0.001
"""So much slower than ours a camera's clock may be."""
SILENT_SECONDS = 3.0
"""Without a picture for so long, a camera is not shown as live."""
INTRA_FPS = 5
"""Cameras that send whole pictures only are kept at most so often a second."""
FILM_JUMP_SECONDS = 60.0
"""A film whose next picture is further off than that has a clock that begins, or goes on, elsewhere."""
BEFORE_MICRO, AFTER_MICRO, REORDERED_MICRO = 20_000, 1000, 5_000_000
"""A picture of which nobody tells when it is to be decoded comes right before it is shown, or behind the one
before it, but not so much earlier than it is shown."""
CHANGE_SECONDS = 60.0
"""A camera whose pictures change all the time is connected to anew no more often."""
WHOLE_PICTURES = ("mjpeg", "png", "rawvideo")


class Changed(ValueError):
    """The camera sends other pictures than it did: what was learnt of them at the beginning does not fit."""


class Camera:
    """Reads for ever, on a thread of its own; what others ask is answered under its lock."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._ring = Ring(source.seconds, source.max_bytes)
        self._lock = threading.Lock()
        self._gone = threading.Event()
        self._private = False
        self._state, self._why = "connecting", ""
        self._last_at: float | None = None
        self._since = time.monotonic()
        self._codec = self._size = self._sound = ""
        self._pictures = 0
        self._changed_at: float | None = None

    def run(self) -> None:
        """Read, and connect again after 0.5, 1, 2 ... 30 s; ends with the process or `leave`."""
        failures = 0
        while not self._gone.is_set():
            try:
                pictures = self._pictures
                self._session()
                why = "it has ended the stream"
            except Changed:
                self._changed_at = time.monotonic()
                continue
            except (av.error.FFmpegError, OSError, ValueError) as error:
                why = in_words(error)
            if self._pictures - pictures > 10:
                failures = 0
            self._told("away", why)
            wait = RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)] * random.uniform(0.8, 1.2)
            failures += 1
            if not self.source.live and why == "it has ended the stream":
                wait = 0.0
            self._gone.wait(wait)

    def minds_change(self) -> bool:
        """Whether it is connected to anew when its pictures become others."""
        return self._changed_at is None or time.monotonic() - self._changed_at > CHANGE_SECONDS

    def leave(self) -> None:
        """End soon."""
        self._gone.set()

    def private(self, on: bool) -> None:
        """During private time nothing is kept, and what was is forgotten."""
        with self._lock:
            self._private = on
            if on:
                self._ring.clear()

    def _told(self, state: str, why: str = "") -> None:
        with self._lock:
            if (state, why) != (self._state, self._why):
                self._state, self._why, self._since = state, why, time.monotonic()

    def _session(self) -> None:
        """One connection, until it ends or fails."""
        found = opened(self.source)
        try:
            _Reading(self, found, self.source).run()
        finally:
            found.close()

    def begun(self, templates: Templates) -> None:
        """A connection has shown its first pictures."""
        video = templates.video.codec_context
        with self._lock:
            self._ring.begin(templates, templates.kind)
            self._codec, self._size = video.name, f"{video.width}x{video.height}"
            self._sound = templates.audio.codec_context.name if templates.audio else ""
        self._told("live")

    def took(self, packet: Packet, at: float, *, jumped: bool) -> bool:
        """Keep a packet; False when the camera is not wanted any more."""
        with self._lock:
            if not self._private:
                if jumped:
                    self._ring.jumped()
                self._ring.add(packet, at)
            if not packet.audio:
                self._last_at = at
                self._pictures += 1
        return not self._gone.is_set()

    def cut(self, begin: float, end: float) -> Cut | None:
        """Packets of a span, by our monotonic clock."""
        with self._lock:
            return self._ring.cut(begin, end)

    def shown(self) -> dict[str, Any]:
        """How it is, for the daemon."""
        now = time.monotonic()
        with self._lock:
            age = None if self._last_at is None else now - self._last_at
            state = self._state
            if self._private:
                state = "private"
            elif state == "live" and age is not None and age > SILENT_SECONDS:
                state = "silent"
            since = self._ring.since
            return {
                "name": self.source.name,
                "state": state,
                "why": "its picture stands still" if state == "silent" else self._why,
                "since_s": round(now - self._since, 1),
                "last_frame_s": None if age is None else round(age, 2),
                "codec": self._codec,
                "size": self._size,
                "sound": self._sound,
                "gop_s": round(self._ring.longest_group, 2),
                "ring_s": 0.0 if since is None else round((self._last_at or now) - since, 1),
                "ring_mb": round(self._ring.size / 2**20, 2),
                "warning": self._warning(),
            }

    def _warning(self) -> str:
        if self._ring.overflowed:
            return "its pictures between two key pictures are more than max_mb: raise it, or shorten the GOP"
        if self._ring.longest_group > LONG_GROUP_SECONDS:
            return "its key pictures are far apart: clips begin early; shorten the GOP, or turn H.264+ off"
        return ""


class _Reading:
    """One connection's packets on their way into the ring."""

    def __init__(self, camera: Camera, found: Opened, source: Source) -> None:
        self._camera, self._container, self._source = camera, found.container, source
        self._streams = wanted(found.container)
        if not source.microphone:
            self._streams = self._streams[:1]
        self._video = self._streams[0]
        self._whole = self._video.codec_context.name in WHOLE_PICTURES
        self._codec, beforehand = self._video.codec_context.name, self._video.codec_context.extradata or b""
        if beforehand[:1] == b"\x01":
            self._codec = ""  # with lengths in place of start codes, the sets stand nowhere else
        self._set, self._set_beforehand = b"", sequence_set(self._codec, bytes(beforehand))
        self._lag: float | None = None
        self._late_since: float | None = None
        self._bases: dict[bool, Fraction] = {}
        """Of sound (True) and pictures; to ask each packet makes a fraction anew, a tenth of all our work."""
        self._dts = -(10**15)
        self._kept_at = 0.0
        self._last = -1e12
        self._begun_at = time.monotonic()

    def run(self) -> None:
        """Until the camera ends."""
        first: list[Any] = []
        packets = self._container.demux(self._streams)
        for packet in timed(packets, self._video, live=self._source.live):
            if packet.pts is None or packet.size == 0 or packet.is_corrupt:
                continue
            if self._lag is None and not first and not (packet.is_keyframe and packet.stream is self._video):
                continue
            if self._lag is None:
                first.append(packet)
                if packet.stream is self._video and (self._whole or len(first) > 1):
                    self._camera.begun(Templates(self._container, first))
                    for each in first:
                        self._keep(each)
            elif not self._keep(packet):
                return

    def _keep(self, packet: Any) -> bool:
        at = self._paced(packet)
        audio = packet.stream is not self._video
        if self._whole and not audio:
            if at - self._kept_at < 1 / INTRA_FPS - 0.01:
                return True
            self._kept_at = at
        base = self._bases.get(audio) or self._bases.setdefault(audio, packet.time_base)
        pts = packet.pts * base.numerator * MICRO // base.denominator
        dts = (
            self._order(pts)
            if packet.dts is None
            else packet.dts * base.numerator * MICRO // base.denominator
        )
        self._dts = self._dts if audio else dts
        if self._whole and not audio and self._source.live:
            pts = dts = round(at * MICRO)  # pictures one by one bear no times but those that FFmpeg makes up
        jumped = not audio and self._jumped(pts / MICRO, dts / MICRO, at)
        at = min(at, pts / MICRO + (self._lag or 0.0)) if not audio else at
        kept = Packet(bytes(packet), pts, dts, packet.is_keyframe, audio)
        if kept.key and not audio:
            self._compare(kept.data)
        return self._camera.took(kept, at, jumped=jumped)

    def _order(self, pts: int) -> int:
        """When a picture is to be decoded that tells only when it is shown: in Matroska those are the first
        ones, where others hang on later ones."""
        if self._last < -1e11:
            return pts - BEFORE_MICRO
        return min(pts, max(self._dts + AFTER_MICRO, pts - REORDERED_MICRO))

    def _compare(self, data: bytes) -> None:
        """Raises Changed where a key picture is of another size than those before it.

        Some cameras send the parameter sets with the description of the stream, and then only with a change.
        """
        found = sequence_set(self._codec, data)
        self._set = self._set or found or self._set_beforehand
        if found and found != self._set and self._camera.minds_change():
            raise Changed

    def _paced(self, packet: Any) -> float:
        """When it came; a file is read at the pace at which it was filmed."""
        now = time.monotonic()
        if self._source.live:
            return now
        taken = float(packet.pts * packet.time_base)
        if abs(self._begun_at + taken - now) > FILM_JUMP_SECONDS:
            self._begun_at = now - taken
        due = self._begun_at + taken
        if due > now:
            time.sleep(min(due - now, 5.0))
        return time.monotonic()

    def _behind(self, late: float, at: float) -> bool:
        """Whether the camera's clock stood still: what was only held up on the way is soon caught up with."""
        if late <= JUMP_SECONDS:
            self._late_since = None
            return False
        if self._late_since is None:
            self._late_since = at
        return at - self._late_since > LATE_SECONDS

    def _jumped(self, taken: float, decoded: float, at: float) -> bool:
        """Whether the camera's clock was set; also learns how far it is behind ours.

        Pictures are taken in another order than that in which they come and are ``decoded``.

        What comes late was not taken late: the quickest way of late tells when. FFmpeg even keeps the last
        picture back until it gives the camera up, seconds later.
        """
        lag, before = at - taken, self._lag
        back = decoded < self._last - BACK_SECONDS
        jumped = before is not None and (
            back or lag < before - JUMP_SECONDS or self._behind(lag - before, at)
        )
        if before is None or jumped:
            self._lag, self._late_since = lag, None
        else:
            self._lag = min(lag, before + DRIFT * max(0.0, decoded - self._last))
        self._last = decoded
        return jumped
