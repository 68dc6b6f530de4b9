"""Rooms in Redis, for any number of processes on any number of machines.

For each room there is a stream, whose ids are the positions of messages, and a sorted set of who is
here with the times until which that counts. A message is written by a script that remembers its
name and id, so one that is written again, because the answer to the first attempt was lost, is not
doubled. A process writes its messages in the order in which they came, and reads all streams
with one blocking command.

redis-py opens broken connections again and repeats the command, for as long as it takes.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections import deque
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from messages import Message, Position, Refusal
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import RedisError
from redis_scripts import ADD_MESSAGES, EXCHANGE_PEOPLE
from rooms import MAX_HISTORY
from stores import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from rooms import Room

_log = logging.getLogger("chat")

#: Seconds for which an id is remembered, and for which somebody is here after the last sign of it.
_ID_EXPIRY = 24 * 3600
_PRESENCE_EXPIRY = 10
_PRESENCE_INTERVAL = 2

#: Seconds that a blocking read waits in Redis, and seconds until any other answer must have come.
_BLOCK = 30
_ANSWER_TIMEOUT = 5

#: Messages that are written at once.
_BATCH = 100


class _Waiting(NamedTuple):
    """A message that is not written yet."""

    room: Room
    message: Message
    result: asyncio.Future[Position]


class RedisStore(Store):
    """Rooms that all processes with the same Redis share.

    :param url: such as ``redis://localhost:6379``.
    :param max_waiting: messages that are kept while they cannot be written.
    """

    def __init__(self, names: Iterable[str], url: str, max_waiting: int = 1000) -> None:
        super().__init__(names)
        self._redis = _connect(url, _ANSWER_TIMEOUT)
        # redis-py gives up a read after its timeout, whatever the command has asked Redis for.
        self._blocking_redis = _connect(url, _BLOCK + _ANSWER_TIMEOUT)
        self._max_waiting = max_waiting
        self._waiting: deque[_Waiting] = deque()
        self._has_waiting = asyncio.Event()
        self._has_local_change = asyncio.Event()
        self._process = secrets.token_hex(8)
        self._announced: dict[str, set[str]] = {name: set() for name in self.rooms}
        self._tasks: list[asyncio.Task[None]] = []

    async def secret(self) -> str:
        await self._redis.set("chat:secret", secrets.token_urlsafe(32), nx=True)
        return str(await self._redis.get("chat:secret"))

    async def start(self) -> None:
        steps = (self._read, self._write, self._exchange_people)
        self._tasks = [asyncio.create_task(self._repeat(step)) for step in steps]

    async def close(self) -> None:
        results = [waiting.result for waiting in self._waiting]
        if results:
            await asyncio.wait(results, timeout=2)
        running = set(self._tasks)
        while running:  # asyncio.wait_for of Python 3.11, in redis-py, may swallow a cancellation
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=0.2)
        await self._redis.aclose()
        await self._blocking_redis.aclose()

    async def _repeat(self, step: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Repeat a step until it is cancelled, whatever Redis answers."""
        while True:
            try:
                await step()
            except RedisError as error:
                _log.warning("Redis: %s", error)
                await asyncio.sleep(1)

    # Messages.

    def add(self, room: Room, message: Message) -> asyncio.Future[Position]:
        if len(self._waiting) >= self._max_waiting:
            raise Refusal("too many messages wait to be stored", retry_after=1)
        result: asyncio.Future[Position] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(room, message, result))
        self._has_waiting.set()
        return result

    async def _write(self) -> None:
        """Write the messages that wait; they wait on until Redis has answered."""
        await self._has_waiting.wait()
        room = self._waiting[0].room
        same_room = takewhile(lambda waiting: waiting.room is room, self._waiting)
        batch = list(islice(same_room, _BATCH))
        keys = [_stream(room), *(_id_key(room, waiting.message) for waiting in batch)]
        messages = [_dump(waiting.message) for waiting in batch]
        positions = await self._redis.eval(
            ADD_MESSAGES, len(keys), *keys, MAX_HISTORY, _ID_EXPIRY, *messages
        )
        for waiting, position in zip(batch, positions, strict=True):
            self._waiting.popleft()
            if not waiting.result.done():
                waiting.result.set_result(Position.parse(position))
        if not self._waiting:
            self._has_waiting.clear()

    async def _read(self) -> None:
        """Take over the messages of all processes; at first this is the history."""
        positions = {_stream(room): str(room.position) for room in self.rooms.values()}
        rooms = {_stream(room): room for room in self.rooms.values()}
        streams = await self._blocking_redis.xread(positions, MAX_HISTORY, block=_BLOCK * 1000)
        for stream, entries in _pairs(streams):
            rooms[stream].extend([_load(*entry) for entry in entries])

    # Who is here.

    def _update_people(self, room: Room) -> None:
        self._has_local_change.set()

    async def _exchange_people(self) -> None:
        """Say who is here in this process, and hear who is here in all."""
        self._has_local_change.clear()
        for room in self.rooms.values():
            here = {f"{self._process} {name}" for name in room.local}
            gone = self._announced[room.name] - here
            self._announced[room.name] |= here
            people = await self._redis.eval(
                EXCHANGE_PEOPLE, 1, f"chat:{{{room.name}}}:people",
                _PRESENCE_EXPIRY, json.dumps(list(here)), json.dumps(list(gone)),
            )  # fmt: skip
            self._announced[room.name] = here
            room.set_people(member.partition(" ")[2] for member in people)
        try:
            async with asyncio.timeout(_PRESENCE_INTERVAL):
                await self._has_local_change.wait()
        except TimeoutError:
            pass  # time to say it again


def _connect(url: str, timeout: float) -> Redis:
    retry = Retry(ExponentialWithJitterBackoff(base=0.05, cap=1), retries=-1)  # never give up
    return Redis.from_url(
        url, decode_responses=True, socket_timeout=timeout, socket_connect_timeout=2, retry=retry
    )


def _stream(room: Room) -> str:
    return f"chat:{{{room.name}}}:messages"  # what is in braces decides on the node of a cluster


def _id_key(room: Room, message: Message) -> str:
    return f"chat:{{{room.name}}}:id:{message.id}:{message.name}"


def _dump(message: Message) -> str:
    return json.dumps([message.id, message.name, message.text, message.sent])


def _load(position: str, fields: dict[str, str]) -> Message:
    key, name, text, sent = json.loads(fields["message"])
    return Message(key, name, text, sent, Position.parse(position))


def _pairs(streams: Any) -> list[Any]:
    return list(streams.items()) if isinstance(streams, dict) else list(streams or ())
