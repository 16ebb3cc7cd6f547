"""`hints_between.py FROM TO`: says "arrived" for each line it reads, once a hint has
gone from one layer to the other. A program, because channels_redis drops connections
that broke without closing them, and tests take each warning for an error.
"""

import asyncio
import sys
from contextlib import suppress

from channels_redis.pubsub import RedisPubSubChannelLayer
from redis.exceptions import RedisError

from realtime.layer_address import layer_host

AGAIN_SECONDS = 0.2


async def main(sender_url: str, receiver_url: str) -> None:
    sender, receiver = (
        RedisPubSubChannelLayer(hosts=[layer_host(url)])
        for url in (sender_url, receiver_url)
    )
    channel = await receiver.new_channel()
    await receiver.group_add("hub", channel)
    number = 0
    while word := (await asyncio.to_thread(sys.stdin.readline)).strip():
        number += 1
        while True:  # those of before may still be on their way
            hint = await _sent_until_received(sender, receiver, channel, number)
            if hint["number"] == number:
                break
        print(f"arrived {word}", flush=True)


async def _sent_until_received(sender, receiver, channel, number):  # type: ignore[no-untyped-def]
    waiting = asyncio.create_task(receiver.receive(channel))
    while not waiting.done():
        with suppress(RedisError, OSError):
            await sender.group_send("hub", {"type": "hint", "number": number})
        await asyncio.wait({waiting}, timeout=AGAIN_SECONDS)
    return waiting.result()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
