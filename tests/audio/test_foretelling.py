"""What follows from our own voice is told apart from what somebody adds, in the first frames."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
import soxr

from assistant.audio.foretelling import Foreteller
from assistant.audio.interruption import OWN_FRAMES, OWN_LIKENESS, Finding, Interruption
from assistant.audio.levels import level
from assistant.audio.reference import DEEPEST, TwoThirds

FRAMES = 400
random = np.random.default_rng(7)


def speech(seconds: float, rate: int, random: np.random.Generator) -> np.ndarray:
    """Noise in syllables: 200 ms on, 100 ms off."""
    loud = random.standard_normal(round(seconds * rate)) * 3000
    return (loud * (np.arange(len(loud)) % (rate * 3 // 10) < rate // 5)).astype("<i2")


def living_room(
    delay_ms: int = 120, near: dict[int, np.ndarray] | None = None, seed: int = 7
) -> Iterator[tuple[bytes, bytes]]:
    """20 ms after 20 ms: what the speaker gets, and what the microphone hears."""
    random = np.random.default_rng(seed)
    played = speech(FRAMES * 0.02, 24_000, random)
    echo = np.concatenate([np.zeros(delay_ms * 16), soxr.resample(played, 24_000, 16_000) * 0.4])
    for number in range(FRAMES):
        heard = echo[number * 320 : number * 320 + 320] + random.standard_normal(320) * 10
        if near and number in near:
            heard = heard + near[number]
        yield played[number * 480 : number * 480 + 480].tobytes(), heard.astype("<i2").tobytes()


def voice(first: int, frames: int) -> dict[int, np.ndarray]:
    """Somebody as loud as the echo."""
    return {first + number: random.standard_normal(320) * 1200 for number in range(frames)}


def over_db(it: Foreteller, heard: bytes) -> float:
    strange = it.strange(heard)
    return strange.over_db if level(heard) > -40 else -math.inf


@pytest.mark.parametrize("delay_ms", [20, 60, 180, 300])
def test_an_echo_is_foretold_and_a_voice_stands_out_at_once(delay_ms: int) -> None:
    it, over = Foreteller(), []
    for played, heard in living_room(delay_ms, voice(300, 10)):
        it.played(played)
        over.append(over_db(it, heard))
    assert max(over[150:300]) < -10
    assert min(over[300:303]) > -4
    assert max(over[340:]) < -10, "two voices at once spoil nothing that was learnt"


def test_nothing_is_foretold_before_anything_was_played() -> None:
    dbfs, over_db, rest, over_tail_db = Foreteller().strange(bytes(640))
    assert (round(dbfs), over_db, rest, over_tail_db) == (-120, math.inf, bytes(640), math.inf)


class Clocked:
    """A filter whose speaker and microphone come when a test says: seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self.it = Foreteller(lambda: self.now)
        self.over: list[float] = []

    def play(self, at: float, *blocks: bytes) -> None:
        self.now = at
        for block in blocks:
            self.it.played(block)

    def hear(self, at: float, frame: bytes) -> None:
        self.now = at
        self.over.append(over_db(self.it, frame))


@pytest.mark.parametrize(
    ("late", "faults"), [({200: 1}, 0), ({200: 3}, 0), ({200: 3, 260: 2}, 0), ({200: 30}, 33)]
)
def test_a_speaker_that_hands_its_blocks_over_late_is_followed(late: dict[int, int], faults: int) -> None:
    """The card's thread stands still for some frames, then tells all it played at once: only what was to be
    heard before it was told is not foretold."""
    here, kept, held = Clocked(), list[bytes](), 0
    for number, (played, heard) in enumerate(living_room()):
        held = max(late.get(number, 0), held - 1)
        kept.append(played)
        if not held:
            here.play(number * 0.02, *kept)
            kept.clear()
        here.hear(number * 0.02 + 0.01, heard)
    assert max(here.over[150:200]) < -8
    assert max(here.over[200 + faults :]) < -8


@pytest.mark.parametrize("frames", [1, 2, 7])
def test_where_the_speaker_ran_dry_there_was_silence_in_the_room_too(frames: int) -> None:
    here, silence = Clocked(), np.zeros(320 * frames, "<i2").tobytes()
    room = list(living_room())
    air = b"".join(heard for _, heard in room)
    air = air[: 206 * 640] + silence + air[206 * 640 :]  # 120 ms after the card got nothing
    for number in range(FRAMES):
        if number < 200:
            here.play(number * 0.02, room[number][0])
        elif number >= 200 + frames:
            here.play(number * 0.02, room[number - frames][0])
        here.hear(number * 0.02 + 0.01, air[number * 640 : number * 640 + 640])
    assert max(here.over[150:]) < -8


def test_of_two_clocks_that_drift_apart_cause_and_echo_do_too() -> None:
    """Each block is asked for a little later; at last it is only after the frame that it came before."""
    here = Clocked()
    for number, (played, heard) in enumerate(living_room()):
        if number < 200:
            here.play(number * 0.02 + 0.009, played)
        here.hear(number * 0.02 + 0.01, heard)
        if number >= 200:
            here.play(number * 0.02 + 0.011, played)
    assert max(here.over[150:]) < -8


