"""What a brain sent for a tool → what its function may be called with, or one sentence why not."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.errors import ToolError
from assistant.moments import spoken_length
from assistant.tools.schema import Declaration, Parameter

MOST_ELEMENTS = 100
IN_SECONDS = "in seconds"


def checked(declaration: Declaration, args: Mapping[str, Any], *, who: str = "") -> dict[str, Any]:
    """The arguments a tool may be called with, or one sentence why not.

    Raises:
        ToolError: an argument is missing, unknown, of the wrong type or out of range.
    """
    return _members(declaration.parameters, args, who or declaration.name)


def coerce(parameter: Parameter, value: Any) -> Any:
    """One argument as the type that was declared; models send 30.0 or "30" where 30 is meant.

    Raises:
        ToolError: it cannot be meant.
    """
    plain = _plain(parameter, value)
    if parameter.make is None:
        return plain
    try:
        return parameter.make(plain)
    except (TypeError, ValueError) as error:  # an author's dataclass may check itself
        raise ToolError(f"The {_spoken(parameter.name)} cannot be used: {error}.") from error


def _members(parameters: Sequence[Parameter], args: Mapping[str, Any], who: str) -> dict[str, Any]:
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, Any] = {}
    for name, value in args.items():
        if name not in known:
            raise ToolError(f"{who} has no {_spoken(name)}.", options=tuple(known))
        if value is not None:
            values[name] = coerce(known[name], value)
    for parameter in parameters:
        if parameter.required and parameter.name not in values:
            raise ToolError(f"I need to know the {_spoken(parameter.name)}.", options=parameter.options)
    return values


def _plain(parameter: Parameter, value: Any) -> Any:
    match parameter.type:
        case "boolean":
            return _boolean(parameter, value)
        case "integer" | "number":
            return _number(parameter, value)
        case "array" if parameter.items is not None:
            elements = value if isinstance(value, list) else [value]
            return [coerce(parameter.items, element) for element in elements[:MOST_ELEMENTS]]
        case "object":
            if not isinstance(value, Mapping):
                raise ToolError(f"The {_spoken(parameter.name)} must have its parts named.")
            return _members(parameter.fields, value, f"The {_spoken(parameter.name)}")
        case _:
            return _text(parameter, value)


def _boolean(parameter: Parameter, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise ToolError(f"The {_spoken(parameter.name)} must be yes or no.")


def _number(parameter: Parameter, value: Any) -> int | float:
    try:
        number = float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ToolError(f"The {_spoken(parameter.name)} must be a number.")
    low, high = parameter.low, parameter.high
    if (low is not None and number < low) or (high is not None and number > high):
        if parameter.description.endswith(IN_SECONDS) and low is not None and high is not None and low >= 0:
            raise ToolError(f"It must be between {spoken_length(low)} and {spoken_length(high)}.")
        raise ToolError(f"The {_spoken(parameter.name)} must be {_between(low, high)}.")
    return round(number) if parameter.type == "integer" else number


def _between(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"between {low:.12g} and {high:.12g}"
    return f"at least {low:.12g}" if low is not None else f"at most {high:.12g}"


def _text(parameter: Parameter, value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ToolError(f"The {_spoken(parameter.name)} must be words.")
    text = str(value).strip()[:1000]
    if not parameter.options:
        return text
    by_fold = {option.casefold(): option for option in parameter.options}
    if text.casefold() in by_fold:
        return by_fold[text.casefold()]
    near = difflib.get_close_matches(text.casefold(), by_fold, 3) or list(by_fold)[:5]
    raise ToolError(
        f"I don't know the {_spoken(parameter.name)} {text[:60]!r}.", options=tuple(by_fold[n] for n in near)
    )


def _spoken(name: str) -> str:
    return name.replace("_", " ")
