"""Cards to read from across a room: weather, timers, lists, codes, texts; drawn here, without any cloud."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageOps

from assistant.vision.fitting import Unreadable, opened

PAPER, INK, SOFT, LINE = (250, 248, 243), (28, 27, 25), (112, 108, 100), (222, 217, 207)
ACCENT = (176, 84, 24)
MOST_ITEMS = 14
LONGEST_CODE = 1200
MOST_LACKING = 0.2
"""So many letters of a text may be left out, like little pictures."""
SMALLEST = 0.7
"""Of its usual size a line may shrink so far; then it is cut."""
WIDE_FONTS = (
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansThai-Regular.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
)
"""For letters that our own does not have."""

Size = tuple[int, int]
Font = ImageFont.FreeTypeFont


def drawn(content: dict[str, Any], size: Size) -> Image.Image:
    """A card of this kind, in these pixels."""
    sheet = _Sheet(size)
    kind, text, values = content["kind"], str(content["text"]), content.get("values", {})
    match kind:
        case "weather":
            sheet.weather(text, values)
        case "timers":
            sheet.rows("Timers", values.get("timers") or [{"name": text, "left": ""}])
        case "list":
            items = [str(item) for item in values.get("items", [])]
            sheet.items(str(values.get("name", "list")).capitalize(), items, text)
        case "qr code":
            sheet.code(text)
        case _:
            sheet.text(text)
    return sheet.picture


def sheet(pictures: Sequence[bytes], titles: Sequence[str], size: Size) -> Image.Image:
    """Pictures in rows, each with the beginning of its words below; one that is broken stays empty."""
    whole = _Sheet(size)
    whole.contact([_small(data) for data in pictures], titles)
    return whole.picture


def _small(data: bytes) -> Image.Image | None:
    try:
        picture = opened(data)
    except Unreadable:
        return None
    picture.thumbnail((900, 900), Image.Resampling.LANCZOS)
    return picture


class _Sheet:
    """Paper of one size; everything on it is measured in the shorter side."""

    def __init__(self, size: Size) -> None:
        self.width, self.height = size
        self.picture = Image.new("RGB", size, PAPER)
        self.pen = ImageDraw.Draw(self.picture)
        self.unit = min(size) / 100
        self.margin = round(7 * self.unit)

    def weather(self, text: str, values: dict[str, Any]) -> None:
        """The degrees, as large as they go; below, the sky."""
        if "temperature" not in values:
            self.text(text)
            return
        degrees = f"{values['temperature']}°".replace("-", "−")
        face = _fitting(degrees, self.width - 2 * self.margin, round(58 * self.unit), "Light")
        self._centred(
            degrees, face, round(38 * self.unit) if self.height <= self.width else self.height * 2 // 5, INK
        )
        sky = str(values.get("sky", "")).capitalize()
        below = self.height - round(24 * self.unit)
        self._centred(sky, _fitting(sky, self.width - 2 * self.margin, round(11 * self.unit)), below, INK)
        if wind := values.get("wind_km_h"):
            words = f"Wind {wind} km/h"
            self._centred(
                words, _face(round(6 * self.unit), words), self.height - round(10 * self.unit), SOFT
            )

    def text(self, text: str) -> None:
        """A few words, as large as they go."""
        text = legible(text)
        room = self.width - 2 * self.margin, self.height - 2 * self.margin
        sizes = range(round(24 * self.unit), round(3 * self.unit), -max(1, round(self.unit)))
        for points in sizes or (1,):
            face = _face(points, text)
            lines = _wrapped(text, face, room[0])
            high = round(points * 1.28) * len(lines)
            if high <= room[1] and all(face.getlength(line) <= room[0] for line in lines):
                break
        lines = [_cut(line, face, room[0]) for line in lines]
        top = (self.height - high) // 2
        for number, line in enumerate(lines):
            self._centred(line, face, top + round(points * 1.28) * number + round(points * 0.64), INK)

    def items(self, title: str, items: Sequence[str], otherwise: str) -> None:
        """A list with its title, in two columns where there are many."""
        if not items:
            self.text(otherwise)
            return
        top = self._title(title if "list" in title.lower() else f"{title} list", len(items))
        shown = list(items[:MOST_ITEMS])
        if len(items) > MOST_ITEMS:
            shown[-1] = f"and {len(items) - MOST_ITEMS + 1} more"
        columns = 2 if len(shown) > 7 and self.width > self.height else 1
        per = -(-len(shown) // columns)
        step = min((self.height - top - self.margin) // per, round(13 * self.unit))
        room = (self.width - (columns + 1) * self.margin) // columns
        points = min(round(step * 0.62), round(7.5 * self.unit))
        box = round(points * 0.62)
        faces = _alike(shown, room - round(box * 1.7), points)
        for number, item in enumerate(shown):
            x = self.margin + (number // per) * (room + self.margin)
            middle = top + (number % per) * step + step // 2
            edges = (x, middle - box // 2, x + box, middle + box // 2)
            self.pen.rounded_rectangle(edges, box // 5, outline=SOFT, width=max(1, round(self.unit / 2)))
            line = _cut(item, faces[number], room - round(box * 1.7))
            self.pen.text((x + round(box * 1.7), middle), line, INK, faces[number], anchor="lm")

    def rows(self, title: str, rows: Sequence[dict[str, Any]]) -> None:
        """Names on the left, what is left on the right."""
        top = self._title(title, 0)
        shown = [(str(row["name"]).capitalize(), _till(row)) for row in rows[:6]]
        step = min((self.height - top - self.margin) // max(len(shown), 1), round(20 * self.unit))
        room = self.width - 2 * self.margin
        left = round(room * 0.45) if any(after for _, after in shown) else room
        faces = _alike([name for name, _ in shown], left, round(step * 0.5))
        others = _alike([after for _, after in shown], round(room * 0.5), round(step * 0.5))
        for number, (name, after) in enumerate(shown):
            middle = top + number * step + step // 2
            self.pen.text(
                (self.margin, middle), _cut(name, faces[number], left), INK, faces[number], anchor="lm"
            )
            if after:
                self.pen.text((self.width - self.margin, middle), after, ACCENT, others[number], anchor="rm")
            edges = (self.margin, middle + step // 2, self.width - self.margin, middle + step // 2)
            self.pen.line(edges, LINE, max(1, round(self.unit / 3)))

    def code(self, text: str) -> None:
        """A QR code with whole pixels for its dots, and below what it says."""
        import segno

        if len(text.encode()) > LONGEST_CODE:
            raise Unreadable(f"A QR code holds at most {LONGEST_CODE} letters.")
        code = segno.make(text, error="m", micro=False)
        below = round(16 * self.unit)
        room = min(self.width - self.margin, self.height - below - self.margin // 2)
        out = io.BytesIO()
        code.save(
            out,
            kind="png",
            scale=max(1, room // code.symbol_size(1, 4)[0]),
            border=4,
            dark="#000",
            light="#fff",
        )
        dots = Image.open(out).convert("RGB")
        at = (
            (self.width - dots.width) // 2,
            max(0, (self.height - below - dots.height) // 2 + self.margin // 4),
        )
        self.picture.paste(dots, at)
        words = text if len(text) <= 60 else text[:59] + "…"
        face = _fitting(words, self.width - 2 * self.margin, round(6 * self.unit))
        self._centred(words, face, self.height - round(9 * self.unit), SOFT)

    def contact(self, pictures: Sequence[Image.Image | None], titles: Sequence[str]) -> None:
        """As many columns as make the pictures largest."""
        columns = max(range(1, len(pictures) + 1), key=lambda number: self._largest(len(pictures), number))
        rows = -(-len(pictures) // columns)
        gap = max(2, round(2.2 * self.unit))
        wide = (self.width - gap * (columns + 1)) // columns
        high = (self.height - gap * (rows + 1)) // rows
        words = max(round(min(3.4 * self.unit, high * 0.12)), 8)
        for number, (picture, title) in enumerate(zip(pictures, titles, strict=True)):
            x = gap + (number % columns) * (wide + gap)
            y = gap + (number // columns) * (high + gap)
            if picture is not None:
                room = max(wide, 1), max(high - round(words * 1.6), 1)
                small = ImageOps.contain(picture, room, Image.Resampling.LANCZOS)
                self.picture.paste(small, (x + (wide - small.width) // 2, y))
            if len(pictures) > 1:
                self._number(number + 1, (x + (wide - small.width) // 2 if picture is not None else x, y))
            face = _face(words, title)
            bottom = y + (small.height if picture is not None else 0) + round(words * 1.5)
            self.pen.text((x + wide // 2, bottom), _cut(title, face, wide), SOFT, face, anchor="ms")

    def _number(self, number: int, at: tuple[int, int]) -> None:
        """By which a picture of a sheet can be named."""
        across = max(round(9 * self.unit), 12)
        box = (at[0], at[1], at[0] + across, at[1] + across)
        self.pen.rounded_rectangle(box, across // 5, fill=INK)
        middle = at[0] + across // 2, at[1] + across // 2
        self.pen.text(middle, str(number), PAPER, _face(round(across * 0.6), str(number)), anchor="mm")

    def _largest(self, count: int, columns: int) -> float:
        """How wide a usual picture gets in so many columns."""
        return min(self.width / columns, self.height / -(-count // columns) * 1.5)

    def _title(self, title: str, count: int) -> int:
        """The title and a line below it; where the rest begins."""
        points = round(9 * self.unit)
        self.pen.text((self.margin, self.margin), title, INK, _face(points, title, "SemiBold"), anchor="lt")
        if count:
            number = str(count)
            self.pen.text(
                (self.width - self.margin, self.margin), number, SOFT, _face(points, number), anchor="rt"
            )
        y = self.margin + round(points * 1.25)
        self.pen.line((self.margin, y, self.width - self.margin, y), ACCENT, max(2, round(self.unit * 0.7)))
        return y + round(3 * self.unit)

    def _centred(self, text: str, face: Font, middle: int, colour: tuple[int, int, int]) -> None:
        self.pen.text((self.width // 2, middle), text, colour, face, anchor="mm")


def _till(row: dict[str, Any]) -> str:
    return f"until {row['until']}" if row.get("until") else str(row["left"])


@lru_cache(maxsize=64)
def _face(points: int, text: str = "", weight: str = "Regular") -> Font:
    """Manrope, or what the system has for letters that it lacks."""
    points = max(points, 6)
    return _opened(_best(frozenset(text), weight), points)


@lru_cache(maxsize=64)
def _best(letters: frozenset[str], weight: str) -> str:
    """The font that has most of these letters; of several, ours, then the first."""
    own = str(resources.files("font_manrope") / "files" / f"Manrope-{weight}.ttf")
    there = [own, *(path for path in WIDE_FONTS if Path(path).is_file())]
    return min(there, key=lambda path: sum(_lacks(path, letter) for letter in letters))


def legible(text: str) -> str:
    """A text without the few letters that the font lacks.

    Raises:
        Unreadable: they are not few.
    """
    font = _best(frozenset(text), "Regular")
    lacking = [letter for letter in text if _lacks(font, letter)]
    if len(lacking) > len(text) * MOST_LACKING:
        raise Unreadable(
            f"There are no letters for {''.join(dict.fromkeys(lacking))[:10]} on this machine; its packages "
            "fonts-noto-core and fonts-noto-cjk have nearly all."
        )
    return "".join(letter for letter in text if letter not in lacking)


@lru_cache(maxsize=64)
def _opened(path: str, points: int) -> Font:
    return ImageFont.truetype(path, points)


@lru_cache(maxsize=1024)
def _lacks(path: str, letter: str) -> bool:
    """Whether it would be a box."""
    face = _opened(path, 40)
    return not letter.isspace() and bytes(face.getmask(letter)) == bytes(face.getmask("\uffff"))


def _fitting(text: str, width: int, points: int, weight: str = "Regular") -> Font:
    """As large as fits into the width."""
    length = _face(points, text, weight).getlength(text)
    return _face(points if length <= width else int(points * width / length), text, weight)


def _alike(texts: Sequence[str], width: int, points: int) -> list[Font]:
    """All in the size in which the longest fits, as long as that is not small; the very long are cut."""
    longest = max((_face(points, text).getlength(text) for text in texts), default=0.0)
    points = max(round(points * min(1.0, width / max(longest, 1.0))), round(points * SMALLEST))
    return [_face(points, text) for text in texts]


def _cut(text: str, face: Font, width: int) -> str:
    """The beginning that fits."""
    if face.getlength(text) <= width:
        return text
    while len(text) > 1 and face.getlength(f"{text}…") > width:
        text = text[:-1].rstrip()
    return f"{text}…"


def _wrapped(text: str, face: Font, width: int) -> list[str]:
    """Whole words on each line."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and face.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