@pytest.mark.parametrize("frames", [5, 12])
def test_what_a_microphone_lost_while_nobody_asked_it_is_left_out_soon(frames: int) -> None:
    here = Clocked()
    for number, (played, heard) in enumerate(living_room()):
        here.play(number * 0.02, played)
        if not 200 <= number < 200 + frames:
            here.hear(number * 0.02 + 0.01, heard)
    assert len(here.it._reference) < 2 * 320
    assert max(here.over[150:200]) < -8
    assert max(here.over[230:]) < -8, "a fifth of a second, and what was in the room"


@pytest.mark.parametrize("blocks", [1, DEEPEST + 5])
def test_what_waits_between_two_clocks_is_left_out(blocks: int) -> None:
    """The card was told more than the microphone had time to hear."""
    here = Clocked()
    for number, (played, heard) in enumerate(living_room()):
        here.play(number * 0.02, played + bytes(960) * (number == 150) * blocks)
        here.hear(number * 0.02 + 0.01, heard)
    assert len(here.it._reference) < 2 * 320
    assert max(here.over[340:]) < -8


def test_24_kHz_become_16_kHz_whatever_the_pieces() -> None:
    sine = (np.sin(np.arange(24_000) * 2 * math.pi * 1000 / 24_000) * 9000).astype("<i2")
    whole = TwoThirds()(sine.tobytes())
    slower = TwoThirds()
    pieces = np.concatenate([slower(piece.tobytes()) for piece in np.split(sine, [1, 3, 500, 980, 9001])])
    assert len(whole) == 16_000
    assert np.allclose(pieces, whole[: len(pieces)], atol=0.1)
    found = np.abs(np.fft.rfft(whole[320:16_000] * np.hanning(15_680)))
    assert np.argmax(found) == 980, "the same 1000 Hz"
    assert np.sqrt(np.mean(whole[320:] ** 2)) == pytest.approx(9000 / math.sqrt(2), rel=0.02)
    hiss = np.sin(np.arange(24_000) * 2 * math.pi * 10_000 / 24_000) * 9000
    assert np.sqrt(np.mean(TwoThirds()(hiss.astype("<i2").tobytes())[320:] ** 2)) < 90, (
        "what 16 kHz can't hold is gone"
    )


def test_a_voice_is_suspected_within_three_frames_and_the_echo_alone_never() -> None:
    found: dict[int, Finding] = {}
    it = Interruption(lambda _frame: True, foreteller := Foreteller())
    for number, (played, heard) in enumerate(living_room(near=voice(300, 40))):
        foreteller.played(played)
        it.listen(heard)
        # A canceller that hides a second voice: only what was foretold can tell.
        hidden = random.integers(-99, 99, 320).astype("<i2").tobytes()
        finding = it.hear(heard, partial(bytes, hidden))
        if finding is not Finding.NOTHING:
            found[number] = finding
    assert found
    first, *_ = found
    assert 300 <= first <= 302
    assert found[first] is Finding.SUSPECTED


def test_our_own_voice_at_another_delay_is_known_for_ours_and_somebody_elses_is_not() -> None:
    it = Foreteller()
    for played, heard in living_room(120):
        it.played(played)
        it.strange(heard)
    lately = np.concatenate(it._lately)
    for later in (220 * 16, 127 * 16, 113 * 16):  # far away, and by less than a frame
        echo = lately[-later - OWN_FRAMES * 320 : -later] * 0.4
        assert it.likeness(echo.astype("<i2").tobytes()) > 2 * OWN_LIKENESS
    known = lately[-120 * 16 - OWN_FRAMES * 320 : -120 * 16] * 0.04
    assert it.likeness(known.astype("<i2").tobytes()) < OWN_LIKENESS, "what a filter leaves of the echo"
    somebody = (random.standard_normal(OWN_FRAMES * 320) * 1200).astype("<i2").tobytes()
    assert it.likeness(somebody) < OWN_LIKENESS / 2
    assert it.likeness(bytes(OWN_FRAMES * 640)) == 0


@pytest.mark.parametrize("moved_ms", [67, 93, 160])
def test_an_echo_that_moves_to_another_place_in_time_stops_nothing_and_is_learnt_anew(moved_ms: int) -> None:
    """The sound card has dropped blocks, or less: what was learnt foretells nothing any more."""
    it = Interruption(lambda frame: level(frame) > -50, foreteller := Foreteller())
    found: list[Finding] = []
    over: list[float] = []
    for (played, before), (_, after) in zip(
        living_room(60, seed=3), living_room(moved_ms, seed=3), strict=True
    ):
        foreteller.played(played)
        heard = before if len(found) < 250 else after
        it.listen(heard)
        found.append(it.hear(heard, partial(bytes, heard)))
        over.append(it._strange.over_db if level(heard) > -40 else -math.inf)
    assert Finding.SUSPECTED in found[250:]
    assert Finding.BELIEVED not in found
    assert max(over[380:]) < -8
