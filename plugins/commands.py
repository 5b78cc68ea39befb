"""Programs of this machine by name; off unless configured, and nothing but what is listed.

    - commands:
        allowed:
          backup: [/usr/local/bin/backup, --quick]     # program and arguments, no shell

See notifications.py for telling somebody far away.
"""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE
from typing import Any

from assistant.api import Plugin, PluginError, Risk, ToolError, tool
from assistant.api.sources import without_secrets

RUN_SECONDS = 240
LONGEST_ANSWER = 200


class Commands(Plugin):
    """Run what the owner has listed."""

    allowed: dict[str, list[str]]

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, command in self.allowed.items():
            if not command or not command[0].startswith("/"):
                raise PluginError(
                    f"commands: {name!r} needs the whole path of a program, such as /usr/bin/true"
                )

    @tool(risk=Risk.COSTLY, slow=True, phrases=("run the command {name}", "run the {name} command"))
    async def run_command(self, name: str) -> str:
        """Run a program that the owner of the house has listed.

        Args:
            name: as it is called in the list
        """
        spoken = name.strip().casefold()
        found = next((command for known, command in self.allowed.items() if known.casefold() == spoken), None)
        if found is None:
            raise ToolError(f"There is no command {name[:40]}", options=tuple(self.allowed))
        try:
            process = await asyncio.create_subprocess_exec(
                *found, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, env=without_secrets()
            )
        except OSError as error:
            raise ToolError(f"The command {name} cannot be started") from error
        try:
            async with asyncio.timeout(RUN_SECONDS):
                said, _ = await process.communicate()
        except TimeoutError as error:
            raise ToolError(f"The command {name} took too long and was ended") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise ToolError(f"The command {name} failed with status {process.returncode}")
        first = said.decode(errors="replace").strip().partition("\n")[0][:LONGEST_ANSWER]
        return f"The command {name} is done" + (f": {first}" if first else "")
