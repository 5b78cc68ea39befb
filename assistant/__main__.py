"""`python -m assistant` and the `assistant` command: every error ends here as one sentence."""

from __future__ import annotations

import sys
from contextlib import suppress

from assistant.errors import AssistantError
from assistant.faults import first, outside_the_loop
from assistant.keyboard import withhold
from assistant.leaving import soon
from assistant.plain import on_a_terminal


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code (0 ok, 1 did not work, 2 usage, 78 configuration)."""
    from assistant.cli.parser import parsed

    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        options = parsed(arguments)
        return int(options.command(options))
    except BaseException as error:
        match first(error):
            case AssistantError() as known:
                _tell(str(known), as_json="--json" in arguments)
                return known.exit_code
            case KeyboardInterrupt():
                return 130
            case BrokenPipeError():
                sys.stderr.close()  # whoever read our output has gone; nobody is left to tell
                return 1
        raise


def _tell(text: str, *, as_json: bool) -> None:
    """One sentence for people, and for scripts an event as well."""
    sys.stderr.write(f"assistant: {on_a_terminal(text)}\n")
    if as_json:
        from assistant.cli.output import Output

        output = Output(as_json=True)
        with suppress(BrokenPipeError):  # what has gone wrong is in the exit code, too
            output.tell({"event": "error", "text": text})
            output.tell({"event": "done"})


def run() -> None:
    """Run the command line as a process of its own, and end with it."""
    outside_the_loop()
    withhold()
    code = main()
    soon(code)
    sys.exit(code)


if __name__ == "__main__":
    run()
