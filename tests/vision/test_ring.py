"""The ring alone: whole groups, never more bytes than allowed, times by our own clock."""

from __future__ import annotations

import itertools

from assistant.vision.rings.ring import MICRO, Packet, Ring

FPS = 10


def picture(at: float, *, key: bool, size: int = 100) -> Packet:
    return Packet(bytes(size), round(at * MICRO), round(at * MICRO), key, False)


def filled(ring: Ring, seconds: float, *, gop: float = 2.0, size: int = 100, kind: object = None) -> None:
    """Pictures of a camera whose clock is 990 s behind ours."""
    begin = 1000.0
    ring.begin("streams", kind)
    for number in range(round(seconds * FPS)):
        at = begin + number / FPS
        ring.add(picture(at - 990, key=number % round(gop * FPS) == 0, size=size), at)


def test_it_keeps_whole_groups_for_as_long_as_wanted() -> None:
    ring = Ring(10, 10**9)
    filled(ring, 60)
    assert ring.since is not None
    assert 10 <= 1059.9 - ring.since <= 12.1
    cut = ring.cut(1052, 1059.9)
    assert cut is not None
    assert cut.packets[0].key
    assert cut.at == 1052.0
    assert cut.packets[0].pts == 0
    assert len(cut.packets) == 80


def test_it_never_keeps_more_than_a_group_too_much() -> None:
    ring = Ring(10, 10**9)
    ring.begin("streams")
    spans = []
    for number in range(600):
        at = 1000.0 + number / FPS
        ring.add(picture(at, key=number % 20 == 0), at)
        spans.append(at - (ring.since or 0.0))
    settled = spans[200:]
    assert min(settled) >= 10
    assert max(settled) < 12.1


def test_a_cut_begins_at_the_key_picture_before_and_ends_where_it_was_wanted() -> None:
    ring = Ring(60, 10**9)
    filled(ring, 30)
    cut = ring.cut(1013.5, 1016.05)
    assert cut is not None
    assert cut.at == 1012.0
    assert cut.packets[-1].pts == 4 * MICRO


def test_bytes_are_a_bound_that_holds() -> None:
    ring = Ring(3600, 20_000)
    sizes = []
    ring.begin("streams")
    for number in range(3000):
        ring.add(picture(number / FPS, key=number % 20 == 0), 1000 + number / FPS)
        sizes.append(ring.size)
    assert max(sizes) <= 20_000
    assert ring.cut(0, 1e9) is not None


def test_a_group_larger_than_all_that_may_be_kept_is_dropped_and_told() -> None:
    ring = Ring(60, 5_000)
    filled(ring, 30, gop=20)
    assert ring.size <= 5_000
    assert ring.overflowed


def test_nothing_is_kept_before_the_first_key_picture() -> None:
    ring = Ring(60, 10**6)
    ring.begin("streams")
    for number in range(15):
        ring.add(picture(number / FPS, key=False), 1000 + number / FPS)
    assert ring.size == 0
    assert ring.cut(0, 1e9) is None


def times_of(ring: Ring, begin: float, end: float) -> tuple[float, list[float]]:
    """When a cut begins by our clock, and its pictures in seconds of it; they follow one another."""
    cut = ring.cut(begin, end)
    assert cut is not None
    times = [packet.dts / MICRO for packet in cut.packets]
    assert all(later > earlier for earlier, later in itertools.pairwise(times))
    return cut.at, times


def begun_anew(ring: Ring, kind: object, *, size: float = 10.0) -> None:
    """Another connection, from 1012 on, whose clock is somewhere else."""
    ring.begin("streams", kind)
    for number in range(round(size * FPS)):
        at = 1012 + number / FPS
        ring.add(picture(at + 50_000, key=number % 20 == 0), at)


def test_connections_of_the_same_camera_make_one_film() -> None:
    ring = Ring(60, 10**6)
    filled(ring, 10, kind="h264")
    begun_anew(ring, "h264")
    at, times = times_of(ring, 1005, 1014.95)
    assert at == 1004.0
    assert times[:60] == [number / FPS for number in range(60)]
    assert times[60:] == [8 + number / FPS for number in range(30)], "where they were, with the gap between"


def test_a_camera_that_sets_its_clock_loses_nothing() -> None:
    ring = Ring(60, 10**6)
    filled(ring, 10, kind="h264")
    ring.jumped()
    for number in range(100):
        at = 1010 + number / FPS
        ring.add(picture(at + 50_000, key=number % 20 == 0), at)
    at, times = times_of(ring, 1005, 1014.95)
    assert at == 1004.0
    assert times == [number / FPS for number in range(110)]


def test_a_camera_that_has_become_another_is_not_mixed() -> None:
    ring = Ring(60, 10**6)
    filled(ring, 10, kind="small")
    begun_anew(ring, "large", size=3)
    at, times = times_of(ring, 1000, 1014.95)
    assert (at, len(times)) == (1012.0, 30), "what just happened is not what is long over"
    at, times = times_of(ring, 1000, 1012.05)
    assert (at, len(times)) == (1000.0, 100), "but a moment of it is less than all before"


def test_what_is_longer_ago_than_the_ring_remembers_is_nothing() -> None:
    ring = Ring(10, 10**6)
    filled(ring, 60)
    assert ring.cut(900, 950) is None


def test_private_time_forgets_everything() -> None:
    ring = Ring(10, 10**6)
    filled(ring, 8)
    ring.clear()
    assert (ring.size, ring.cut(0, 1e9), ring.since) == (0, None, None)


def test_whole_pictures_are_grouped() -> None:
    ring = Ring(10, 10**6)
    ring.begin("streams")
    for number in range(100):
        ring.add(picture(number / FPS, key=True), 1000 + number / FPS)
    assert ring.longest_group >= 0.5
