"""`assistant plugin new|check|say|test|pack`: what an author needs, from an empty folder on."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from assistant.cli.output import Output, logging_to_stderr
from assistant.errors import UsageError
from assistant.loader import LoadState
from assistant.tools.schema import Declaration
from assistant.tools.table import Tool, merged


def plugin(options: argparse.Namespace) -> int:
    """Do what the second word says."""
    logging_to_stderr(quiet=True)
    output = Output(as_json=options.json)
    do: dict[str, Callable[[argparse.Namespace, Output], bool]] = {
        "new": _new, "check": _check, "say": _say, "test": _test, "pack": _pack,
    }  # fmt: skip
    ok = do[options.what](options, output)
    output.tell({"event": "done"})
    return 0 if ok else 1


def _new(options: argparse.Namespace, output: Output) -> bool:
    from assistant.author.scaffold import file_name, written
    from assistant.config import PluginEntry
    from assistant.loader import Loader

    stem = file_name(options.name)
    there = Loader().load(PluginEntry(name=stem))
    for path in (paths := written(stem, options.kind, Path.cwd())):
        output.tell({"event": "written", "file": str(path)})
    if not there.absent:
        place = f" ({there.file.path})" if there.file else ""
        output.note(
            f"There is a plugin {stem} already{place}, whose place yours takes; to have both, begin anew "
            f"with: assistant plugin new my_{stem}"
        )
    output.note(f"Next: assistant plugin test {paths[0].name}")
    return True


def _check(options: argparse.Namespace, output: Output) -> bool:
    from assistant.author.quality import examined

    fine = True
    for path in _files(options.file):
        found, remarks, verdict = examined(path, _settings(options.set))
        if found.state is not LoadState.ENABLED:
            output.tell({"event": "error", "text": found.reason})
            fine = False
            continue
        for declared in _as_told(found.tools):
            output.tell(
                {
                    "event": "declaration",
                    "name": declared.name,
                    "description": declared.description,
                    "parameters": declared.schema(),
                    "phrases": list(declared.phrases),
                    "risk": declared.risk.name.lower(),
                    "slow": declared.slow,
                    "speak": declared.speak,
                }
            )
        for remark in remarks:
            said = {"text": remark.text, "instead": remark.instead, "grave": remark.grave}
            output.tell({"event": "remark", "place": f"{path}:{remark.line}", **said})
        output.tell(
            {"event": "level", "file": str(path), "level": verdict.level, "missing": list(verdict.missing)}
        )
        fine = fine and not any(remark.grave for remark in remarks)
    return fine


def _as_told(tools: Sequence[Tool]) -> list[Declaration]:
    """What the brain is told: each verb once, with the device that it is for."""
    names = dict.fromkeys(tool.name for tool in tools)
    return [merged([tool for tool in tools if tool.name == name]) for name in names]


def _test(options: argparse.Namespace, output: Output) -> bool:
    from assistant.author.quality import unreached
    from assistant.testing.stories import played
    from assistant.testing.told import SUFFIX, checked, read

    if options.file is None:
        files = sorted(Path.cwd().glob(f"*{SUFFIX}"))
        if not files:
            raise UsageError(f"there are no stories (*{SUFFIX}) in {Path.cwd()}; name a plugin file")
    else:
        files = [options.file] if options.file.name.endswith(SUFFIX) else [checked(_there(options.file))]
    fine = True
    for file in files:
        began = time.monotonic()
        mistakes = asyncio.run(played(file))
        for mistake in mistakes:
            output.tell({"event": "mistake", "story": mistake.story, "text": mistake.problem})
        stories, seconds = read(file), round(time.monotonic() - began, 2)
        for reason in unreached(stories.plugin) if mistakes and stories.plugin.is_file() else []:
            output.tell({"event": "reason", "text": reason})
        counts = {"stories": len(stories.stories), "wrong": len({mistake.story for mistake in mistakes})}
        output.tell({"event": "played", "file": str(file), **counts, "seconds": seconds})
        fine = fine and not mistakes
    return fine


def _pack(options: argparse.Namespace, output: Output) -> bool:
    from assistant.author.pack import packed

    folder = packed(_there(options.file))
    output.tell({"event": "written", "file": str(folder)})
    output.note(f"Next: pip install ./{folder.name}")
    return True


def _say(options: argparse.Namespace, output: Output) -> bool:
    from assistant.cli.trial import tried

    text = " ".join(options.text.split())
    return asyncio.run(tried(text, _there(options.file), _settings(options.set), output))


def _settings(pairs: list[str]) -> dict[str, Any]:
    from assistant.config.read import value_of

    found: dict[str, Any] = {}
    for pair in pairs:
        name, given, value = pair.partition("=")
        if not given:
            raise UsageError(f"--set {pair}: write --set setting=value")
        found[name] = value_of(value)
    return found


def _files(path: Path) -> list[Path]:
    """One plugin file, or all in a folder that is no plugin itself."""
    if path.is_dir() and not (path / "__init__.py").is_file():
        return [each for each in sorted(path.glob("*.py")) if not each.name.startswith(("_", "test_"))]
    return [_there(path)]


def _there(path: Path) -> Path:
    file = path / "__init__.py" if path.is_dir() else path
    if not file.is_file():
        raise UsageError(f"{path}: there is no such plugin file")
    return file.absolute()
