from __future__ import annotations

import math
from typing import Any

import pytest

from alp_site.lib.plain import fault_at, first_fault


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({"a": ["b", 1, 1.5, True, None]}, ""),
        ({"a": [{"b\0": 1}]}, "zero byte"),
        (["\ud800"], "surrogate"),
        ({"a": math.nan}, "NaN"),
        ([[math.inf]], "NaN"),
        ([2**63 - 1, -(2**63)], ""),
        ((2**63,), "64 bits"),
    ],
)
def test_a_value_that_some_database_would_not_keep_is_named(value: Any, fault: str) -> None:
    found = first_fault(value)
    assert fault in found if fault else found == ""


@pytest.mark.parametrize(
    ("value", "place"),
    [({"a": [1, {"b": "\0"}]}, "a.1.b"), (["\0"], "0"), ({"a": {"b\0": 1}}, "a"), ("\0", ""), ({"a": 1}, "")],
)
def test_the_place_of_a_fault_is_told(value: Any, place: str) -> None:
    assert fault_at(value)[0] == place
