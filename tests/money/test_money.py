"""What is spent is written down and adds up; limits hold, also when nobody knows what was spent."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from assistant.live.endpoint import Endpoint
from assistant.live.purse import Purse
from assistant.money import Ledger, Limits, Price, Row, Tokens, price_of
from assistant.money.ledger import LedgerError

LIVE = Price("gemini-", 0.75, 3.0, 3.0, 4.5, 12.0, "2026-11-20")
DEAR = Price("gemini-3.8-live", 1.0, 4.0, 5.0, 6.0, 16.0, "2026-11-20")
GEMINI, EMBEDDED = Endpoint("gemini", "gemini-3.8-live"), Endpoint("embedded", "embedded")
NOON = datetime(2026, 11, 24, 12)


def row(at: str, usd: float) -> Row:
    return Row(at, "gemini", "gemini-3.8-live", "live", usd, Tokens(audio_in=10, text_out=2))


def test_each_kind_of_token_has_its_price_and_the_unknown_the_dearest() -> None:
    tokens = Tokens(1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000)
    assert LIVE.of(tokens) == pytest.approx(0.75 + 3 + 3 + 3 + 4.5 + 12 + 12)


def test_the_longest_beginning_of_a_models_name_decides() -> None:
    assert price_of("models/gemini-3.8-live", [LIVE, DEAR]) is DEAR
    assert price_of("gemini-2.5", [DEAR, LIVE]) is LIVE
    assert price_of("something-else", [LIVE, DEAR]) is DEAR
    assert price_of("something-else", []).of(Tokens(audio_out=1_000_000)) > 12
    assert price_of("embedded", [LIVE]).of(Tokens(audio_out=1_000_000)) == 0


def test_totals_come_back_after_a_restart_and_begin_anew_with_the_day(tmp_path: Path) -> None:
    now = NOON
    ledger = Ledger(tmp_path, lambda: now)
    ledger.note(row("2026-11-23T23:59:59", 1.0))
    ledger.note(row("2026-11-24T00:00:01", 0.25))
    for known in (Ledger(tmp_path, lambda: now), Ledger(tmp_path, lambda: now)):
        assert known.spent() == (0.25, 1.25)
    now = datetime(2026, 11, 25)
    assert ledger.spent() == (0.0, 1.25)
    now = datetime(2026, 12, 1)
    assert ledger.spent() == (0.0, 0.0)


def test_a_row_torn_by_a_power_cut_is_passed_over_a_broken_one_is_not(tmp_path: Path) -> None:
    Ledger(tmp_path, lambda: NOON).note(row("2026-11-24T10:00:00", 0.5))
    path = tmp_path / "ledger-2026-11.jsonl"
    whole = path.read_text()
    path.write_text(whole + whole[:40])
    assert Ledger(tmp_path, lambda: NOON).spent() == (0.5, 0.5)
    path.write_text("{}\n" + whole)
    with pytest.raises(LedgerError, match="broken at line 1"):
        Ledger(tmp_path, lambda: NOON).spent()


@pytest.mark.parametrize("left", ["", "\0" * 4096, '{"at": "2026-1'])
def test_a_ledger_that_has_lost_every_row_stops_what_costs_until_it_is_moved_away(
    tmp_path: Path, left: str
) -> None:
    Ledger(tmp_path, lambda: NOON).note(row("2026-11-24T10:00:00", 0.5))
    path = tmp_path / "ledger-2026-11.jsonl"
    path.write_text(left)
    ledger = Ledger(tmp_path, lambda: NOON)
    for _ in range(2):
        ledger.note(row("2026-11-24T11:00:00", 0.25))
        with pytest.raises(LedgerError, match="move it away to begin anew"):
            ledger.spent()
    assert path.read_text() == left, "nothing is added to what somebody may want to mend"
    path.rename(tmp_path / "old")
    assert ledger.spent() == (0.5, 0.5), "what was spent since then is not forgotten"
    assert Ledger(tmp_path, lambda: NOON).spent() == (0.5, 0.5)


@pytest.mark.parametrize("torn", ['{"at": "2026-11-2', "\0" * 4096])
def test_what_a_power_cut_leaves_does_not_spoil_the_rows_after_it(tmp_path: Path, torn: str) -> None:
    Ledger(tmp_path, lambda: NOON).note(row("2026-11-24T10:00:00", 0.5))
    path = tmp_path / "ledger-2026-11.jsonl"
    path.write_text(path.read_text() + torn)
    restarted = Ledger(tmp_path, lambda: NOON)
    for _ in range(2):
        restarted.note(row("2026-11-24T11:00:00", 0.25))
    assert Ledger(tmp_path, lambda: NOON).spent() == (1.0, 1.0)


def test_a_last_row_without_its_line_end_counts(tmp_path: Path) -> None:
    Ledger(tmp_path, lambda: NOON).note(row("2026-11-24T10:00:00", 0.5))
    path = tmp_path / "ledger-2026-11.jsonl"
    path.write_text(path.read_text().rstrip())
    Ledger(tmp_path, lambda: NOON).note(row("2026-11-24T11:00:00", 0.25))
    assert Ledger(tmp_path, lambda: NOON).spent() == (0.75, 0.75)


@pytest.mark.parametrize("line", ["[" * 100_000, "[1]", '{"usd": 1, "tokens": {"text_in": 1e400}}', "null"])
def test_a_ledger_full_of_nonsense_is_one_sentence(tmp_path: Path, line: str) -> None:
    Ledger(tmp_path, lambda: NOON).note(row("2026-11-24T10:00:00", 0.5))
    path = tmp_path / "ledger-2026-11.jsonl"
    path.write_text(f"{line}\n{path.read_text()}")
    with pytest.raises(LedgerError, match="broken at line 1"):
        Ledger(tmp_path, lambda: NOON).spent()


@pytest.mark.parametrize("usd", ["-1", "Infinity", "NaN", '"much"'])
def test_no_row_can_give_money_back(tmp_path: Path, usd: str) -> None:
    Ledger(tmp_path, lambda: NOON).note(row("2026-11-24T10:00:00", 0.5))
    path = tmp_path / "ledger-2026-11.jsonl"
    path.write_text(path.read_text().replace("0.5", usd) + path.read_text())
    with pytest.raises(LedgerError):
        Ledger(tmp_path, lambda: NOON).spent()


def purse(folder: Path, **limits: float) -> tuple[Purse, list[str]]:
    thrifty: list[str] = []
    made = Limits(Ledger(folder, lambda: NOON), **limits)  # type: ignore[arg-type]
    return Purse(made, [LIVE], thrifty=lambda: thrifty.append("now"), now=lambda: NOON), thrifty


def test_the_hard_limit_holds_before_it_is_passed(tmp_path: Path) -> None:
    own, thrifty = purse(tmp_path, soft_usd=0.02, hard_usd=0.05)
    assert own.obstacle(GEMINI) == ""
    for _ in range(2):
        assert own.paid(GEMINI, Tokens(audio_out=1000)) == pytest.approx(0.012)
    assert thrifty == ["now"]
    assert own.obstacle(GEMINI) == ""
    own.paid(GEMINI, Tokens(audio_out=1000))
    # 0.036 are spent, and the next turn may cost 0.018: that would be too much.
    assert "Today's limit of 0.05 dollars" in own.obstacle(GEMINI)
    assert own.obstacle(EMBEDDED) == ""


def test_what_nobody_can_read_is_never_unlimited(tmp_path: Path) -> None:
    (tmp_path / "ledger-2026-11.jsonl").write_bytes(b"\xff\xfe\n\n")
    own, _ = purse(tmp_path)
    assert "Nobody knows what has been spent" in own.obstacle(GEMINI)
    assert own.thrifty


def test_what_cannot_be_written_down_is_not_spent(tmp_path: Path) -> None:
    own, _ = purse(tmp_path / "gone")
    own.paid(GEMINI, Tokens(audio_out=1000))
    assert "cannot be written" in own.obstacle(GEMINI)


def test_a_disk_that_has_room_again_is_written_and_paid_from_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "full"
    own, _ = purse(folder)
    for _ in range(3):
        own.paid(GEMINI, Tokens(audio_out=1000))
    assert "cannot be written" in own.obstacle(GEMINI)
    assert len(caplog.records) == 1, "one line, not one for each turn"
    folder.mkdir()
    assert own.obstacle(GEMINI) == ""
    (month,) = folder.iterdir()
    written = list(Ledger(folder).rows(month.stem.removeprefix("ledger-")))
    assert sum(row.turns for row in written) == 3
    assert sum(row.tokens.audio_out for row in written) == 3000


def test_turns_and_connections_are_capped(tmp_path: Path) -> None:
    clock = 0.0
    limits = Limits(
        Ledger(tmp_path, lambda: NOON), turns_per_minute=2, connects_per_hour=2, clock=lambda: clock
    )
    own = Purse(limits, [LIVE], now=lambda: NOON)
    for _ in range(2):
        own.paid(GEMINI, Tokens())
        own.connecting(GEMINI)
    assert "turns in a minute" in own.obstacle(GEMINI)
    clock = 61.0
    assert "connections in an hour" in own.obstacle(GEMINI)
    clock = 3601.0
    assert own.obstacle(GEMINI) == ""
