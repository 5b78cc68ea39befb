"""The clock on the wall: summer time, clocks that are set anew, and the words for times."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from assistant.wallclock import WallClock, clock_time, seconds_in, span, weekdays, within

BERLIN = ZoneInfo("Europe/Berlin")


def clock(zone: ZoneInfo = BERLIN) -> WallClock:
    return WallClock(zone, read=lambda: 0.0)


def shown(instant: float, zone: ZoneInfo = BERLIN) -> str:
    return f"{clock(zone).at(instant):%d %H:%M %z}"


def test_a_time_that_summer_time_leaves_out_is_the_first_moment_after_the_gap() -> None:
    assert shown(clock().instant(datetime(2026, 3, 29, 2, 30))) == "29 03:00 +0200"
    assert shown(clock().instant(datetime(2026, 3, 29, 1, 59))) == "29 01:59 +0100"
    assert shown(clock().instant(datetime(2026, 3, 29, 3, 0))) == "29 03:00 +0200"


def test_a_time_that_comes_twice_is_the_first() -> None:
    first = clock().instant(datetime(2026, 10, 25, 2, 30))
    assert shown(first) == "25 02:30 +0200"
    assert shown(clock().next(time(2, 30), after=first)) == "26 02:30 +0100"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
def test_every_day_of_a_year_has_its_alarm_once(zone: str) -> None:
    there = clock(ZoneInfo(zone))
    instant = there.instant(datetime(2026, 1, 1, 0, 0))
    days: list[date] = []
    for _ in range(365):
        instant = there.next(time(2, 15), after=instant)
        days.append(there.at(instant).date())
    assert days == [date(2026, 1, 1) + timedelta(days=ahead) for ahead in range(365)]


def test_the_systems_own_zone_knows_summer_time(monkeypatch: pytest.MonkeyPatch) -> None:
    import time as system

    monkeypatch.setenv("TZ", "Europe/Berlin")
    system.tzset()
    try:
        house = WallClock()
        found = house.instant(datetime(2026, 3, 29, 2, 30))
        assert f"{house.at(found):%H:%M %z}" == "03:00 +0200"
        assert house.now().tzinfo is not None
    finally:
        monkeypatch.undo()
        system.tzset()


def test_weekdays_leave_out_saturday_and_sunday() -> None:
    friday = clock().instant(datetime(2026, 11, 27, 8, 0))
    assert shown(clock().next(time(7), weekdays("weekdays"), after=friday)).startswith("30 07:00")
    assert shown(clock().next(time(7), weekdays("weekends"), after=friday)).startswith("28 07:00")
    assert weekdays("mon, Thursday") == weekdays(("monday", "thu")) == {0, 3}


async def test_a_clock_that_is_put_forward_is_noticed_and_one_put_back_is_told() -> None:
    steps = iter([0.0, 0.0, 100.0])
    assert await WallClock(BERLIN, read=lambda: next(steps)).until(0.05) == pytest.approx(-0.05, abs=100.2)
    back = iter([100_000.0, 100_000.0, 1.0, 1.0])
    waiting = WallClock(BERLIN, read=lambda: next(back))
    assert await waiting.until(100_000.05) is None


def test_words_for_times_are_read_or_refused_with_an_example() -> None:
    assert clock_time("7:05") == time(7, 5)
    assert span("22:00–6:00") == (time(22), time(6))
    assert within(time(23), span("22:00-6:00"))
    assert within(time(5), span("22:00-6:00"))
    assert not within(time(6), span("22:00-6:00"))
    assert (seconds_in("90 s"), seconds_in("1 h 30 min"), seconds_in("10 min")) == (90, 5400, 600)
    for read, wrong in ((clock_time, "25:00"), (span, "7:00"), (weekdays, "moonday"), (seconds_in, "soon")):
        with pytest.raises(ValueError, match="write"):
            read(wrong)
