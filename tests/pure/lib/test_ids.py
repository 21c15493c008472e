"""UUIDv7: layout, order, and what is accepted from clients."""

import time
import uuid

from alp_site.lib import ids


def test_uuid7_has_version_variant_and_time() -> None:
    before = time.time_ns() // 1_000_000
    value = ids.uuid7()
    assert value.version == 7
    assert value.variant == uuid.RFC_4122
    assert before - 1 <= ids.milliseconds(value) <= before + 1000


def test_uuid7_in_a_process_rises_strictly_and_never_repeats() -> None:
    made = [ids.uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_is_acceptable_when_too_far_ahead_or_other_version_is_false() -> None:
    ahead = (time.time_ns() // 1_000_000 + ids.MAX_AHEAD_MS + 10_000) << 80
    tail = ids.uuid7().int & ((1 << 80) - 1)
    assert ids.is_acceptable(ids.uuid7())
    assert not ids.is_acceptable(uuid.UUID(int=ahead | tail))
    assert not ids.is_acceptable(uuid.uuid4())
