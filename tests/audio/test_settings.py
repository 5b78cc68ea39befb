"""Volume and wake sensitivity: samples made softer, thresholds moved, and the process that obeys."""

from __future__ import annotations

import struct

import pytest

from assistant.audio.listening import WakeWords, threshold
from assistant.audio.messages import EndOfReply, Sensitivity, Volume
from assistant.audio.pipe import HEADER, packed, unpacked
from assistant.audio.settings import scaled

LOUD = struct.pack("<5h", 0, 1000, -1000, 32767, -32768)


@pytest.mark.parametrize(
    ("percent", "samples"),
    [
        (100, (0, 1000, -1000, 32767, -32768)),
        (150, (0, 1000, -1000, 32767, -32768)),
        (50, (0, 500, -500, 16383, -16384)),
        (1, (0, 10, -10, 327, -328)),
        (0, (0, 0, 0, 0, 0)),
        (-5, (0, 0, 0, 0, 0)),
    ],
)
def test_volume_makes_samples_softer_and_never_louder(percent: int, samples: tuple[int, ...]) -> None:
    assert struct.unpack("<5h", scaled(LOUD, percent)) == samples


def test_the_usual_sensitivity_is_the_models_own_threshold() -> None:
    assert threshold(0.97, 50) == 0.97
    assert threshold(0.85, 0) == pytest.approx(0.99)
    assert threshold(0.85, 100) == pytest.approx(0.5)
    steps = [threshold(0.9, percent) for percent in range(101)]
    assert steps == sorted(steps, reverse=True)


def test_sensitivity_decides_whether_the_wake_word_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    wake = WakeWords(["okay_nabu"])
    monkeypatch.setattr(wake._engines["okay_nabu"], "process_streaming_prob", lambda _features: 0.7)
    frames = [bytes(640)] * 20

    def woke() -> bool:
        return any(wake(frame) for frame in frames)

    assert not woke()
    wake.sensitivity = 100
    assert woke()
    wake.sensitivity = 50
    assert not woke()


def test_without_a_wake_word_any_sensitivity_is_taken() -> None:
    wake = WakeWords([])
    wake.sensitivity = 100
    assert wake(bytes(640)) == ""


@pytest.mark.parametrize("message", [Volume(30), Sensitivity(70), EndOfReply(follow_up=False)])
def test_the_orders_survive_the_pipe(message: Volume | Sensitivity | EndOfReply) -> None:
    raw = packed(message)
    code, _ = HEADER.unpack(raw[: HEADER.size])
    assert unpacked(code, raw[HEADER.size :]) == message
