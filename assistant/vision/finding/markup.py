"""XML of strangers: small, shallow, and without anything that grows or points elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from assistant.errors import VisionError

LARGEST_BYTES = 256 * 1024
DEEPEST = 40
MOST_ELEMENTS = 5000


@dataclass
class Element:
    """One element: its name without prefix and namespace, its attributes, its own text."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, name: str) -> Iterator[Element]:
        """Every element of that name at or below this one, in order."""
        if self.name == name:
            yield self
        for child in self.children:
            yield from child.all(name)

    def first(self, *path: str) -> Element | None:
        """The first element that a path of names leads to, each anywhere below the one before."""
        found: Element | None = self
        for name in path:
            found = next(found.all(name), None) if found is not None else None
        return found

    def said(self, *path: str) -> str:
        """The text there; "" when there is none."""
        found = self.first(*path)
        return found.text.strip() if found is not None else ""


def read(data: bytes) -> Element:
    """A document as elements.

    Raises:
        VisionError: it is none, too large or too deep, or declares types or entities, by which a few bytes
            become gigabytes.
    """
    if len(data) > LARGEST_BYTES:
        raise VisionError("it answers more than I want to read")
    reading = _Reading()
    try:
        reading.parser.Parse(data, True)
    except (expat.ExpatError, UnicodeError, ValueError) as error:
        raise VisionError("what it answers is no XML") from error
    if reading.root is None:
        raise VisionError("what it answers is empty")
    return reading.root


class _Reading:
    """One document on its way."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._number = 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._declared
        self.parser.StartElementHandler = self._begun
        self.parser.EndElementHandler = self._ended
        self.parser.CharacterDataHandler = self._said

    def _declared(self, *_: object) -> None:
        raise VisionError("what it answers declares types of its own, which nobody needs")

    def _begun(self, name: str, attributes: dict[str, str]) -> None:
        self._number += 1
        if len(self._open) >= DEEPEST or self._number > MOST_ELEMENTS:
            raise VisionError("what it answers is nested or long beyond reason")
        plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        element = Element(name.rpartition(":")[2], plain)
        if self._open:
            self._open[-1].children.append(element)
        elif self.root is None:
            self.root = element
        self._open.append(element)

    def _ended(self, _name: str) -> None:
        self._open.pop()

    def _said(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text
