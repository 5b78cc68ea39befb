"""Calls that hold up the whole house or go on without it, and what to write instead."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TypeVar

R = TypeVar("R")

HTTP = "await self.http.get(url), and name the host in http_hosts"
THREAD = "await asyncio.to_thread(...) around it"
PROCESS = "await asyncio.create_subprocess_exec(...)"
CALLS = {
    "time.sleep": "await asyncio.sleep(...)",
    "urllib.request.urlopen": HTTP,
    "urlopen": HTTP,
    "os.system": PROCESS,
    "subprocess.run": PROCESS,
    "subprocess.call": PROCESS,
    "subprocess.check_call": PROCESS,
    "subprocess.check_output": PROCESS,
    "subprocess.Popen": PROCESS,
    "socket.create_connection": "await asyncio.open_connection(...)",
    "sqlite3.connect": "self.storage, or await asyncio.to_thread(...)",
    "input": "await ask(...)",
    "sys.stdin.read": "await ask(...)",
    "sys.stdin.readline": "await ask(...)",
    "sys.stdin.readlines": "await ask(...)",
    "open": f"{THREAD}, or self.storage for what the plugin remembers",
    "asyncio.run": "await the coroutine",
    "asyncio.create_task": "`async with asyncio.TaskGroup() as tasks` in run()",
    "asyncio.ensure_future": "`async with asyncio.TaskGroup() as tasks` in run()",
    "threading.Thread": "await asyncio.to_thread(...) in run()",
    "threading.Timer": "await asyncio.sleep(...) in run(), or @every(seconds=...)",
}
KEYBOARD = ("input", "sys.stdin.read", "sys.stdin.readline", "sys.stdin.readlines")
WHOLE = {
    "os.chdir": "whole paths, such as Path.home() / 'notes'",
    "os._exit": "raise ToolError(...), or return",
    "os.abort": "raise ToolError(...), or return",
    "os.forkpty": "await asyncio.create_subprocess_exec(...)",
    "os.execv": "await asyncio.create_subprocess_exec(...)",
    "os.execvp": "await asyncio.create_subprocess_exec(...)",
    "os.fork": "await asyncio.create_subprocess_exec(...)",
    "os.umask": "path.chmod(...)",
    "resource.setrlimit": "await asyncio.create_subprocess_exec(...)",
    "signal.alarm": "async with asyncio.timeout(10)",
    "signal.raise_signal": "raise ToolError(...), or return",
    "time.tzset": "zoneinfo.ZoneInfo(...)",
    "sys.setrecursionlimit": "a loop",
    "locale.setlocale": "the words out: names of days in a tuple",
    "logging.basicConfig": "log = logging.getLogger(__name__)",
    "logging.disable": "log = logging.getLogger(__name__)",
    "signal.signal": "a method with @hears, @when or @every",
    "socket.setdefaulttimeout": "async with asyncio.timeout(10)",
    "asyncio.all_tasks": "`async with asyncio.TaskGroup() as tasks`, which knows your own",
    "asyncio.get_running_loop.stop": "return from run()",
    "asyncio.get_event_loop.stop": "return from run()",
}
"""What is changed, or ended, for everybody."""
MODULES = {"requests": HTTP, "httpx": HTTP, "urllib3": HTTP}
METHODS = {
    "read_text": THREAD,
    "write_text": THREAD,
    "read_bytes": THREAD,
    "write_bytes": THREAD,
    "run_until_complete": "await",
}
LEFT = {
    "asyncio.create_task": "task",
    "asyncio.ensure_future": "task",
    "threading.Thread": "thread",
    "threading.Timer": "thread",
}
"""What goes on by itself."""


def remarks(module: ast.Module, remark: Callable[[int, str, str], R]) -> Iterator[R]:
    """One for each call inside a function of the plugin that does not go through a thread."""
    names = _imported(module)
    aside = {
        id(inner)
        for call in ast.walk(module)
        if isinstance(call, ast.Call) and _dotted(call.func, names) in ("asyncio.to_thread",)
        for argument in call.args
        for inner in ast.walk(argument)
    }
    in_threads = {
        _dotted(argument, names).rpartition(".")[2]
        for call in ast.walk(module)
        if isinstance(call, ast.Call) and _dotted(call.func, names) == "asyncio.to_thread"
        for argument in call.args[:1]
    }
    # A file is run while the house waits for it, too; what stands below `if __name__` is not.
    begun = [
        each for each in module.body if not (isinstance(each, ast.If) and "__name__" in ast.dump(each.test))
    ]
    top = ast.Module([each for each in begun if not isinstance(each, ast.ClassDef)], [])
    for function in [top, *ast.walk(module)]:
        if function is not top and not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(function, ast.FunctionDef) and function.name in in_threads:
            continue
        for call in _own_calls(function):
            called = _dotted(call.func, names)
            instead = _instead(called)
            if instead and id(call) not in aside:
                yield remark(call.lineno, _problem(called), instead)


def _problem(called: str) -> str:
    if called in KEYBOARD:
        return f"{called}() reads what is typed to the house, which a plugin never gets"
    if called in LEFT:
        return f"{called}() makes a {LEFT[called]} that nobody ends"
    if called in WHOLE:
        return f"{called}() is for the whole house, not for this plugin alone"
    return f"{called}() holds up the whole house until it returns"


def _instead(called: str) -> str:
    root, last = called.partition(".")[0], called.rpartition(".")[2]
    if called in CALLS or called in WHOLE:
        return CALLS.get(called) or WHOLE[called]
    if root in MODULES and root != called:
        return MODULES[root]
    return METHODS.get(last, "") if "." in called else ""


def _own_calls(function: ast.AST) -> Iterator[ast.Call]:
    """The calls in a function, without those of functions inside it."""
    for child in ast.iter_child_nodes(function):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from _own_calls(child)


def _imported(module: ast.Module) -> dict[str, str]:
    """Name in the file → what it stands for."""
    found: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {each.asname or each.name: each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return found


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(names.get(node.id, node.id))
    elif isinstance(node, ast.Call):
        parts.append(_dotted(node.func, names))
    return ".".join(reversed(parts))
