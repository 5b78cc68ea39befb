"""`assistant usage`: what was spent today and this month, by brain and kind."""

from __future__ import annotations

import argparse
from collections import defaultdict
from datetime import datetime

from assistant import config as configuration
from assistant.cli.output import Output
from assistant.household.room import rooms
from assistant.money import Ledger, Row, Totals

BYTES_A_SECOND = 16_000 * 2


def usage(options: argparse.Namespace) -> int:
    """Print the sums of the ledger; needs no running daemon.

    Raises:
        LedgerError: it cannot be read.
    """
    config = configuration.load(configuration.find(options.config))
    output = Output(as_json=options.json)
    today = datetime.now().date().isoformat()
    sums: dict[tuple[str, str, str], Totals] = defaultdict(Totals)
    for row in Ledger(config.state_dir).rows(today[:7]):
        for period in ("today", "month") if row.day == today else ("month",):
            sums[(period, *_kind(row))].add(row)
    for (period, brain, kind), total in sorted(sums.items(), reverse=True):
        output.tell(
            {
                "event": "spent",
                "period": period,
                "brain": brain,
                "kind": kind,
                "turns": total.turns,
                "tokens_in": total.tokens_in,
                "tokens_out": total.tokens_out,
                "usd": round(total.usd, 6),
            }
        )
    for room in rooms(config, config.state_dir):
        for by, seconds in room.left.today().items():
            left = {"seconds": seconds, "bytes": round(seconds * BYTES_A_SECOND)}
            output.tell({"event": "left", "room": room.place.room if config.rooms else "", "by": by, **left})
    if not sums:
        output.note("Nothing has been asked of any brain this month.")
    output.tell({"event": "done"})
    return 0


def _kind(row: Row) -> tuple[str, str]:
    return row.brain, row.kind
