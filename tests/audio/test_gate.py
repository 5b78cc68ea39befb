"""The gate: what may leave, and what never does (P2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.audio.gate import (
    IDLE_WAKES,
    IDLE_WAKES_MS,
    SAME_WAKE_FRAMES,
    TOO_LONG,
    TORN,
    WAKE_LAG_FRAMES,
    Gate,
    GateSettings,
)
from assistant.audio.levels import level
from assistant.audio.listening import VoiceDetector, WakeWords
from assistant.audio.messages import (
    Frame,
    FromAudio,
    GateClosed,
    GateOpened,
    SpeechBegan,
    SpeechStopped,
    Trouble,
)
from assistant.audio.recording import frames

SPEECH = Path(__file__).parents[1] / "data" / "speech"
QUIET, VOICE, WAKE = b"q" * 640, b"v" * 640, b"w" * 640


def gate(**settings: Any) -> Gate:
    return Gate(
        GateSettings(**settings),
        lambda frame: frame in (VOICE, WAKE),
        lambda frame: "alexa" if frame == WAKE else "",
    )


def fed(it: Gate, *frames: bytes) -> list[FromAudio]:
    return [message for frame in frames for message in it.hear(frame)]


def test_p2_nothing_leaves_before_the_wake_word() -> None:
    it = gate()
    assert fed(it, *[VOICE, QUIET] * 500) == []
    assert it.frames_out == 0


def test_p2_what_was_said_up_to_the_end_of_the_wake_word_stays_inside() -> None:
    it = gate()
    since = [bytes([number]) * 640 for number in range(WAKE_LAG_FRAMES - 1)]
    out = fed(it, *[VOICE] * 50, *since, WAKE, VOICE, VOICE, VOICE)
    assert out[:2] == [GateOpened("alexa"), SpeechBegan()]
    assert out[2:] == [Frame(frame) for frame in (*since, WAKE, VOICE, VOICE, VOICE)]


def test_a_wake_word_with_nothing_after_it_sends_nothing() -> None:
    it = gate(window_ms=1000)
    out = fed(it, *[VOICE] * 50, WAKE, VOICE, *[QUIET] * 100)
    assert out == [GateOpened("alexa"), GateClosed(spoken=False, by="alexa")]
    assert it.frames_out == 0


@pytest.mark.speech
@pytest.mark.parametrize("command", ["cmd_pj_00", "cmd_pj_05", "cmd_fl_awb_00", "cmd_fl_slt_03"])
def test_said_in_one_breath_no_syllable_is_lost_and_the_wake_word_stays_inside(command: str) -> None:
    wake = loud(SPEECH / "wake_hey_jarvis_pj.wav")
    sentence = loud(SPEECH / f"{command}.wav")
    it = Gate(GateSettings(), VoiceDetector(), WakeWords(["alexa", "hey_jarvis"]))
    said = [bytes(640)] * 25 + wake + sentence + [bytes(640)] * 60
    sent = [message.pcm for message in fed(it, *said) if isinstance(message, Frame)]
    assert all(frame in sent for frame in sentence)
    own = [frame for frame in sent if frame in wake]
    assert len(own) <= 2, f"{len(own)} frames of the wake word left the house"


@pytest.mark.speech
def test_which_of_several_wake_words_it_was_is_told() -> None:
    it = Gate(GateSettings(), VoiceDetector(), WakeWords(["okay_nabu", "hey_jarvis", "alexa"]))
    said = [*frames(SPEECH / "wake_hey_jarvis_pj.wav"), *[bytes(640)] * 30]
    assert fed(it, *said)[0] == GateOpened("hey_jarvis")


def loud(path: Path) -> list[bytes]:
    """The frames of a recording from its first sound to its last."""
    heard = list(frames(path))
    sounds = [n for n, frame in enumerate(heard) if np.abs(np.frombuffer(frame, "<i2")).max() > 500]
    return heard[sounds[0] : sounds[-1] + 1]


def test_one_utterance_opens_and_closes_the_gate() -> None:
    it = gate(end_silence_ms=200)
    out = fed(it, WAKE, *[QUIET] * 5, *[VOICE] * 20, *[QUIET] * 50, *[VOICE] * 50)
    kinds = [type(message) for message in out if not isinstance(message, Frame)]
    assert kinds == [GateOpened, SpeechBegan, SpeechStopped, GateClosed]
    assert out[-1] == GateClosed(spoken=True, by="alexa", frames=it.frames_out)
    assert it.frames_out == 1 + 5 + 20 + 10, "the frame in which the wake word was recognised is after it"


def test_a_click_is_not_speech_and_the_window_ends() -> None:
    it = gate(window_ms=1000)
    out = fed(it, WAKE, QUIET, VOICE, *[QUIET] * 100)
    assert out == [GateOpened("alexa"), GateClosed(spoken=False, by="alexa")]


def test_the_user_may_go_on_after_the_answer() -> None:
    it = gate(follow_up_ms=500)
    assert list(it.follow_up()) == [GateOpened("follow-up")]
    assert fed(it, *[QUIET] * 25) == [GateClosed(spoken=False, by="follow-up")]


@pytest.mark.parametrize("offer", ["follow-up", "always", "voice"])
@pytest.mark.parametrize("before", [0, 40])
def test_who_says_the_wake_word_though_nobody_needs_to_is_not_heard_to_say_it(
    offer: str, before: int
) -> None:
    it = gate(always=offer == "always")
    match offer:
        case "follow-up":
            list(it.follow_up())
        case "voice":
            list(it.interrupted([VOICE]))
        case _:
            fed(it, QUIET)
    since = [bytes([number]) * 640 for number in range(WAKE_LAG_FRAMES - 1)]
    out = fed(it, *[VOICE if offer == "voice" else QUIET] * before, *[VOICE] * 40, *since, WAKE)
    assert isinstance(out[-2], GateClosed)
    assert not out[-2].spoken, "what was said so far is not acted on"
    assert out[-1] == GateOpened("alexa")
    out = fed(it, WAKE, WAKE, VOICE, VOICE)
    assert out == [SpeechBegan(), *(Frame(frame) for frame in (*since, WAKE, WAKE, WAKE, VOICE, VOICE))]


@pytest.mark.parametrize("by", ["push", "alexa"])
@pytest.mark.parametrize("between", [0, 10])
def test_who_calls_again_and_again_is_heard_from_after_the_last_call(by: str, between: int) -> None:
    it = gate()
    list(it.open(by))
    called = [*[WAKE] * 9, *[VOICE] * between, *[QUIET] * SAME_WAKE_FRAMES]
    since = [bytes([number]) * 640 for number in range(WAKE_LAG_FRAMES - 1)]
    out = fed(it, *called * 8, *since, WAKE, QUIET, WAKE, *[VOICE] * 40)
    last = len(out) - 1 - out[::-1].index(GateOpened("alexa"))
    assert out[last + 1 :][:2] == [SpeechBegan(), Frame(since[0])]
    assert all(isinstance(each, Frame) for each in out[last + 2 :]), "one word is one call"
    assert not any(isinstance(each, Trouble | SpeechStopped) for each in out)


def test_p2_muted_nothing_opens_the_gate() -> None:
    it = gate()
    list(it.open("push"))
    assert list(it.mute(True)) == [GateClosed(spoken=False, by="push")]
    assert fed(it, WAKE, *[VOICE] * 10) == []
    assert list(it.open("push")) == []
    list(it.mute(False))
    assert fed(it, WAKE) == [GateOpened("alexa")]


@pytest.mark.speech
def test_p2_a_wake_word_that_was_said_while_it_was_muted_opens_nothing_afterwards() -> None:
    """The engine goes on hearing a word for most of a second."""
    it = Gate(GateSettings(), VoiceDetector(), WakeWords(["hey_jarvis"]))
    said = list(frames(SPEECH / "wake_hey_jarvis_pj.wav"))
    list(it.mute(True))
    last = max(number for number, frame in enumerate(said) if level(frame) > -50)
    assert fed(it, *said[: last + 3]) == []
    list(it.mute(False))
    assert fed(it, *said[last + 3 :], *[bytes(640)] * 50) == []


def test_muted_in_the_middle_of_a_word_nothing_was_said_to_its_end() -> None:
    it = gate()
    fed(it, WAKE, *[VOICE] * 10)
    assert list(it.mute(True)) == [GateClosed(False, "alexa", it.frames_out)]


def test_muting_is_not_being_woken_for_nothing() -> None:
    it = gate()
    for _ in range(IDLE_WAKES):
        fed(it, WAKE)
        assert list(it.mute(True)) == [GateClosed(False, "alexa")]
        list(it.mute(False))
    assert fed(it, WAKE) == [GateOpened("alexa")]


@pytest.mark.parametrize("offer", ["follow-up", "always"])
def test_a_push_in_a_window_that_was_only_offered_begins_one_of_its_own(offer: str) -> None:
    it = gate(follow_up_ms=500, window_ms=1000, always=offer == "always")
    fed(it, QUIET)
    list(it.follow_up())
    assert fed(it, *[QUIET] * 20) == []
    assert list(it.open("push")) == [GateClosed(False, offer), GateOpened("push")]
    assert fed(it, *[QUIET] * 40) == []
    assert list(it.open("push")) == [], "pressed again: the wait begins anew"
    assert fed(it, *[QUIET] * 40) == []
    assert SpeechBegan() in fed(it, *[VOICE] * 5)
    assert list(it.open("push")) == [], "the sentence goes on"


@pytest.mark.speech
def test_half_a_sentence_of_a_microphone_that_was_unplugged_is_none() -> None:
    said = loud(SPEECH / "cmd_pj_05.wav")
    it = Gate(GateSettings(live=True), VoiceDetector(), lambda _frame: "")
    list(it.open("push"))
    out = fed(it, *said[: len(said) // 2], *[bytes(640)] * 60)
    assert SpeechBegan() in out
    assert SpeechStopped() not in out, "nobody acts on it"
    assert isinstance(out[-2], GateClosed)
    assert not out[-2].spoken
    assert out[-1] == Trouble(TORN)


@pytest.mark.speech
@pytest.mark.parametrize("path", sorted(SPEECH.glob("cmd_*.wav")), ids=lambda path: path.stem)
def test_whoever_falls_silent_in_a_silent_room_has_said_it_to_its_end(path: Path) -> None:
    it = Gate(GateSettings(live=True), VoiceDetector(), lambda _frame: "")
    list(it.open("push"))
    out = fed(it, *frames(path), *[bytes(640)] * 60)
    assert SpeechStopped() in out
    assert Trouble(TORN) not in out


def test_endless_speech_ends() -> None:
    it = gate()
    out = fed(it, WAKE, *[VOICE] * 2000)
    assert SpeechStopped() in out
    assert out[-1] == Trouble(TOO_LONG), "who spoke on is told that nobody listened"
    assert it.frames_out <= 30_000 / 20 + 15


def test_a_wake_word_that_nobody_follows_is_ignored_for_a_while() -> None:
    it = gate(window_ms=1000)
    nothing = [QUIET] * 60
    out = [message for _ in range(IDLE_WAKES) for message in fed(it, WAKE, *nothing)]
    assert out.count(GateOpened("alexa")) == IDLE_WAKES
    assert isinstance(out[-1], Trouble)
    assert fed(it, WAKE, *nothing) == []
    assert list(it.open("push")) == [GateOpened("push")]
    fed(it, *[QUIET] * (IDLE_WAKES_MS // 20))
    assert GateOpened("alexa") in fed(it, WAKE, *nothing)


def test_without_a_wake_word_speech_alone_opens_and_its_reason_is_told() -> None:
    it = gate(always=True)
    assert fed(it, *[QUIET] * 500) == [GateOpened("always")]
    out = fed(it, *[VOICE] * 20, *[QUIET] * 30)
    assert SpeechBegan() in out
    assert GateClosed(True, "always", sum(isinstance(message, Frame) for message in out)) in out
    assert out[-1] == GateOpened("always")
    list(it.mute(True))
    assert fed(it, *[VOICE] * 50) == []


def test_who_speaks_over_the_assistant_is_heard_from_the_first_sample() -> None:
    it = gate()
    said = [bytes([number]) * 640 for number in range(20)]
    out = list(it.interrupted(said))
    assert out == [GateOpened("voice"), SpeechBegan(), *(Frame(frame) for frame in said)]
    list(it.mute(True))
    assert list(it.interrupted(said)) == []


def test_a_follow_up_window_ends_when_something_is_to_be_said_unless_somebody_speaks() -> None:
    it = gate()
    assert list(it.follow_up()) == [GateOpened("follow-up")]
    assert list(it.shut()) == [GateClosed(False, "follow-up")]
    assert list(it.shut()) == []
    list(it.follow_up())
    fed(it, *[VOICE] * 10)
    assert list(it.shut()) == []
    assert it.is_open
    list(it.mute(True))
    list(it.mute(False))
    list(it.open("push"))
    assert list(it.shut()) == []
