"""Moments in words, both ways."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from assistant.errors import VisionError
from assistant.vision.moments import by_the_clock, later, moment, period, said, span
from assistant.wallclock import WallClock

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 18, 30, 40, tzinfo=ZONE).timestamp()
CLOCK = WallClock(ZONE, lambda: NOW)


@pytest.mark.parametrize(
    ("words", "local"),
    [
        ("two minutes ago", "23 18:28:40"),
        ("about 90 seconds ago", "23 18:29:10"),
        ("half an hour ago", "23 18:00:40"),
        ("18:10", "23 18:10:00"),
        ("at 6:10 pm", "23 18:10:00"),
        ("19:10", "22 19:10:00"),
        ("yesterday at 6 pm", "22 18:00:00"),
        ("noon", "23 12:00:00"),
        ("today", "23 00:00:00"),
        ("2026-11-20T08:15:00", "20 08:15:00"),
        ("2026-11-20T08:15:00+00:00", "20 09:15:00"),
    ],
)
def test_a_moment_in_words(words: str, local: str) -> None:
    assert f"{CLOCK.at(moment(words, CLOCK)):%d %H:%M:%S}" == local


@pytest.mark.parametrize(
    ("words", "begin", "end"),
    [
        ("between two and three", "23 14:00", "23 15:00"),
        ("between 4 and 7", "23 16:00", "23 19:00"),
        ("between eleven and one", "23 11:00", "23 13:00"),
        ("between 2 and 3 in the morning", "23 02:00", "23 03:00"),
        ("between 2 and 3 yesterday", "22 14:00", "22 15:00"),
        ("between 2 and 3 this afternoon", "23 14:00", "23 15:00"),
        ("from 10 pm to 2 am", "22 22:00", "23 02:00"),
        ("between 14:00 and 15:30", "23 14:00", "23 15:30"),
        ("before noon", "23 00:00", "23 12:00"),
        ("at half past two", "23 14:00", "23 15:00"),
        ("around quarter to three", "23 14:15", "23 15:15"),
        ("yesterday evening", "22 18:00", "23 00:00"),
        ("after four o'clock", "23 16:00", ""),
        ("two thirty", "23 14:30", ""),
    ],
)
def test_a_time_in_words(words: str, begin: str, end: str) -> None:
    found = period(words, CLOCK)
    assert f"{CLOCK.at(found[0]):%d %H:%M}" == begin
    assert (f"{CLOCK.at(found[1]):%d %H:%M}" if found[1] != float("inf") else "") == end


def test_spans() -> None:
    now, past, coming = span("just now", 15, CLOCK), span("18:10", 20, CLOCK), span("next", 5, CLOCK)
    assert (now.begin - NOW, now.end - NOW, now.now) == (-15, 0, True)
    assert (past.end - past.begin, past.now) == (20, False)
    assert (coming.begin - NOW, coming.end - NOW) == (0, 5)
    assert span("5 seconds ago", 15, CLOCK).now


@pytest.mark.parametrize(
    "words", ["whenever", "25:00", "12:75", "seven moons ago", "2026-12-01T00:00:00", "'; drop"]
)
def test_what_is_no_moment_is_asked_back(words: str) -> None:
    with pytest.raises(VisionError):
        span(words, 15, CLOCK)


@pytest.mark.parametrize(
    "words",
    ["tomorrow", "tomorrow at 6 pm", "in five minutes", "next Monday", "later today", "2026-12-01T00:00:00"],
)
def test_what_is_still_to_come_has_not_been_seen(words: str) -> None:
    with pytest.raises(VisionError, match="still to come"):
        span(words, 15, CLOCK)
    with pytest.raises(VisionError, match="still to come"):
        period(words, CLOCK)


@pytest.mark.parametrize(
    ("now", "words", "shown"),
    [
        ("2026-03-29T10:00+02:00", "at 02:30", "2026-03-29T03:00:00+02:00"),  # left out that night
        ("2026-03-29T10:00+02:00", "at 01:59", "2026-03-29T01:59:00+01:00"),
        ("2026-10-25T02:20+01:00", "at 02:30", "2026-10-25T02:30:00+02:00"),  # comes twice that night
        ("2026-10-25T02:50+01:00", "at 02:30", "2026-10-25T02:30:00+01:00"),
        ("2026-10-25T10:00+01:00", "at 02:30", "2026-10-25T02:30:00+01:00"),
        ("2026-10-25T02:20+01:00", "half an hour ago", "2026-10-25T02:50:00+02:00"),
        ("2026-10-26T10:00+01:00", "yesterday at 4 am", "2026-10-25T04:00:00+01:00"),
    ],
)
def test_a_moment_of_a_night_in_which_the_clock_is_set(now: str, words: str, shown: str) -> None:
    clock = WallClock(ZONE, lambda: datetime.fromisoformat(now).timestamp())
    assert clock.at(moment(words, clock)).isoformat() == shown


def test_the_evening_after_such_a_night_begins_at_six() -> None:
    clock = WallClock(ZONE, lambda: datetime(2026, 3, 30, 9, tzinfo=ZONE).timestamp())
    begin, end = period("yesterday evening", clock)
    assert (f"{clock.at(begin):%d %H:%M}", f"{clock.at(end):%d %H:%M}") == ("29 18:00", "30 00:00")


def test_places_in_a_clip_become_times_as_people_say_them() -> None:
    text = "A man comes at [00:05] and goes [00:12]. From 0:02 to 0:04 a dog barks. The sign says 12:30."
    told = by_the_clock(text, NOW - 130, 15, CLOCK)
    assert told == (
        "A man comes about two minutes ago and goes about two minutes ago. "
        "from 18:28:32 to 18:28:34 a dog barks. The sign says 12:30."
    )
    assert later("A cat [00:01], the clock shows 10:15.", 18, 12) == "A cat [00:19], the clock shows 10:15."
    assert "just now" in by_the_clock("Somebody waves [00:14].", NOW - 15, 15, CLOCK)
    assert by_the_clock("It rang at [00:03].", NOW - 7200, 15, CLOCK) == "It rang at 16:30."


def test_longer_ago_is_said_with_the_day() -> None:
    assert said(NOW - 86_400, CLOCK) == "at 18:30 yesterday"
    assert said(NOW - 3 * 86_400, CLOCK) == "at 18:30 on Friday"
