"""`assistant pin` and what `assistant check` says of the policy, as people meet them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.test_bad_input import assistant, events, refused


def test_a_pin_is_set_from_a_pipe_told_of_and_forgotten_and_never_shown(tmp_path: Path) -> None:
    assert events(assistant(tmp_path, "pin", "--json"))[0]["text"].startswith("No PIN is set")
    done = assistant(tmp_path, "pin", "set", "--json", stdin=b"48151\n")
    assert events(done)[0]["text"].startswith("The PIN is set.")
    assert events(assistant(tmp_path, "pin", "--json"))[0]["text"] == "A PIN is set."
    assert b"48151" not in done.stdout + done.stderr
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and b"48151" in file.read_bytes()]
    assert events(assistant(tmp_path, "pin", "forget", "--json"))[0]["text"] == "There is no PIN any more."


def test_what_is_no_pin_or_not_awaited_is_told_in_a_sentence(tmp_path: Path) -> None:
    refused(assistant(tmp_path, "pin", "set", stdin=b"12\n"), 1, "a PIN is 4 to 12 digits")
    refused(assistant(tmp_path, "pin", "set", stdin=b"1234\n"), 1, "the first that anybody would try")
    refused(assistant(tmp_path, "pin", "enter", stdin=b"48151\n"), 2, "no daemon runs")
    refused(assistant(tmp_path, "pin", "steal"), 2, "invalid choice")


def test_check_knows_what_the_policy_still_needs(tmp_path: Path) -> None:
    told = assistant(tmp_path, "check", ASSISTANT_POLICY__SECURITY="pin")
    assert (told.returncode, b"no PIN is set yet" in told.stdout + told.stderr) == (0, True)
    screen = assistant(tmp_path, "check", ASSISTANT_POLICY__SECURITY="screen", ASSISTANT_WEB__ENABLED="false")
    refused(screen, 78, "needs the pages, and web.enabled is false")
    refused(assistant(tmp_path, "check", ASSISTANT_POLICY__SECURITY="open"), 78, "policy.security")
