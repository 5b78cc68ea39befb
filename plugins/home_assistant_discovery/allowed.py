"""What a template may name: filters of Jinja, and methods by the type that has them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from jinja2.runtime import LoopContext

from .functions import DictMaker

BUILT_IN = (
    "abs", "capitalize", "count", "default", "d", "dictsort", "first", "items", "join", "last", "length",
    "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "select", "selectattr",
    "sort", "sum", "title", "trim", "truncate", "unique", "upper", "wordcount",
)  # fmt: skip
METHODS: Mapping[type, frozenset[str]] = {
    str: frozenset([
        "lower", "upper", "strip", "lstrip", "rstrip", "split", "splitlines", "partition", "startswith",
        "endswith", "find", "index", "count", "title", "capitalize", "swapcase", "isdigit", "isnumeric",
        "isalpha", "isalnum", "isdecimal", "isspace", "islower", "isupper", "removeprefix",
        "removesuffix", "replace", "format", "join",
    ]),
    dict: frozenset([
        "get", "keys", "values", "items",
    ]),
    list: frozenset([
        "index", "count",
    ]),
    tuple: frozenset([
        "index", "count",
    ]),
    float: frozenset([
        "is_integer",
    ]),
    int: frozenset([
        "bit_length",
    ]),
    date: frozenset([
        "strftime", "isoformat", "timestamp", "weekday", "isoweekday", "date", "time", "year", "month",
        "day", "hour", "minute", "second",
    ]),
    timedelta: frozenset([
        "total_seconds", "days", "seconds",
    ]),
    LoopContext: frozenset([
        "index", "index0", "first", "last", "length", "revindex", "revindex0", "previtem", "nextitem",
        "cycle",
    ]),
    DictMaker: frozenset([
        "from_keys",
    ]),
}  # fmt: skip
ATTRIBUTE_NAMES = frozenset(name for names in METHODS.values() for name in names)
