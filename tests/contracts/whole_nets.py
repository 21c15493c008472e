"""Variants of adapters that train a whole net of millions of weights: their contracts take much of the suite's time."""

from __future__ import annotations

import pytest
from _pytest.mark import ParameterSet

WHOLE = ("torchvision_", "_resnet", "_mobilenet")


def variant(name: str, mode: str | None) -> ParameterSet:
    """One case of ``(name, mode)``; left to the thorough stage if all of a large net is trained."""
    whole = mode == "fine_tune" or any(part in name for part in WHOLE)
    return pytest.param(name, mode, marks=[pytest.mark.thorough] if whole else [])
