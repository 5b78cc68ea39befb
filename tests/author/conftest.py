"""What the tests for authors share: the program as an author has it."""

from __future__ import annotations

import os

import pytest

from tests.parts.installed import Installed, installed_once


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The installed wheel, without the checkout; made once, however many run the tests at once."""
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    return installed_once(shared / "installed")
