"""Fixtures that many tests share: keys made once, a simulated house."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from house import FixedClock, SimulatedHouse, board
from sigill.adapters.keys import UnsafeKeysWarning, UnsafeSoftwareKeys


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of software keys, made once."""
    folder = tmp_path_factory.mktemp("keys") / "keys"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnsafeKeysWarning)
        UnsafeSoftwareKeys(folder, FixedClock(), board().e_seal_organisation, log_origin=board().log_origin).e_seal()
    return folder


@pytest.fixture(scope="session")
def keys(key_folder: Path) -> UnsafeSoftwareKeys:
    """Those keys, loaded."""
    return UnsafeSoftwareKeys(key_folder, FixedClock(), board().e_seal_organisation, log_origin=board().log_origin)


@pytest.fixture
def house(keys: UnsafeSoftwareKeys) -> Iterator[SimulatedHouse]:
    """A fresh house in memory."""
    yield SimulatedHouse(keys)
