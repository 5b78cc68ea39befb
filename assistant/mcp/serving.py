"""The house's tools for another agent, over stdin and stdout."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from collections.abc import Awaitable, Callable
from io import TextIOWrapper
from typing import Any

import anyio
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)

from assistant import __version__
from assistant.keyboard import own_input

Hear = Callable[[dict[str, Any]], None]
Ask = Callable[[dict[str, Any], Hear], Awaitable[list[dict[str, Any]]]]
"""A request of the control socket → what was told, and heard at once."""
ABOUT = "A smart home. What a tool returns is what the devices themselves report."


async def serve(ask: Ask) -> None:
    """Answer one agent until it goes."""
    own = secrets.token_hex(4)
    numbers = itertools.count(1)
    (told,) = await ask({"do": "tools"}, _unheard)

    async def listed(_context: ServerRequestContext, _page: PaginatedRequestParams | None) -> ListToolsResult:
        (now,) = await ask({"do": "tools"}, _unheard)
        return ListToolsResult(tools=[_tool(each) for each in now.get("tools", [])])

    async def called(context: ServerRequestContext, asked: CallToolRequestParams) -> CallToolResult:
        number = context.request_id or next(numbers)
        request = {"do": "call", "tool": asked.name, "args": asked.arguments or {}, "watch": True}
        news: asyncio.Queue[str] = asyncio.Queue()

        def hear(item: dict[str, Any]) -> None:
            if item["event"] == "progress":
                news.put_nowait(str(item["text"]))

        async with asyncio.TaskGroup() as tasks:
            passing = tasks.create_task(_passed_on(context, news))
            told = await ask({**request, "id": f"{own} {number}"}, hear)
            await news.join()
            passing.cancel()
        return _result([item for item in told if item["event"] != "progress"])

    instructions = f"{ABOUT}\n\n{told.get('instruction', '')}"
    server: Server[Any] = Server(
        "assistant", version=__version__, instructions=instructions, on_list_tools=listed, on_call_tool=called
    )
    sent = TextIOWrapper(own_input().buffer, encoding="utf-8", errors="replace")
    async with stdio_server(anyio.wrap_file(sent)) as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def _unheard(_item: dict[str, Any]) -> None:
    """Nobody waits for it piece by piece."""


async def _passed_on(context: ServerRequestContext, news: asyncio.Queue[str]) -> None:
    """What a slow tool tells meanwhile goes to the agent that has asked for it."""
    token = (context.meta or {}).get("progress_token")
    for step in itertools.count(1):
        sentence = await news.get()
        if token is not None:
            await context.session.send_progress_notification(token, step, message=sentence)
        news.task_done()


def _tool(told: dict[str, Any]) -> Tool:
    reads = told["risk"] == "read"
    hints = ToolAnnotations(
        read_only_hint=reads, destructive_hint=told["risk"] == "costly", open_world_hint=False
    )
    return Tool(
        name=told["name"], description=told["description"], input_schema=told["parameters"], annotations=hints
    )


def _result(told: list[dict[str, Any]]) -> CallToolResult:
    """The tool's own sentence, its state besides; what went wrong is a result, too."""
    answer = told[-1] if told else {"text": "The house did not answer."}
    texts = [str(answer["text"])]
    if answer.get("options"):
        texts.append(f"Possible: {', '.join(answer['options'])}")
    if answer.get("state"):
        texts.append(json.dumps(answer["state"], ensure_ascii=False))
    content: list[Any] = [TextContent(text=text) for text in texts]
    return CallToolResult(content=content, is_error=not answer.get("ok", False))
