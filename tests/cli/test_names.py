"""`assistant devices --check`: which names are mixed up, and what is better."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.cli.names import clashes, misplaced


def device(name: str, area: str = "", *aliases: str) -> dict[str, Any]:
    return {"event": "device", "name": name, "area": area, "kind": "light", "aliases": list(aliases)}


@pytest.mark.parametrize(
    ("devices", "names", "reason"),
    [
        ([device("desk lamp", "office"), device("disk lamp")], {"desk lamp", "disk lamp"}, "sound alike"),
        ([device("bedroom fan"), device("bed room fan")], {"bedroom fan", "bed room fan"}, "sound alike"),
        ([device("Ben lamp"), device("Ken lamp")], {"Ben lamp", "Ken lamp"}, "sound alike"),
        ([device("lamp", "", "big one"), device("fan", "", "Big One")], {"lamp", "fan"}, "answer to"),
        ([device("office", "office")], {"office"}, "also an area"),
        ([device("lights")], {"lights"}, "means all of them"),
        ([device("TS0601 lamp", "hall")], {"TS0601 lamp"}, "nobody says"),
        ([device("lamp"), device("lamp 2")], {"lamp", "lamp 2"}, "only a number"),
    ],
)
def test_clashes(devices: list[dict[str, Any]], names: set[str], reason: str) -> None:
    (clash,) = clashes(devices)
    assert set(clash.names) == names
    assert reason in clash.reason
    assert clash.suggestion


@pytest.mark.parametrize(
    "names",
    [
        ("left shutter", "right shutter"),
        ("kitchen light", "kitchen lamp", "hallway light"),
        ("lamp 1", "lamp 2"),
        ("front door", "back door"),
    ],
)
def test_clear_names(names: tuple[str, ...]) -> None:
    assert clashes([device(name) for name in names]) == []


def test_the_suggestion_names_the_place_where_there_is_one() -> None:
    (clash,) = clashes([device("hall lamp"), device("hell lamp", "study")])
    assert 'call the hell lamp for example "study light"' in clash.suggestion


def floor(name: str, *written: str, level: int | None = 0, aliases: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"event": "floor", "name": name, "level": level, "aliases": list(aliases), "areas": list(written),
            "written": list(written)}  # fmt: skip


@pytest.mark.parametrize(
    ("floors", "names", "reason", "suggestion"),
    [
        ([floor("ground", "kichen")], ("ground",), 'nothing is in its area "kichen"', 'write "kitchen"'),
        ([floor("ground", "pool")], ("ground",), 'nothing is in its area "pool"', "give a device that area"),
        (
            [floor("one", "kitchen"), floor("two", "Kitchen")],
            ("one", "two"),
            "is on each of them",
            "one of them",
        ),
        (
            [floor("one", aliases=("top",)), floor("Top")],
            ("one", "Top"),
            'answer to "top"',
            "leave it to one",
        ),
        ([floor("attic", level=None)], ("attic",), "nobody has said its level", "give it a level"),
    ],
)
def test_misplaced(
    floors: list[dict[str, Any]], names: tuple[str, ...], reason: str, suggestion: str
) -> None:
    (clash,) = misplaced(floors, [device("lamp", "kitchen")])
    assert clash.names == names
    assert reason in clash.reason
    assert suggestion in clash.suggestion


def test_floors_whose_areas_are_there_are_clear() -> None:
    assert misplaced([floor("ground", "kitchen"), floor("upper", "hall", level=1)],
                     [device("lamp", "kitchen"), device("lamp 2", "Hall")]) == []  # fmt: skip
