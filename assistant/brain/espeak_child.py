"""espeak-ng in a process of its own: words in, sound or phonemes out.

Run as `python -m assistant.brain.espeak_child`. One JSON object per line on stdin:
``{"say": text, "rate": words a minute}`` or ``{"ipa": [words], "voice": name}``. Answers on stdout are
blocks of a 4-byte little-endian length and that many bytes: PCM (mono s16le at the rate that the first
block tells) or UTF-8 JSON; an empty block ends each answer. The library is GPL: it is never loaded
into the assistant itself.
"""

from __future__ import annotations

import ctypes
import json
import os
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

SYNCHRONOUS = 2
UTF8 = 1
IPA = 2
RATE_PARAMETER = 1
SLOWEST, FASTEST = 80, 450

Heard = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def block(out: BinaryIO, payload: bytes) -> None:
    """Write one length-prefixed block at once."""
    try:
        out.write(struct.pack("<I", len(payload)) + payload)
        out.flush()
    except BrokenPipeError:
        os._exit(0)  # the assistant is gone; an exception could not leave the library's callback


class Espeak:
    """The library, with its sound going to a callback."""

    def __init__(self, heard: Callable[[bytes], None]) -> None:
        from espeakng_loader import get_data_path, get_library_path

        self._library = ctypes.CDLL(get_library_path())

        def callback(samples: Any, count: int, _events: Any) -> int:
            if samples and count:
                heard(ctypes.string_at(samples, 2 * count))
            return 0

        self._callback = Heard(callback)
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self.rate = self._library.espeak_Initialize(SYNCHRONOUS, 60, str(get_data_path()).encode(), 0)
        if self.rate <= 0:
            raise SystemExit("espeak-ng did not start")
        self._library.espeak_SetSynthCallback(self._callback)
        self._library.espeak_SetVoiceByName(b"en-us")

    def say(self, text: str, rate: int) -> None:
        """Speak; the callback gets the sound while it is made."""
        data = text.encode()
        self._library.espeak_SetVoiceByName(b"en-us")
        self._library.espeak_SetParameter(RATE_PARAMETER, min(max(rate, SLOWEST), FASTEST), 0)
        self._library.espeak_Synth(data, len(data) + 1, 0, 0, 0, UTF8, None, None)

    def ipa(self, word: str, voice: str) -> str:
        """How a voice would pronounce a word."""
        self._library.espeak_SetVoiceByName(voice.encode())
        rest = ctypes.c_char_p(word.encode())
        found: list[str] = []
        while rest.value:
            spoken = self._library.espeak_TextToPhonemes(ctypes.byref(rest), UTF8, IPA)
            found.append((spoken or b"").decode())
        return " ".join(found)


def main() -> int:
    """Answer requests until stdin closes."""
    out = sys.stdout.buffer
    espeak = Espeak(lambda sound: block(out, sound))
    block(out, json.dumps({"rate": espeak.rate}).encode())
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if "ipa" in request:
            answer = {word: espeak.ipa(word, request.get("voice", "en-us")) for word in request["ipa"]}
            block(out, json.dumps(answer).encode())
        else:
            espeak.say(str(request.get("say", "")), int(request.get("rate", 160)))
        block(out, b"")
    return 0


if __name__ == "__main__":
    sys.exit(main())
