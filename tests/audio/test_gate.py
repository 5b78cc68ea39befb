"""The gate: what may leave, and what never does (P2)."""

from __future__ import annotations

from assistant.audio.gate import Gate, GateSettings
from assistant.audio.messages import Frame, FromAudio, GateClosed, GateOpened, SpeechBegan, SpeechStopped

QUIET, VOICE, WAKE = b"q" * 640, b"v" * 640, b"w" * 640


def gate(**settings: int) -> Gate:
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


def test_p2_what_was_said_before_the_gate_opened_stays_inside() -> None:
    it = gate()
    out = fed(it, *[VOICE] * 50, WAKE, VOICE, VOICE, VOICE)
    assert out == [GateOpened("alexa"), SpeechBegan(), Frame(VOICE), Frame(VOICE), Frame(VOICE)]


def test_one_utterance_opens_and_closes_the_gate() -> None:
    it = gate(end_silence_ms=200)
    out = fed(it, WAKE, *[QUIET] * 5, *[VOICE] * 20, *[QUIET] * 50, *[VOICE] * 50)
    kinds = [type(message) for message in out if not isinstance(message, Frame)]
    assert kinds == [GateOpened, SpeechBegan, SpeechStopped, GateClosed]
    assert out[-1] == GateClosed(spoken=True)
    assert it.frames_out == 5 + 20 + 10


def test_a_click_is_not_speech_and_the_window_ends() -> None:
    it = gate(window_ms=1000)
    out = fed(it, WAKE, QUIET, VOICE, *[QUIET] * 100)
    assert out == [GateOpened("alexa"), GateClosed(spoken=False)]


def test_the_user_may_go_on_after_the_answer() -> None:
    it = gate(follow_up_ms=500)
    assert list(it.follow_up()) == [GateOpened("follow-up")]
    assert fed(it, *[QUIET] * 25) == [GateClosed(spoken=False)]


def test_p2_muted_nothing_opens_the_gate() -> None:
    it = gate()
    list(it.open("push"))
    assert list(it.mute(True)) == [GateClosed(spoken=False)]
    assert fed(it, WAKE, *[VOICE] * 10) == []
    assert list(it.open("push")) == []
    list(it.mute(False))
    assert fed(it, WAKE) == [GateOpened("alexa")]


def test_muting_in_the_middle_of_a_word_ends_it() -> None:
    it = gate()
    fed(it, WAKE, *[VOICE] * 10)
    assert list(it.mute(True)) == [SpeechStopped(), GateClosed(spoken=False)]


def test_endless_speech_ends() -> None:
    it = gate()
    out = fed(it, WAKE, *[VOICE] * 2000)
    assert SpeechStopped() in out
    assert it.frames_out <= 30_000 / 20 + 15
