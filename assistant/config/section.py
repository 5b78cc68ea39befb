"""What sections of the configuration have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from assistant.config.mistakes import KeyPath, Places
from assistant.errors import ConfigError

Dollars = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
Port = Annotated[int, Field(ge=0, le=65535)]


def _expanded(value: object) -> object:
    return Path(value).expanduser() if isinstance(value, str) else value


UserPath = Annotated[Path, BeforeValidator(_expanded)]


@dataclass(frozen=True)
class Written:
    """Where a section stands in the file; sections that say the same are equal wherever they stand."""

    places: Places | None = field(default=None, compare=False)
    at: KeyPath = field(default=(), compare=False)


class Section(BaseModel):
    """A mapping in the file; unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    _written: Written = PrivateAttr(default=Written())

    def written(self, places: Places, at: KeyPath) -> None:
        """Remember where this was written, for mistakes that show only once its parts are known."""
        self._written = Written(places, at)
        for name in self.model_fields_set:  # defaults are shared by all, and stand nowhere
            for way, section in _sections(getattr(self, name), (name,)):
                section.written(places, (*at, *way))

    def mistake(self, problem: str, key: str = "") -> ConfigError:
        """The error to raise for a key, or for the section; with its place when it was read from a file."""
        written = self._written
        if written.places is None:
            return ConfigError(problem)
        return written.places.mistake(problem, (*written.at, *([key] if key else [])))


def _sections(value: object, way: KeyPath) -> Iterator[tuple[KeyPath, Section]]:
    match value:
        case Section():
            yield way, value
        case list():
            for number, each in enumerate(value):
                yield from _sections(each, (*way, number))
        case dict():
            for name, each in value.items():
                yield from _sections(each, (*way, name))
