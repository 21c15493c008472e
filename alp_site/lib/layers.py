"""The channel layer that processes share by Redis, where there is one."""

from __future__ import annotations

import asyncio
from typing import Any

from channels_redis.core import RedisChannelLayer

AGAIN_SECONDS = 0.2


class SharedLayer(RedisChannelLayer):  # type: ignore[misc]  # channels_redis has no types
    """channels-redis, whose ``receive`` ends when it is told to.

    A cancellation that meets redis-py at an odd moment is lost, and the loop that waits for the next message goes on:
    the socket of a page that has gone, and its connection to Redis, would stay for ever. So it is told until it ends.
    """

    async def receive(self, channel: str) -> dict[str, Any]:
        inner = asyncio.ensure_future(super().receive(channel))
        try:
            await asyncio.wait({inner})
        finally:
            while not inner.done():
                inner.cancel()
                await asyncio.wait({inner}, timeout=AGAIN_SECONDS)
        message: dict[str, Any] = inner.result()
        return message
