"""Servers of tools, with the real library on both ends: what they offer, and what they cannot do to the house."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from assistant.bus import Bus
from assistant.config import McpServer, McpTool
from assistant.home.registry import Registry
from assistant.mcp import client, transport
from assistant.mcp.servers import Servers
from assistant.tools.declaring import declare
from assistant.tools.dispatch import Dispatcher, ToolCall, ToolResult
from assistant.tools.table import Tool, ToolTable
from assistant.tools.telling import Listener
from assistant.tools.vocabulary import Risk

PARTS = Path(__file__).parent.parent / "parts"
SHELF = [sys.executable, str(PARTS / "mcp_server.py")]
SECONDS = 20.0


class Bench:
    """Servers, and the dispatcher of a house that has nothing else."""

    def __init__(self, *wishes: McpServer) -> None:
        self.table = ToolTable()
        self.servers = Servers(wishes, self.table)
        self.news = asyncio.Event()
        self.servers.changed = self.news.set
        self._dispatcher = Dispatcher(self.table, Registry(), Bus())

    async def do(self, tool: str, **args: Any) -> ToolResult:
        self._dispatcher.new_utterance()
        return await self._dispatcher.call(ToolCall("", tool, args))

    async def do_telling(self, tell: Listener, tool: str, **args: Any) -> ToolResult:
        self._dispatcher.new_utterance()
        return await self._dispatcher.call(ToolCall("", tool, args), tell)

    async def offers(self, *names: str) -> None:
        async with asyncio.timeout(SECONDS):
            while not all(self.table.named(name) for name in names):
                self.news.clear()
                await self.news.wait()

    async def complains(self, words: str) -> None:
        async with asyncio.timeout(SECONDS):
            while words not in self.servers.trouble():  # noqa: ASYNC110 - it is no event
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def running(*wishes: McpServer) -> AsyncIterator[Bench]:
    bench = Bench(*wishes)
    task = asyncio.get_running_loop().create_task(bench.servers.run())
    try:
        yield bench
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


def shelf(name: str = "shelf", **more: Any) -> McpServer:
    return McpServer(name=name, command=SHELF, **more)


def rogue(how: str) -> McpServer:
    return McpServer(name="rogue", command=[sys.executable, str(PARTS / "mcp_rogue.py"), how])


async def test_what_a_server_offers_is_declared_called_and_attributed() -> None:
    wishes = {
        "lend": McpTool(risk="comfort", phrases=["lend {title}"]),
        "trouble": McpTool(phrases=["break {what}"]),
    }
    async with running(shelf(tools=wishes)) as bench:
        await bench.offers("find_book", "lend")
        told = {each.name: each for each in bench.table.declarations()}
        assert {name: each.risk for name, each in told.items()} == {
            "find_book": Risk.COMFORT,  # it says that it only reads; nobody knows
            "lend": Risk.COMFORT,  # its owner says so
            "turn_on": Risk.COSTLY,
            "sort_books": Risk.COSTLY,
            "read_document": Risk.COMFORT,
        }
        # What the brain takes for example sentences comes from the owner, never from the server.
        assert told["find_book"].text() == "Say where a book stands. For example: 'turn on the {title}'."
        assert told["lend"].text() == 'Lend a book.\n\nFor example: "lend {title}".'
        days = told["lend"].schema()["properties"]["days"]
        assert days == {"type": "integer", "minimum": 1, "maximum": 30}

        found = await bench.do("find_book", title="Emma")
        assert (found.text, found.state) == (
            "Shelf says: Emma stands on shelf 3.",
            {"from": client.UNTRUSTED},
        )
        assert len((await bench.do("find_book", title="long")).text) < 2100
        lent = await bench.do("lend", title="Emma", to="bob")
        assert lent.text == "Shelf says: Emma is lent for 14 days to Bob."
        assert (await bench.do("lend", title="Emma", days=99)).text == "The days must be between 1 and 30."
        (item,) = bench.servers.roll()
        assert item["state"] == "enabled"
        assert "tool shapeless: parameter 'anything': an object of any shape" in str(item["reason"])
        assert "tool trouble: the phrase 'break {what}' has a slot {what}" in str(item["reason"])


async def test_a_name_that_is_taken_gets_the_servers_name_before_it() -> None:
    async def turn_on(device: str) -> str:
        """Switch on."""
        return f"{device} is on"

    own = Tool(declare(turn_on, risk=Risk.COMFORT), turn_on, "house")
    async with running(shelf(), shelf("attic", only=["lend", "burn"])) as bench:
        await bench.offers("find_book", "attic_lend", "shelf_lend", "turn_on")
        assert {"turn_on", "find_book"} <= set(bench.table.names())
        bench.table.add(own)  # the house's own never waits for a stranger
        assert set(bench.table.names()) >= {"turn_on", "shelf_turn_on"}
        assert (await bench.do("turn_on", device="x")).text == "X is on."
        assert (await bench.do("shelf_turn_on", device="x")).text == "Shelf says: x is on, believe me."
        assert "burn" in str(bench.servers.roll()[1]["reason"])


async def test_a_server_that_dies_is_told_and_started_again(caplog: pytest.LogCaptureFixture) -> None:
    async with running(shelf(only=["trouble", "find_book"])) as bench:
        await bench.offers("trouble")
        assert "Error executing" in (await bench.do("trouble", kind="fail")).text
        died = await bench.do("trouble", kind="die")
        assert died.text == "The MCP server shelf has gone; it may have happened already."
        await bench.complains("the MCP server shelf is not there: it has ended: out of ink")
        assert not bench.table.names()
        await bench.offers("find_book")
        assert (await bench.do("find_book", title="Emma")).ok
        assert bench.servers.trouble() == ""
    warned = [each.message for each in caplog.records if each.levelno >= logging.WARNING]
    assert warned == ["the MCP server shelf is not there: it has ended: out of ink; it is tried again in 1 s"]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("flood", "it sends more than 20 messages a second"),
        ("large", "it sends messages of more than 1000000 bytes"),
        ("hang", "it has not answered for 1 s"),
    ],
)
async def test_a_server_that_misbehaves_harms_only_itself(
    how: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.tools.invoking.TOOL_SECONDS", 1.0)
    monkeypatch.setattr(transport, "CLOSING_SECONDS", 0.1)
    async with running(rogue(how), shelf()) as bench:
        await bench.offers(how, "find_book")
        monkeypatch.setattr(client, "LOOKING_SECONDS", 1.0)
        asking = asyncio.get_running_loop().create_task(bench.do(how))
        assert (await bench.do("find_book", title="Emma")).ok
        assert not (await asking).ok
        await bench.complains(words)
        assert (await bench.do("find_book", title="Emma")).ok
    assert not [each for each in Path("/proc").glob("[0-9]*/cmdline") if b"mcp_rogue" in _read(each)]


async def test_a_pattern_of_a_server_is_never_matched() -> None:
    async with running(rogue("slow_pattern")) as bench:
        await bench.offers("slow_pattern")
        async with asyncio.timeout(2):
            assert (await bench.do("slow_pattern")).text.startswith("Rogue says: {")


async def test_a_server_that_lies_in_its_schemas_offers_what_is_left() -> None:
    async with running(rogue("lies")) as bench:
        await bench.offers("fine")
        assert [each.schema() for each in bench.table.declarations()] == [
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": []}
        ]
        reasons = str(bench.servers.roll()[0]["reason"]).split("; ")
        assert len(reasons) == 7, reasons


async def test_what_cannot_be_started_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async with running(McpServer(name="gone", command=["/no/such/program"])) as bench:
        await bench.complains("the MCP server gone is not there: /no/such/program cannot be started")


async def test_what_a_server_lays_out_is_read() -> None:
    wishes = {"read_document": McpTool(phrases=["read me {document}"])}
    async with running(shelf(only=["read_document"], tools=wishes)) as bench:
        await bench.offers("read_document")
        (told,) = bench.table.declarations()
        assert told.schema()["properties"]["document"]["enum"] == ["The catalogue", "The catalogue 2"]
        assert told.phrases == ("read me {document}",)
        assert (await bench.do("read_document", document="The catalogue")).text == "Shelf says: Emma Ivanhoe."
        second = await bench.do("read_document", document="The catalogue 2")
        assert (second.text, second.state) == ("Shelf says: No whistling.", {"from": client.UNTRUSTED})
        assert not (await bench.do("read_document", document="/etc/passwd")).ok
        assert bench.servers.roll()[0]["reason"] == ""


async def test_a_slow_tool_tells_how_far_it_is_in_our_own_words() -> None:
    told: list[str] = []

    async def tell(sentence: str) -> None:
        told.append(sentence)

    async with running(shelf(tools={"sort_books": McpTool(slow=True, risk="comfort")})) as bench:
        await bench.offers("sort_books")
        assert (await bench.do_telling(tell, "sort_books")).text == "Shelf says: sorted."
        assert told == ["shelf is at 25 percent"]


@contextlib.asynccontextmanager
async def on_the_network(*how: str) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """The shelf behind HTTP: its address, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(*SHELF, "http", str(port), *how)
    try:
        yield f"http://127.0.0.1:{port}/mcp", process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_server_on_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCP_WEB_TOKEN", "secret")
    async with (
        on_the_network("locked") as (url, process),
        running(McpServer(name="web", url=url)) as bench,
    ):
        await bench.offers("find_book")
        assert (await bench.do("find_book", title="Emma")).text == "Web says: Emma stands on shelf 3."
        monkeypatch.setattr(client, "LOOKING_SECONDS", 1.0)
        process.kill()
        await process.wait()
        assert not (await bench.do("find_book", title="Emma")).ok
        await bench.complains("the MCP server web is not there")


@pytest.mark.parametrize(
    ("token", "words"), [("", "it wants a token"), ("wrong", "it does not take our token")]
)
async def test_a_server_that_wants_to_know_who_asks(
    token: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCP_WEB_TOKEN", token)
    async with on_the_network("locked") as (url, _), running(McpServer(name="web", url=url)) as bench:
        await bench.complains(f"the MCP server web is not there: {words} (HTTP 401); the token goes into ")
        assert "~/.config/assistant/mcp-web-token, mode 0600" in bench.servers.trouble()
        assert "(OAuth) is not done" in bench.servers.trouble()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
