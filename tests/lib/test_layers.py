"""The channel layer on Redis: who no longer listens is let go, at whatever moment it stops."""

from __future__ import annotations

import asyncio
import os
import random

import pytest
from channels.layers import BaseChannelLayer, channel_layers
from django.test import override_settings

from alp_site.settings import base

pytestmark = pytest.mark.skipif(not os.environ.get("REDIS_URL"), reason="there is no REDIS_URL")


async def stop_listening(layer: BaseChannelLayer, wait: float, spoken_to: bool) -> bool:
    """Whether one who listens for so long, and is perhaps just spoken to, ends when told to, once."""
    name = await layer.new_channel()
    listening = asyncio.ensure_future(layer.receive(name))
    await asyncio.sleep(wait)
    if spoken_to:
        await layer.send(name, {"type": "word"})
    listening.cancel()
    done, _ = await asyncio.wait({listening}, timeout=30)
    return bool(done)


def test_receive_when_cancelled_at_any_moment_then_it_ends() -> None:
    """With channels-redis alone about one in six goes on."""
    rng = random.Random(1)

    async def play() -> list[bool]:
        with override_settings(CHANNEL_LAYERS=base.CHANNEL_LAYERS):
            layer = channel_layers.make_backend("default")
            ended = [await stop_listening(layer, rng.random() * 0.002, n % 3 == 0) for n in range(60)]
            await layer.flush()
        return ended

    assert all(asyncio.run(play()))
