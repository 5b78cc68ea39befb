"""A server of tools that misbehaves: `python mcp_rogue.py HOW`; it knows no more of the protocol than it needs."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

TOO_MANY = {f"p{number}": {"type": "string"} for number in range(30)}
LIES: dict[str, Any] = {
    "no schema": 7,
    "needs what it does not say": {"type": "object", "properties": {}, "required": ["who"]},
    "needs no name": {"type": "object", "properties": {}, "required": [{"a": 1}]},
    "properties are a list": {"type": "object", "properties": ["a"]},
    "too many": {"type": "object", "properties": TOO_MANY},
    "bottomless": {"$defs": {"a": {"$ref": "#/$defs/a"}}, "type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "required": ["a"]},
    "unheard of": {"type": "object", "properties": {"a": {"type": "ghost"}}, "required": ["a"]},
    "endless choice": {"type": "object", "properties": {"a": {"enum": [str(n) for n in range(999)]}}, "required": ["a"]},
    "fine": {"type": "object", "properties": {"odd name!": {"type": "string"}, "a": {"type": "integer", "minimum": "low", "maximum": True}}},
}  # fmt: skip


def say(**message: Any) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def tools(how: str) -> list[dict[str, Any]]:
    if how == "lies":
        return [
            {"name": name.replace(" ", "_"), "inputSchema": schema}
            for name, schema in LIES.items()
            if name != "no schema"
        ]
    evil = {"type": "object", "properties": {"x": {"type": "string", "pattern": "^(a+)+$"}}}
    return [{"name": how, "inputSchema": {"type": "object"}, "outputSchema": evil}]


def answer(how: str, message: dict[str, Any]) -> None:
    number = message["id"]
    match message["method"]:
        case "initialize":
            about = {"name": "rogue", "version": "1"}
            say(
                id=number,
                result={"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": about},
            )
        case "tools/list":
            say(id=number, result={"tools": tools(how)})
        case "tools/call" if how == "slow_pattern":
            say(id=number, result={"content": [], "structuredContent": {"x": "a" * 40 + "!"}})
        case "tools/call" if how == "flood":
            while True:
                say(method="notifications/tools/list_changed")
        case "tools/call" if how == "large":
            sys.stdout.write("[" * 3_000_000)
            sys.stdout.flush()
        case "tools/call":  # hang
            time.sleep(600)
        case _:
            say(id=number, error={"code": -32601, "message": "unknown"})


if __name__ == "__main__":
    how = sys.argv[1]
    sys.stdout.write("Welcome to the rogue!\n")
    child = subprocess.Popen(["sleep", "600"])
    for line in sys.stdin:
        if "id" in (message := json.loads(line)):
            answer(how, message)
    time.sleep(600)  # it does not go when it is asked to
