"""What sections of the configuration have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Dollars = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
Port = Annotated[int, Field(ge=0, le=65535)]


def _expanded(value: object) -> object:
    return Path(value).expanduser() if isinstance(value, str) else value


UserPath = Annotated[Path, BeforeValidator(_expanded)]


class Section(BaseModel):
    """A mapping in the file; unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
