"""The state folder: whose it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant import store

NOBODY = 65534

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")


def test_root_leaves_nothing_in_the_state_of_a_service(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert store.folder(state) == state
    os.chown(state, NOBODY, NOBODY)
    with pytest.raises(
        store.StateError, match=r"belongs to another user; run this as nobody \(sudo -u nobody\)"
    ):
        store.folder(state)
    assert list(state.iterdir()) == []
    os.chown(state, 54321, 54321)
    with pytest.raises(store.StateError, match=r"run this as the one whose number is 54321"):
        store.folder(state)


def test_who_may_not_look_is_not_told_that_nothing_runs(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    with store.held(state, "here"):
        os.seteuid(NOBODY)
        try:
            with pytest.raises(
                store.StateError, match="belongs to another user; run this as root|looked into"
            ):
                store.holder(state)
        finally:
            os.seteuid(0)
