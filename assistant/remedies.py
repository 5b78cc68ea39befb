"""What to write instead, for the slips that Python names but does not explain."""

from __future__ import annotations

import difflib
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import FrameType

API = "assistant.api"
KEYWORD = re.compile(r"^(?:(\w+)\.)?(\w+)\(\) got an unexpected keyword argument '(\w+)'")
BELONGS = {
    "Plugin": "assistant.plugin",
    "Device": "assistant.device",
    "Storage": "assistant.storage",
    "Http": "assistant.fetching",
    "WallClock": "assistant.wallclock",
}
"""Whose methods authors call, and where it is."""
POSITIONAL = re.compile(r"^(?:(\w+)\.)?(\w+)\(\) takes \d+ positional arguments? but")
NAMED_LIKE = 0.6
CIRCLE = "a file cannot import itself, or one that imports it: move what both need into a third"
LOOP = "the house runs the loop: put it into `async def run(self)`"
ALWAYS: tuple[tuple[type[BaseException], str, str], ...] = (
    (TabError, "", "indent with spaces only, four a step"),
    (IndentationError, "", "indent what belongs together by the same number of spaces"),
    (UnicodeDecodeError, "'utf-8' codec can't", "save the file as UTF-8"),
    (SyntaxError, "'utf-8' codec can't", "save the file as UTF-8"),
    (UnboundLocalError, "", "what lasts is kept in a class (self._count) or in self.storage"),
    (ImportError, "partially initialized", CIRCLE),
    (AttributeError, "circular import", CIRCLE),
    (RuntimeError, "running event loop", LOOP),
    (RuntimeError, "no current event loop", LOOP),
    (RecursionError, "", "it calls itself without an end: let it end, or write a loop"),
    (TypeError, "not JSON serializable", "write text or numbers instead, such as str(…) or when.isoformat()"),
    (TypeError, "abstract", "write what is abstract into the class, or leave it out"),
    (TypeError, "'coroutine' object", "write await before the call: (await …)"),
    (AttributeError, "'coroutine' object", "write await before the call: (await …)"),
    (SystemExit, "", "nobody but its owner ends the house: raise a ToolError, or a PluginError in __init__"),
    (StopIteration, "", "next(…) found nothing: write next(…, None)"),
    (ValueError, "in __slots__", "leave __slots__ out"),
    (ValueError, "signal only works", "signals are the house's own: write @when, @every or @at"),
)
"""Kind of error, words in its text, and what to do."""


def remedy(error: BaseException) -> str:
    """``write …``; "" when the error's own text says all that can be said."""
    text = str(error)
    for kind, words, instead in ALWAYS:
        if isinstance(error, kind) and words in text:
            return instead
    match error:
        case NameError(name=str(name)):
            return _of_name(name)
        case ModuleNotFoundError(name=str(name)):
            return _of_module(name, error)
        case ImportError(name=str(name)):
            wanted = re.search(r"cannot import name '(\w+)'", text)
            own = name.startswith(API) or (wanted is not None and wanted[1] in dict(_vocabulary()))
            return _of_name(wanted[1]) if wanted and own else ""
        case FileNotFoundError(filename=str(file)) if not Path(file).is_absolute():
            return f"a plugin's own file is Path(__file__).with_name({file!r}), or a setting of type Path"
        case AttributeError(name=str(name), obj=obj) if (
            f"no attribute {name!r}" in text and "; it has" not in text
        ):
            return of_attribute(name, dir(obj))
        case TypeError():
            return _of_arguments(text)
    return ""


def _vocabulary() -> Iterator[tuple[str, str]]:
    """Each name that authors may import, with its module; nothing is imported for it."""
    for module in (API, f"{API}.pictures", f"{API}.cameras", f"{API}.due", f"{API}.sources"):
        if (there := sys.modules.get(module)) is not None:
            yield from ((name, module) for name in getattr(there, "__all__", ()))


def _of_name(name: str) -> str:
    known = dict(reversed([*_vocabulary()]))
    if name in known:
        return f"write `from {known[name]} import {name}`"
    if near := difflib.get_close_matches(name, known, 1, NAMED_LIKE):
        return f"did you mean {near[0]}? Write `from {known[near[0]]} import {near[0]}`"
    return "is it misspelt, or not imported?"


def of_attribute(name: str, known: Iterable[str]) -> str:
    """What was meant by an attribute that is not there: a function of the vocabulary, or one called alike."""
    if module := dict(reversed([*_vocabulary()])).get(name):
        return f"write `from {module} import {name}`, and {name}(…) without self"
    near = difflib.get_close_matches(name, [each for each in known if not each.startswith("__")], 1)
    return f"did you mean {near[0]}?" if near else ""


def _of_module(name: str, error: BaseException) -> str:
    root = name.partition(".")[0]
    beside = [Path(frame.f_code.co_filename).parent / f"{root}.py" for frame in _frames(error)]
    if any(file.is_file() for file in beside):
        return (
            "a plugin is one file or one folder: put both into a folder with an __init__.py, "
            f"and write `from . import {root}`"
        )
    if root != "assistant" and difflib.SequenceMatcher(None, root, "assistant").ratio() > NAMED_LIKE:
        return f"write `from {API} import …`"
    if root == "assistant":
        return f"an author's names are in {API}; see docs/plugins/reference.md"
    return "is it misspelt, or not installed beside the assistant?"


def _frames(error: BaseException) -> Iterator[FrameType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def _of_arguments(text: str) -> str:
    wrong = KEYWORD.match(text) or POSITIONAL.match(text)
    if wrong is None:
        return ""
    owner, name = wrong[1] or "", wrong[2]
    if name == "__init__":
        owner, name = "", owner
    if (module := sys.modules.get(BELONGS.get(owner, ""))) is not None:
        return _known_arguments(name, getattr(getattr(module, owner), name), everything=True)
    for known, place in _vocabulary():
        if known == name:
            return _known_arguments(name, getattr(sys.modules[place], name), everything=False)
    return ""


def _known_arguments(name: str, function: Callable[..., object], *, everything: bool) -> str:
    """``say takes room=``; of a method ``everything``: what stands before that, too."""
    parameters = [each for each in inspect.signature(function).parameters.values() if each.name != "self"]
    first = [each.name for each in parameters if each.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    named = [f"{each.name}=" for each in parameters if each.kind is inspect.Parameter.KEYWORD_ONLY]
    shown = ", ".join([*(first if everything else []), *(each for each in named if each != "init=")])
    return f"{name} takes {shown}" if shown else ""
