"""What the user said survives the loss of a link, is never acted on twice, and does not wait for ever."""

from __future__ import annotations

import pytest

from assistant.live import uplink as module
from assistant.live.messages import Audio, Outgoing, Picture, Say, SpeechEnded, SpeechStarted
from assistant.live.uplink import Loss, Uplink

FRAME = Audio(bytes(640))


def sent(uplink: Uplink) -> list[Outgoing]:
    items = []
    while uplink:
        items.append(uplink.next())
    return items


def speak(uplink: Uplink, frames: int = 3, *, whole: bool = True) -> None:
    uplink.post(SpeechStarted())
    for _ in range(frames):
        uplink.post(FRAME)
    if whole:
        uplink.post(SpeechEnded())


async def test_an_unanswered_utterance_is_sent_again_from_its_beginning() -> None:
    uplink = Uplink()
    speak(uplink)
    first = sent(uplink)
    assert uplink.waits_for_answer
    assert uplink.lost() is Loss.REPLAY
    assert sent(uplink) == first


async def test_a_picture_shows_what_is_now_and_is_never_shown_again() -> None:
    uplink = Uplink()
    uplink.post(Picture(b"old"))
    uplink.post(Picture(b"new"))
    assert uplink.idle.is_set(), "nobody has said anything"
    speak(uplink)
    assert sent(uplink)[0] == Picture(b"new")
    uplink.post(Picture(b"meanwhile"))
    sent(uplink)
    assert uplink.lost() is Loss.REPLAY
    assert not [item for item in sent(uplink) if isinstance(item, Picture)]


async def test_in_mid_sentence_nothing_is_lost_either() -> None:
    uplink = Uplink()
    speak(uplink, whole=False)
    sent(uplink)
    assert uplink.lost() is Loss.REPLAY
    uplink.post(FRAME)
    uplink.post(SpeechEnded())
    assert sent(uplink) == [SpeechStarted(), *[FRAME] * 4, SpeechEnded()]


async def test_p7_what_was_answered_is_lost_not_repeated() -> None:
    uplink = Uplink()
    uplink.post(Say("lamp"))
    sent(uplink)
    uplink.answered()
    assert uplink.lost() is Loss.LOST
    assert uplink.idle.is_set()
    assert not uplink
    uplink.post(FRAME)  # the rest of it
    assert not uplink


async def test_what_was_begun_anew_meanwhile_goes_on() -> None:
    uplink = Uplink()
    uplink.post(Say("lamp"))
    sent(uplink)
    uplink.answered()
    speak(uplink)
    assert uplink.lost() is Loss.REPLAY
    assert len(sent(uplink)) == 5


async def test_an_utterance_that_takes_links_along_is_given_up() -> None:
    uplink = Uplink()
    uplink.post(Say("die"))
    for _ in range(module.REPLAYS):
        sent(uplink)
        assert uplink.lost() is Loss.REPLAY
    sent(uplink)
    assert uplink.lost() is Loss.LOST


async def test_a_lost_link_while_nobody_speaks_is_nothing() -> None:
    assert Uplink().lost() is Loss.NOTHING


async def test_what_nobody_took_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    uplink = Uplink()
    uplink.post(Say("lamp"))
    assert not uplink.too_old()
    monkeypatch.setattr(module, "STALE_SECONDS", -1)
    assert uplink.too_old()
    assert not uplink
    assert uplink.idle.is_set()


async def test_an_endless_utterance_is_bounded_and_then_not_replayed() -> None:
    uplink = Uplink()
    speak(uplink, module.BACKLOG + 100, whole=False)
    items = sent(uplink)
    assert len(items) == module.BACKLOG
    assert items[0] == SpeechStarted()
    assert uplink.lost() is Loss.LOST


async def test_the_late_end_of_an_earlier_turn_does_not_end_the_present_one() -> None:
    uplink = Uplink()
    uplink.post(Say("one"))
    sent(uplink)
    uplink.answered()
    uplink.generated()
    uplink.post(Say("two"))
    sent(uplink)
    assert not uplink.done()
    assert not uplink.idle.is_set()
    uplink.generated()
    assert uplink.done()
    assert uplink.idle.is_set()
