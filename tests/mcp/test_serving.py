"""`assistant mcp` as another agent meets it: the real library on both ends of a real process."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import mcp
import pytest
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.cli.test_bad_input import assistant, environment
from tests.cli.test_daemon import daemon


def agent(state: Path, *more: str) -> Any:
    given = {
        name: value for name, value in environment(state).items() if name.startswith(("ASSISTANT", "PATH"))
    }
    command = StdioServerParameters(command=sys.executable, args=["-m", "assistant", "mcp", *more], env=given)
    return mcp.Client(stdio_client(command), cache=None)


def words(result: Any) -> str:
    return str(result.content[0].text)


async def _commands(client: Any) -> None:
    """What an agent sees of the pretend home, and may do in it."""
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert {"turn_on", "turn_off", "set_timer", "find_devices"} <= set(tools)
    # What is never done on a word alone is not offered, nor what is about people's own last words.
    assert not {"unlock", "undo", "why", "cancel_that", "do_later", "cancel_planned"} & set(tools)
    assert tools["find_devices"].annotations.read_only_hint
    assert "dimmable light: kitchen light" in (client.instructions or "")
    done = await client.call_tool("turn_on", {"device": "kitchen light", "brightness": 40})
    assert (words(done), done.is_error) == ("The kitchen light is on at 40 percent.", False)
    for tool, args, why in (
        ("turn_on", {"device": "cellar light"}, "cellar light"),
        ("turn_on", {"device": "kitchen light", "brightness": 400}, "must be between 0 and 100"),
        ("unlock", {"device": "front door"}, "There is no tool called unlock."),
        ("turn_on", {"device": "kitchen light", "x": "a" * 70_000}, "expects one JSON object"),
    ):
        refusal = await client.call_tool(tool, args)
        assert refusal.is_error, tool
        assert why in words(refusal)


async def test_an_agent_acts_through_the_running_daemon(tmp_path: Path) -> None:
    state = tmp_path / "s"
    with daemon(state):
        async with agent(state) as client:
            await _commands(client)
            # The duplicate guard: the same at once is one action.
            timers = [client.call_tool("set_timer", {"seconds": 3600}) for _ in range(2)]
            first, second = await asyncio.gather(*timers)
            assert words(first) == words(second)
        said = assistant(state, "say", "how much time is left")
        assert b"1 hour" in said.stdout or b"59 minutes" in said.stdout, said.stdout
    async with asyncio.timeout(30):
        async with agent(tmp_path / "other") as client:
            ended = await client.call_tool("turn_off", {"device": "bedroom lamp"})
            assert words(ended) == "The bedroom lamp is off."


def test_a_person_at_a_terminal_is_told_what_it_is_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.cli.parser import parsed
    from assistant.errors import UsageError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    options = parsed(["mcp"])
    with pytest.raises(UsageError, match="started by an agent"):
        options.command(options)


SLOW = """import asyncio
from assistant.api import tell, tool

@tool(slow=True)
async def brew() -> str:
    \"\"\"Brew.\"\"\"
    await tell("I am heating it")
    return "It is brewed"
"""


async def test_an_agent_hears_how_far_a_slow_tool_is(tmp_path: Path) -> None:
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "brew.py").write_text(SLOW)
    config = tmp_path / "config.yaml"
    config.write_text(f"plugin_paths: [{plugins}]\nhome: {{sources: []}}\nplugins: [brew]\n")
    told: list[str | None] = []

    async def heard(_progress: float, _total: float | None, message: str | None) -> None:
        told.append(message)

    async with asyncio.timeout(90), agent(tmp_path / "s", "--config", str(config)) as client:
        brewed = await client.call_tool("brew", {}, progress_callback=heard)
        assert (words(brewed), told) == ("It is brewed.", ["I am heating it"])
