"""Who talks to us beside a television: the sentence ends when they do, and the television begins none."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from assistant.audio.ears import Ears, Echo
from assistant.audio.gate import Gate, GateSettings
from assistant.audio.interruption import Interruption
from assistant.audio.listening import VoiceDetector, WakeWords
from assistant.audio.messages import Frame, FromAudio, GateClosed, GateOpened, SpeechBegan, SpeechStopped
from assistant.audio.mouth import NoMouth
from assistant.audio.nearness import Near
from assistant.audio.recording import frames

pytestmark = pytest.mark.speech

SPEECH = Path(__file__).parents[1] / "data" / "speech"
FRAME_SAMPLES = 320
SECOND = 50
SOFTER_DB = 14.0
"""Than the person: from across the room, as in ``test_living_room``."""


def samples(name: str) -> np.ndarray:
    """A recording without the silence around it."""
    pcm = np.frombuffer(b"".join(frames(SPEECH / f"{name}.wav")), "<i2").astype(np.float32)
    loud = np.flatnonzero(np.abs(pcm) > 200)
    return pcm[loud[0] : loud[-1]]


def rms(pcm: np.ndarray) -> float:
    return float(np.sqrt(np.mean(pcm**2)))


WAKE, COMMAND = samples("wake_hey_jarvis_pj"), samples("cmd_pj_05")


class Lounge:
    """Ears in a room where somebody else talks all the time."""

    def __init__(self, softer_db: float = SOFTER_DB) -> None:
        near = Near(VoiceDetector())
        gate = Gate(GateSettings(), near, WakeWords(["hey_jarvis"]))
        self.ears = Ears(gate, NoMouth(), Interruption(VoiceDetector()), None, Echo.DEVICE)
        self.ears.near = near
        self.gate = gate
        self.softer_db = softer_db
        self.television = self._programme()

    def _programme(self) -> Iterator[float]:
        wanted = rms(COMMAND) * 10 ** (-self.softer_db / 20)
        talk = [samples(path.stem) for path in sorted(SPEECH.glob("cmd_fl_*.wav"))]
        return cycle(np.concatenate([part * wanted / rms(part) for part in talk]))

    def hears(self, pcm: np.ndarray) -> list[FromAudio]:
        """What a person says, over the television."""
        pcm = np.pad(pcm, (0, -len(pcm) % FRAME_SAMPLES))
        mixed = pcm + np.fromiter(self.television, np.float32, len(pcm))
        told: list[FromAudio] = []
        for block in np.clip(mixed, -32_768, 32_767).astype("<i2").reshape(-1, FRAME_SAMPLES):
            told += self.ears.hear(block.tobytes())
        return told

    def waits(self, seconds: float) -> list[FromAudio]:
        """Nobody but the television."""
        return self.hears(np.zeros(round(seconds * SECOND) * FRAME_SAMPLES, np.float32))


@pytest.mark.parametrize("softer_db", [SOFTER_DB, 20.0])
def test_a_sentence_ends_with_whoever_said_it_though_the_television_goes_on(softer_db: float) -> None:
    lounge = Lounge(softer_db)
    assert lounge.waits(10) == []
    told = lounge.hears(np.concatenate([WAKE, COMMAND])) + lounge.waits(3)
    assert GateOpened("hey_jarvis") in told
    assert told[-2] == SpeechStopped(), "within three seconds"
    seconds = told.count(SpeechStopped()), sum(isinstance(each, Frame) for each in told) / SECOND
    assert seconds[0] == 1
    assert len(COMMAND) / 16_000 <= seconds[1] < len(COMMAND) / 16_000 + 1.5


def test_after_an_answer_the_television_does_not_go_on_with_the_talk() -> None:
    lounge = Lounge()
    lounge.waits(10)
    lounge.hears(np.concatenate([WAKE, COMMAND]))
    lounge.waits(3)
    list(lounge.ears.followed(lounge.gate.follow_up()))
    told = lounge.waits(7)
    assert told == [GateClosed(spoken=False, by="follow-up")], "nothing has left"
    list(lounge.ears.followed(lounge.gate.follow_up()))
    told = lounge.hears(COMMAND) + lounge.waits(3)
    assert told[0] == SpeechBegan()
    assert told[-2] == SpeechStopped(), "who is near goes on"


def test_who_speaks_no_louder_than_the_television_is_heard_nevertheless() -> None:
    lounge = Lounge(softer_db=0)
    lounge.waits(10)
    list(lounge.gate.open("push"))
    assert SpeechBegan() in lounge.hears(COMMAND)


@pytest.mark.parametrize("name", [path.stem for path in sorted(SPEECH.glob("cmd_pj_*.wav"))])
def test_nobody_is_cut_off_because_others_talk_as_loudly(name: str) -> None:
    near = Near(VoiceDetector())
    for frame in frames(SPEECH / "oog_pj_00.wav"):
        near.around(frame)
    for frame in frames(SPEECH / "wake_hey_jarvis_pj.wav"):
        near.around(frame)
    near.called()
    spoken = [near(frame) for frame in frames(SPEECH / f"{name}.wav")]
    within = "".join("x" if each else " " for each in spoken).strip()
    assert within
    assert max(map(len, within.split("x"))) * 20 < 300, "no pause that ends a sentence"
