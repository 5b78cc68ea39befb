"""Filters and functions that Home Assistant's templates have beside Jinja's own."""

from __future__ import annotations

import base64
import json
import math
import statistics
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from jinja2 import Undefined, UndefinedError

from assistant.api.sources import slug

from .bounded import Refused, fitting, narrow, pattern

MISSING = object()
TRUTHS: Mapping[str, bool] = {
    **dict.fromkeys(("on", "true", "yes", "1", "enable"), True),
    **dict.fromkeys(("off", "false", "no", "0", "disable"), False),
}


def number(value: Any, default: Any = MISSING) -> Any:
    """``| float``; without a default what is no number is an error, as in Home Assistant."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError, UndefinedError):
        return _fallback(value, default)


def whole(value: Any, default: Any = MISSING, base: int = 10) -> Any:
    """``| int``: also of "21.7"."""
    try:
        return int(value, base) if isinstance(value, str) and base != 10 else int(float(value))
    except (TypeError, ValueError, OverflowError, UndefinedError):
        return _fallback(value, default)


def _fallback(value: Any, default: Any) -> Any:
    if default is MISSING:
        raise ValueError(f"{str(value)[:40]!r} is no number")
    return default


def rounded(value: Any, precision: int = 0, method: str = "common", default: Any = MISSING) -> Any:
    """``| round``: common, ceil, floor or half."""
    amount = number(value, default)
    if not isinstance(amount, float) or not math.isfinite(amount):
        return amount
    scale = 10.0 ** min(max(int(precision), -20), 20)
    match method:
        case "ceil":
            return math.ceil(amount * scale) / scale
        case "floor":
            return math.floor(amount * scale) / scale
        case "half":
            return round(amount * 2) / 2
    near = round(amount, min(max(int(precision), -20), 20))
    return int(near) if precision == 0 else near


def multiply(value: Any, amount: Any, default: Any = MISSING) -> Any:
    """``| multiply``."""
    factor = number(value, default)
    return factor * number(amount) if isinstance(factor, float) else factor


def _is_number(value: Any) -> bool:
    return isinstance(number(value, None), float) and math.isfinite(number(value))


def _json_text(value: Any, *_args: Any, **_options: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _from_json(value: Any, default: Any = MISSING) -> Any:
    try:
        return json.loads(value)
    except (TypeError, ValueError, RecursionError):
        if default is MISSING:
            raise
        return default


def _defined(value: Any) -> Any:
    if isinstance(value, Undefined):
        raise UndefinedError("it is not there")
    return value


def iif(value: Any, if_true: Any = True, if_false: Any = False, if_none: Any = MISSING) -> Any:
    """``iif(condition, yes, no)``."""
    if value is None and if_none is not MISSING:
        return if_none
    return if_true if value else if_false


def _regex(way: str) -> Callable[..., Any]:
    def find(value: Any, find: str = "", ignorecase: bool = False) -> Any:
        subject = str(value)
        return getattr(pattern(find, bool(ignorecase)), way)(subject)

    return find


def _findall_index(value: Any, find: str = "", index: int = 0, ignorecase: bool = False) -> Any:
    return _regex("findall")(value, find, ignorecase)[index]


def _regex_replace(value: Any, find: str = "", replace: str = "", ignorecase: bool = False) -> str:
    subject = str(value)
    backwards = len(subject) * replace.count("\\")
    fitting((len(subject) + 1) * (len(replace) + backwards) // 32)
    return pattern(find, bool(ignorecase)).sub(replace, subject)


def replaced(text: Any, old: Any, new: Any, count: int = -1) -> str:
    """``str.replace`` that looks before how long it will be."""
    subject, old, new = str(text), str(old), str(new)
    fitting(len(subject) + subject.count(old) * len(new))
    return subject.replace(old, new, count)


def formatted(text: Any, *args: Any, **named: Any) -> str:
    """``"%.1f" | format(value)``."""
    return str(narrow(str(text)) % (named or args))


def text_format(text: str) -> Callable[..., str]:
    """``"{:.1f}".format(value)``; it cannot look into its values."""

    def form(*args: Any, **named: Any) -> str:
        return narrow(text).format(*args, **named)

    return form


def moment(value: Any, default: Any = MISSING) -> Any:
    """``as_datetime`` of ISO 8601 or of seconds since 1970."""
    try:
        if isinstance(value, datetime):
            return value
        if _is_number(value):
            return datetime.fromtimestamp(float(value), UTC)
        return datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        if default is MISSING:
            raise
        return default


def timestamp(value: Any, default: Any = MISSING) -> Any:
    """``as_timestamp``: seconds since 1970."""
    if _is_number(value):
        return float(value)
    when = moment(value, default)
    return when.timestamp() if isinstance(when, datetime) else when


def _custom(value: Any, form: str = "%Y-%m-%d %H:%M:%S", local: bool = True, default: Any = MISSING) -> Any:
    when = moment(value, default)
    if not isinstance(when, datetime):
        return when
    return strftime(when.astimezone(None if local else UTC))(form)


def strftime(when: Any) -> Callable[[str], str]:
    """``when.strftime`` with a short format."""

    def form(text: str) -> str:
        fitting(len(str(text)) * 300)
        return str(when.strftime(narrow(str(text))))

    return form


def _local(value: Any, default: Any = MISSING) -> Any:
    when = moment(value, default)
    return when.astimezone().isoformat() if isinstance(when, datetime) else when


def _as_local(value: Any) -> Any:
    return value.astimezone() if isinstance(value, datetime) else value


def _utc(value: Any, default: Any = MISSING) -> Any:
    when = moment(value, default)
    return when.astimezone(UTC).isoformat() if isinstance(when, datetime) else when


def _mean(way: Callable[[Iterable[float]], float]) -> Callable[..., Any]:
    def mean(*values: Any, default: Any = MISSING) -> Any:
        several = values[0] if len(values) == 1 and isinstance(values[0], list | tuple) else values
        try:
            return way([float(value) for value in several])
        except (TypeError, ValueError):
            return _fallback(values, default)

    return mean


def _calculated(way: Callable[..., float]) -> Callable[..., Any]:
    def calculated(value: Any, *more: Any, default: Any = MISSING) -> Any:
        try:
            return way(float(value), *(float(one) for one in more))
        except (TypeError, ValueError, ArithmeticError):
            return _fallback(value, default)

    return calculated


def _truth(value: Any, default: Any = MISSING) -> Any:
    if isinstance(value, bool | int | float):
        return bool(value)
    known = TRUTHS.get(str(value).strip().lower())
    return _fallback(value, default) if known is None else known


def short_range(*args: int) -> list[int]:
    """``range`` of at most a thousand numbers."""
    found = range(*args)
    if len(found) > 1000:
        raise Refused("a range is too long")
    return list(found)


def zipped(*values: Iterable[Any]) -> list[tuple[Any, ...]]:
    """``zip``."""
    return list(zip(*values, strict=False))


class DictMaker:
    """``dict(...)`` and ``dict.from_keys(...)``."""

    def __call__(self, *args: Any, **named: Any) -> dict[Any, Any]:
        return dict(*args, **named)

    def from_keys(self, pairs: Iterable[Any]) -> dict[Any, Any]:
        """Home Assistant's name for a dict of pairs."""
        return dict(pairs)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "float": number,
    "int": whole,
    "round": rounded,
    "multiply": multiply,
    "add": lambda value, amount, default=MISSING: number(value, default) + amount,
    "is_number": _is_number,
    "string": str,
    "tojson": _json_text,
    "to_json": _json_text,
    "from_json": _from_json,
    "is_defined": _defined,
    "iif": iif,
    "regex_match": lambda value, find="", ignorecase=False: bool(_regex("match")(value, find, ignorecase)),
    "regex_search": lambda value, find="", ignorecase=False: bool(_regex("search")(value, find, ignorecase)),
    "regex_findall": _regex("findall"),
    "regex_findall_index": _findall_index,
    "regex_replace": _regex_replace,
    "replace": replaced,
    "format": formatted,
    "as_datetime": moment,
    "as_timestamp": timestamp,
    "as_local": _as_local,
    "timestamp_custom": _custom,
    "timestamp_local": _local,
    "timestamp_utc": _utc,
    "bitwise_and": lambda value, other: int(value) & int(other),
    "bitwise_or": lambda value, other: int(value) | int(other),
    "slugify": lambda value: slug(str(value)),
    "base64_decode": lambda value: base64.b64decode(str(value)).decode(),
    "average": _mean(statistics.fmean),
    "median": _mean(statistics.median),
    "sqrt": _calculated(math.sqrt),
    "log": _calculated(math.log),
    "bool": _truth,
    "ord": lambda value: ord(str(value)),
    "contains": lambda value, item: item in value,
}
FUNCTIONS: Mapping[str, Any] = {
    "float": number,
    "int": whole,
    "iif": iif,
    "zip": zipped,
    "range": short_range,
    "now": lambda: datetime.now().astimezone(),
    "utcnow": lambda: datetime.now(UTC),
    "as_timestamp": timestamp,
    "as_datetime": moment,
    "strptime": lambda text, form: datetime.strptime(str(text), narrow(str(form))),
    "is_number": _is_number,
    "bool": _truth,
    "as_local": _as_local,
    "timedelta": lambda **parts: timedelta(**parts),
    "average": _mean(statistics.fmean),
    "median": _mean(statistics.median),
    "sqrt": _calculated(math.sqrt),
    "log": _calculated(math.log),
    "pi": math.pi,
    "e": math.e,
    "min": lambda *values: min(*values),
    "max": lambda *values: max(*values),
    "states": lambda *_args: "unknown",
    "state_attr": lambda *_args: None,
    "is_state": lambda *_args: False,
    "dict": DictMaker(),
}
REGEX = frozenset(
    [
        "regex_match",
        "regex_search",
        "regex_findall",
        "regex_findall_index",
        "regex_replace",
        "match",
        "search",
    ]
)
"""Filters and tests that match; their work is charged before they run."""
TESTS: Mapping[str, Callable[..., bool]] = {
    "match": lambda value, find="", ignorecase=False: bool(_regex("match")(value, find, ignorecase)),
    "search": lambda value, find="", ignorecase=False: bool(_regex("search")(value, find, ignorecase)),
    "is_number": _is_number,
    "contains": lambda value, item: item in value,
    "list": lambda value: isinstance(value, list),
}
