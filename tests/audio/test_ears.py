"""Interruptions, the echo, and who said the wake word: what the ears make of each frame."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from assistant.audio.canceller import EchoCanceller
from assistant.audio.ears import SIGN_FRAMES, TOGETHER, Ears, Echo, OwnWords
from assistant.audio.foretelling import Foretells, Strange
from assistant.audio.gate import Gate, GateSettings
from assistant.audio.interruption import AFRAID_FRAMES, BEFORE_FRAMES, DOUBT_FRAMES, Finding, Interruption
from assistant.audio.levels import level
from assistant.audio.messages import Frame, FromAudio, GateClosed, GateOpened, SpeechBegan
from assistant.audio.mouth import Mouth

random = np.random.default_rng(7)
NOISE = [(random.standard_normal(320) * 3).astype("<i2").tobytes() for _ in range(100)]
VOICE = (np.sin(np.arange(320) / 5) * 8000).astype("<i2").tobytes()
OTHER_VOICE = (np.sin(np.arange(320) / 7) * 8000).astype("<i2").tobytes()
CLATTER = (random.standard_normal(320) * 6000).astype("<i2").tobytes()
WAKE = (np.sin(np.arange(320) / 9) * 9000).astype("<i2").tobytes()
SECOND = bytes(48_000)


class Passing:
    """A canceller of a perfect room: what the test says is left is left."""

    def __init__(self) -> None:
        self.left: bytes | None = None
        self.asked = 0

    def played(self, pcm: bytes) -> None:
        pass

    def cleaned(self, frame: bytes) -> bytes:
        self.asked += 1
        return frame if self.left is None else self.left


class Foretold:
    """A filter that knows the room: all that is heard follows from what we say, but for what a test says."""

    over_db = -20.0

    def played(self, pcm: bytes) -> None:
        pass

    def strange(self, frame: bytes) -> Strange:
        return Strange(level(frame), self.over_db, frame, self.over_db)

    def likeness(self, rest: bytes) -> float:
        return 0.0

    def unlearn(self) -> None:
        pass


class Here:
    def __init__(
        self, echo: Echo = Echo.CANCELLED, foretells: Foretells | None = None, *, always: bool = False
    ) -> None:
        self.now = 0.0
        self.mouth, self.canceller = Mouth(lambda: self.now), Passing()
        self.gate = Gate(
            GateSettings(window_ms=600, always=always), self._speech, lambda frame: "alexa" * (frame == WAKE)
        )
        interruption = Interruption(self._speech, foretells)
        self.ears = Ears(self.gate, self.mouth, interruption, self.canceller, echo)
        self.said: list[FromAudio] = []

    @staticmethod
    def _speech(frame: bytes) -> bool:
        return frame in (VOICE, OTHER_VOICE, WAKE)

    def hear(self, *frames: bytes) -> list[FromAudio]:
        """The speaker plays 20 ms for each frame; what the ears told."""
        told: list[FromAudio] = []
        for frame in frames:
            self.now += 0.02
            self.mouth.pull(480)
            told += self.ears.hear(frame)
        return told

    def speak(self) -> None:
        self.mouth.play((np.ones(24_000 * 5) * 3000).astype("<i2").tobytes())
        self.hear(*NOISE[:60])


def sounds(mouth: Mouth) -> bool:
    return any(mouth.pull(480)) and any(mouth.pull(480))


def test_speech_over_the_answer_is_silence_within_three_frames_and_an_utterance_from_its_beginning() -> None:
    here = Here()
    here.speak()
    assert here.hear(VOICE, VOICE) == []
    here.mouth.pull(480)
    assert not sounds(here.mouth), "suspected: silent already"
    told = here.hear(*[VOICE] * 15)
    assert told[:2] == [GateOpened("voice"), SpeechBegan()]
    assert sum(message == Frame(VOICE) for message in told) == 17, "no frame of it is lost"
    assert sum(isinstance(message, Frame) for message in told) <= 17 + BEFORE_FRAMES, "docs/privacy.md (P2)"
    assert here.mouth.left() < 1
    assert here.ears.drops_speech
    here.ears.told_to_forget()
    assert not here.ears.drops_speech


def test_a_cough_is_a_short_pause_and_nothing_is_lost() -> None:
    here = Here()
    here.speak()
    before = here.mouth.played
    assert here.hear(CLATTER, CLATTER, CLATTER, *NOISE[:DOUBT_FRAMES]) == []
    assert here.mouth.taken == here.mouth.played
    assert sounds(here.mouth), "it goes on"
    assert here.mouth.played - before < 960 * 12
    paused = here.mouth.played
    here.hear(CLATTER, CLATTER, *NOISE[: AFRAID_FRAMES // 2])
    assert here.mouth.played > paused + 960 * 10, "the next cough within a second is not even noticed"


def test_muting_between_two_syllables_does_not_silence_the_answer() -> None:
    here = Here()
    here.speak()
    here.hear(VOICE, VOICE)
    list(here.ears.followed(here.gate.mute(True)))
    here.hear(*NOISE[:2])
    assert sounds(here.mouth)
    here = Here()
    here.speak()
    list(here.ears.followed(here.gate.open("push")))
    assert not sounds(here.mouth) or not sounds(here.mouth)
    list(here.ears.followed(here.gate.mute(True)))
    assert sounds(here.mouth)


def test_what_the_canceller_took_out_was_our_own_voice() -> None:
    here = Here()
    here.speak()
    here.canceller.left = NOISE[0]
    assert here.hear(*[VOICE] * 100) == []
    assert sounds(here.mouth)


def test_until_the_canceller_has_learnt_the_room_nobody_is_suspected() -> None:
    here = Here()
    here.mouth.play((np.ones(24_000 * 5) * 3000).astype("<i2").tobytes())
    assert here.hear(*[VOICE] * 80) == []
    assert sounds(here.mouth)
    here.canceller.left = NOISE[0]
    here.hear(*[VOICE] * 50)
    here.canceller.left = None
    assert GateOpened("voice") in here.hear(*[VOICE] * 25)


def test_a_television_that_was_there_before_stays_in_the_background() -> None:
    here = Here()
    here.hear(*[VOICE] * 100)
    here.speak()
    assert here.hear(*[VOICE] * 100) == []
    assert sounds(here.mouth)


def test_a_bang_while_the_television_talks_is_not_a_person() -> None:
    soft = (np.sin(np.arange(320) / 5) * 800).astype("<i2").tobytes()
    it = Interruption(lambda _frame: True)
    for frame in NOISE[:60]:
        it.hear(frame, frame)
    for _ in range(500):
        it.around(soft)
    found = [it.hear(frame, frame) for frame in [CLATTER] * 4 + [soft] * DOUBT_FRAMES]
    assert [each for each in found if each is not Finding.NOTHING] == [Finding.SUSPECTED, Finding.DISMISSED]


def test_without_a_canceller_only_the_wake_word_interrupts() -> None:
    here = Here(Echo.HALF_DUPLEX)
    here.speak()
    assert here.hear(*[VOICE] * 50) == []
    assert here.hear(WAKE) == [GateOpened("alexa")]
    here.mouth.pull(480)
    assert not sounds(here.mouth)


def test_the_wake_word_silences_the_answer_and_it_goes_on_when_nobody_says_more() -> None:
    here = Here()
    here.speak()
    left = here.mouth.left()
    assert here.hear(WAKE) == [GateOpened("alexa")]
    assert here.hear(*NOISE[:30])[-1] == GateClosed(False, "alexa")
    assert here.mouth.left() > left - 0.1
    assert sounds(here.mouth)


def test_muted_nobody_interrupts() -> None:
    here = Here()
    here.speak()
    list(here.gate.mute(True))
    assert here.hear(*[VOICE] * 50) == []
    assert sounds(here.mouth)


def test_p2_what_was_said_before_it_was_muted_does_not_leave_when_somebody_interrupts_afterwards() -> None:
    here = Here()
    here.speak()
    private = CLATTER
    here.hear(private)
    list(here.gate.mute(True))
    here.hear(*NOISE[:20])
    list(here.gate.mute(False))
    told = here.hear(*[VOICE] * 20)
    assert Frame(VOICE) in told
    assert Frame(private) not in told


def test_a_sign_is_given_to_those_who_wait_for_it_only() -> None:
    here = Here()
    here.ears.signs = True
    here.hear(*NOISE[:10], WAKE, *NOISE[: SIGN_FRAMES - 3])
    assert not sounds(here.mouth)
    here.hear(*NOISE[:2])
    assert sounds(here.mouth)
    here = Here()
    here.ears.signs = True
    here.hear(*NOISE[:10], WAKE, *[VOICE] * 40)
    assert not sounds(here.mouth)


def test_who_calls_again_is_not_told_that_nobody_spoke() -> None:
    here = Here()
    here.ears.signs = True
    here.hear(WAKE, *NOISE[:SIGN_FRAMES], *NOISE[:10])
    assert here.hear(WAKE) == [GateClosed(False, "alexa"), GateOpened("alexa")]
    assert not sounds(here.mouth), "the sound of the end, into the next words"
    assert here.hear(*NOISE[:30])[-1] == GateClosed(False, "alexa")
    assert sounds(here.mouth)


@pytest.mark.parametrize("echo", [Echo.CANCELLED, Echo.HALF_DUPLEX])
def test_who_speaks_into_the_sign_loses_no_word_and_is_answered(echo: Echo) -> None:
    here = Here(echo)
    here.ears.signs = True
    here.hear(*NOISE[:10], WAKE, *NOISE[: SIGN_FRAMES - 1])
    assert here.mouth.sounding
    told = here.hear(*[VOICE] * 20)
    assert sum(message == Frame(VOICE) for message in told) == 20
    assert not here.ears.drops_speech, "a sign is no answer whose rest nobody wants"


def test_where_another_room_is_listened_to_the_next_answer_is_heard() -> None:
    here = Here()
    here.speak()
    here.hear(*[VOICE] * 15)
    assert here.ears.drops_speech
    list(here.ears.refused(""))
    assert not here.ears.drops_speech


@pytest.mark.parametrize("echo", [Echo.CANCELLED, Echo.HALF_DUPLEX])
def test_where_no_wake_word_is_needed_the_answer_is_heard_and_not_by_ourselves(echo: Echo) -> None:
    here = Here(echo, always=True)
    assert here.hear(*NOISE[:10]) == [GateOpened("always")]
    assert here.hear(*[VOICE] * 10, *NOISE[:30])[-1] == GateOpened("always")
    here.mouth.play((np.ones(24_000) * 3000).astype("<i2").tobytes())
    told = here.hear(*NOISE[:10], *[VOICE] * 40)
    assert told == [GateClosed(False, "always")], "our own voice, which the canceller has not learnt yet"
    assert here.mouth.left() < 0.3
    assert here.hear(*NOISE[:60]) == [GateOpened("always")]


def test_where_no_wake_word_is_needed_who_speaks_over_the_answer_is_heard() -> None:
    here = Here(always=True)
    here.hear(*NOISE[:10])
    here.speak()
    told = here.hear(*[VOICE] * 20)
    assert told[:2] == [GateOpened("voice"), SpeechBegan()]
    assert here.mouth.left() < 1


OWN_NAME = b"\x10\x20" * 480


def own_words() -> OwnWords:
    """Whatever is no silence is, when we have said it, our name."""
    return OwnWords(lambda frame: "alexa" * (frame == WAKE), lambda pcm: "alexa" * (level(pcm) > -60))


def test_the_wake_word_that_we_say_ourselves_is_nobodys() -> None:
    words = own_words()
    assert words(WAKE) == "alexa"
    for _ in range(60):
        assert words(NOISE[0]) == ""
    words.speaks(OWN_NAME)
    assert [words(NOISE[0]), words(WAKE), words(WAKE)] == ["", "", ""]
    for _ in range(70):
        words(NOISE[0])
    assert words(WAKE) == "alexa"


def test_whoever_calls_while_we_say_something_else_is_heard() -> None:
    words = own_words()
    for _ in range(10):
        words.speaks(bytes(960))
        words(NOISE[0])
    assert words(WAKE) == "alexa"


def our_own_voice() -> Here:
    """Nothing is heard but it, and the filter has learnt that."""
    here = Here(foretells=Foretold())
    here.mouth.play((np.ones(24_000 * 9) * 3000).astype("<i2").tobytes())
    here.canceller.left = NOISE[0]
    here.hear(*[CLATTER] * 120)
    list(here.ears.settled())
    return here


def test_while_it_hears_only_itself_the_gate_gets_some_frames_at_once_and_the_canceller_rests() -> None:
    here, heard = our_own_voice(), []
    asked = here.canceller.asked
    here.gate._hears_wake = lambda frame: heard.append(frame) or ""  # type: ignore[func-returns-value]
    some = [random.integers(-9000, 9000, 320, "<i2").tobytes() for _ in range(4 * TOGETHER)]
    for number, frame in enumerate(some, 1):
        assert here.hear(frame) == []
        assert heard == some[: number // TOGETHER * TOGETHER], (
            "without what the filter explains: nothing here"
        )
    assert here.canceller.asked == asked
    assert not here.ears.cancels


def test_where_a_filter_explains_little_the_canceller_is_asked_too() -> None:
    here = Here(foretells=(filter := Foretold()))
    filter.over_db = -9.0
    here.mouth.play((np.ones(24_000 * 9) * 3000).astype("<i2").tobytes())
    here.hear(*[CLATTER] * 120)
    assert here.canceller.asked == 120, "every frame of our own voice"
    assert here.ears.cancels


def test_who_speaks_meanwhile_is_looked_at_with_the_next_frame() -> None:
    here = our_own_voice()
    here.hear(CLATTER)
    here.ears._interruption._foretells.over_db = 5.0  # type: ignore[union-attr]
    assert here.hear(VOICE, VOICE) == []
    here.mouth.pull(480)
    assert not sounds(here.mouth), "suspected"
    told = here.hear(*[VOICE] * 15)
    assert told[:2] == [GateOpened("voice"), SpeechBegan()]
    assert sum(message == Frame(VOICE) for message in told) == 17


@pytest.mark.parametrize("words", range(5, 13))
def test_a_pause_of_whoever_speaks_over_the_answer_is_heard_once(words: int) -> None:
    here = our_own_voice()
    here.ears._interruption._foretells.over_db = 5.0  # type: ignore[union-attr]
    told = here.hear(*[VOICE] * words, NOISE[7], *[VOICE] * 10)
    assert [each for each in told if isinstance(each, Frame)].count(Frame(NOISE[7])) == 1


def test_what_was_heard_before_a_push_does_not_leave_because_of_it() -> None:
    here = our_own_voice()
    assert here.hear(VOICE) == []
    assert list(here.ears.settled()) == []
    told = [*here.ears.followed(here.gate.open("push")), *here.hear(*[OTHER_VOICE] * 3)]
    assert [each for each in told if isinstance(each, Frame)] == [Frame(OTHER_VOICE)] * 3


def slipped(*heard: bytes) -> list[FromAudio]:
    """The card has run dry for a moment: the echo has moved, and the filter foretells nothing of it."""
    here = our_own_voice()
    here.now += 0.03
    here.hear(CLATTER)
    here.ears._interruption._foretells.over_db = 5.0  # type: ignore[union-attr]
    return here.hear(*heard)


def test_after_a_slip_of_the_speaker_what_it_had_left_to_say_is_nobodys() -> None:
    assert slipped(*[VOICE] * 10, *NOISE[:80]) == [], "120 ms of the card, and the room"
    told = slipped(*[VOICE] * 40)
    assert GateOpened("voice") in told, "who goes on is heard"
    assert sum(message == Frame(VOICE) for message in told) == 40, "from the first word on"


@pytest.mark.speech
def test_the_canceller_takes_25_decibels_of_an_echo_out_and_leaves_a_voice() -> None:
    canceller = EchoCanceller()
    far = (random.standard_normal(24_000 * 4) * 3000).astype("<i2")
    near = (random.standard_normal(16_000 * 4) * 10).astype("<i2")
    played = soxr.resample(far, 24_000, 16_000)
    echo = (np.concatenate([np.zeros(1600), played[:-1600]]) * 0.4).astype("<i2")
    heard, left = [], []
    for number in range(200):
        canceller.played(far[number * 480 : number * 480 + 480].tobytes())
        frame = (echo[number * 320 : number * 320 + 320] + near[number * 320 : number * 320 + 320]).tobytes()
        heard.append(level(frame))
        left.append(level(canceller.cleaned(frame)))
    assert np.mean(heard[100:]) - np.mean(left[100:]) > 25
    voices = [(random.standard_normal(320) * 5000).astype("<i2").tobytes() for _ in range(50)]
    alone = [level(canceller.cleaned(frame)) - level(frame) for frame in voices]
    assert np.mean(alone[10:]) > -3


def test_findings_are_told_once() -> None:
    it = Interruption(lambda _frame: False)
    for frame in NOISE[:60]:
        assert it.hear(frame, frame) is Finding.NOTHING
    found = [it.hear(CLATTER, CLATTER) for _ in range(DOUBT_FRAMES + 2)]
    assert [each for each in found if each is not Finding.NOTHING] == [Finding.SUSPECTED, Finding.DISMISSED]
