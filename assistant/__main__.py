"""`python -m assistant` and the `assistant` command."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line."""
    raise SystemExit("not yet")


if __name__ == "__main__":
    sys.exit(main())
