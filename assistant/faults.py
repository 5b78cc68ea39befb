"""What somebody else's code did wrong, as one line: where in their file, which exception, its text."""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import Any

from assistant.remedies import remedy

SUGGESTION = re.compile(r"\. Did you mean '\w+'\?$")
"""What newer Pythons put at the end of some errors; what there is to choose from says more."""
LONGEST_TEXT = 300
PRIVATE = "_assistant_plugin_"
"""Before the names of authors' modules, which they have not written so."""


def log_fault(log: logging.Logger, what: str, error: BaseException, module: str) -> None:
    """One line for people; the traceback only at DEBUG. ``module`` is where the author's code lives."""
    log.error("%s: %s", what, in_one_line(error, module))
    log.debug("%s: the traceback", what, exc_info=error)


def in_the_loop(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The event loop's handler for errors nobody awaits, such as in a task that a plugin made itself."""
    error = context.get("exception")
    what = str(context.get("message", "the event loop has a problem"))
    if isinstance(error, BaseException):
        log_fault(logging.getLogger("asyncio"), what, error, "")
    else:
        logging.getLogger("asyncio").error("%s", what)


def outside_the_loop() -> None:
    """Have what nobody can catch, errors of threads and of ``__del__``, told in one line by this process."""
    sys.unraisablehook = _unraisable
    threading.excepthook = _of_a_thread


def _unraisable(args: Any) -> None:
    if isinstance(args.exc_value, BaseException):
        what = getattr(args.object, "__qualname__", type(args.object).__name__)
        log_fault(logging.getLogger(__name__), f"{what} failed unseen", args.exc_value, "")


def _of_a_thread(args: Any) -> None:
    if isinstance(args.exc_value, BaseException) and not isinstance(args.exc_value, SystemExit):
        name = args.thread.name if args.thread else "?"
        log_fault(logging.getLogger(__name__), f"the thread {name} failed", args.exc_value, "")


def cancelled_from_outside() -> bool:
    """Whether somebody cancels this task; an author's code may also raise CancelledError by itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def passes(error: BaseException) -> bool:
    """Whether nobody may end it here: a cancellation from outside, or somebody's Ctrl-C.

    What an author's code raises itself is none of these, whatever it is called.
    """
    if isinstance(error, asyncio.CancelledError):
        return cancelled_from_outside()
    if not isinstance(error, KeyboardInterrupt):
        return False
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return str(frame.f_globals.get("__name__")).startswith("asyncio.")  # its handler of the signal


def in_one_line(error: BaseException, module: str) -> str:
    """``file:line: ValueError: its text``, the line being the author's own that ran last."""
    inner = first(error)
    # What was put into a group without being raised has no frames of its own.
    found = place(inner, module) or place(error, module)
    return f"{found}: {named(inner)}" if found else named(inner)


def named(error: BaseException) -> str:
    """``NameError: its text; what to write instead`` on one line of bounded length."""
    text = " ".join(_text(error).split()).replace(PRIVATE, "")
    if isinstance(error, SyntaxError) and error.filename:  # the place is told before it
        text = " ".join(str(error.msg).split())
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}..."
    if instead := _remedy(error):
        text = "; ".join(filter(None, (SUGGESTION.sub("", text), instead)))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def place(error: BaseException, module: str) -> str:
    """``file:line`` of the innermost frame in the module or its parts (in any, when it is empty)."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    own = list(_frames(error, module.partition(".")[0]))
    return own[-1] if own else ""


def class_place(kind: type, field: str = "") -> str:
    """``file:line`` of a class, or of a field of it; the name of the class when it has no file."""
    try:
        file = inspect.getsourcefile(kind)
        lines, begin = inspect.getsourcelines(kind)
    except (OSError, TypeError):
        return f"class {kind.__name__}"
    at = (
        [number for number, line in enumerate(lines) if re.match(rf"\s+{field}\s*[:=]", line)]
        if field
        else []
    )
    return f"{file}:{begin + (at[0] if at else 0)}"


def first(error: BaseException) -> BaseException:
    """The error that people should read: a TaskGroup wraps it, and so does Python a StopIteration."""
    if isinstance(error, BaseExceptionGroup):
        return first(error.exceptions[0])
    stopped = isinstance(error, RuntimeError) and isinstance(error.__cause__, StopIteration)
    return error.__cause__ if stopped and error.__cause__ else error


def _frames(error: BaseException, root: str) -> Iterator[str]:
    for frame, line in traceback.walk_tb(error.__traceback__):
        if not root or str(frame.f_globals.get("__name__")).partition(".")[0] == root:
            yield f"{frame.f_code.co_filename}:{line}"


def _remedy(error: BaseException) -> str:
    try:
        return remedy(error)
    except Exception:  # noqa: BLE001 - an author's own error class may be wrong in any way
        return ""


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - the author's own __str__ may be wrong, too
        return "(its text cannot be read)"
