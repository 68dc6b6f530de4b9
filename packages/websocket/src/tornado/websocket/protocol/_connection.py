"""A connection after its opening handshake, without a socket."""

from __future__ import annotations

from .._errors import PeerError, WebSocketClosedError
from ._events import Close, Event, Ping
from ._frames import MAX_CLOSE_REASON, CloseCode
from ._receiver import Receiver
from ._sender import Sender
from ._state import ConnectionState, Step, next_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._extension import Agreement
    from ._sender import Frame, Message

#: How large a message may be if nothing else is said, in bytes.
DEFAULT_MAX_MESSAGE_SIZE = 10 * 1024 * 1024


class Connection:
    """A websocket connection, seen from one side: bytes in, events and bytes out.

    The program that has the socket passes on what comes, and sends what it is given::

        events = connection.receive(data)
        socket.sendall(connection.take_answers())

    Pings and close frames are answered here; the answers wait in `take_answers`.

    :param is_client: this side is the client.
    :param max_message_size: how large a received message may be, in bytes, after decompression.
    :param agreement: the compression that was agreed on, None for none.
    """

    __slots__ = ("answers", "close_code", "close_reason", "receiver", "sender", "state")

    def __init__(
        self,
        *,
        is_client: bool,
        max_message_size: int = DEFAULT_MAX_MESSAGE_SIZE,
        agreement: Agreement | None = None,
    ) -> None:
        self.receiver = Receiver(
            from_client=not is_client,
            max_message_size=max_message_size,
            inflater=None if agreement is None else agreement.inflater(),
        )
        self.sender = Sender(
            is_client=is_client, deflater=None if agreement is None else agreement.deflater()
        )
        self.state = ConnectionState.OPEN
        #: What the peer's close frame says; 1005 if it has no code, 1006 if the connection was
        #: lost without a close frame, None while the connection is open.
        self.close_code: int | None = None
        self.close_reason: str | None = None
        self.answers = b""

    @property
    def is_open(self) -> bool:
        """True if messages can be sent."""
        return self.state is ConnectionState.OPEN

    @property
    def has_more(self) -> bool:
        """True if `receive` would return more events without new bytes."""
        return self.receiver.has_more

    def receive(self, data: bytes, batch: int = 64) -> list[Event]:
        """Take bytes of the peer, return what they complete; see `Receiver.receive`.

        Of several pings in one batch the newest is answered (RFC 6455 section 5.5.3).

        :raises PeerError: the peer broke the protocol. Send what `fail` returns, and close.
        """
        try:
            events = self.receiver.receive(data, batch)
        except PeerError as error:
            self._answer(error.events)
            raise
        if self.receiver.saw_control:
            self._answer(events)
        return events

    def _answer(self, events: list[Event]) -> None:
        self.receiver.saw_control = False
        ping: Ping | None = None
        for event in events:
            if type(event) is Ping:
                ping = event
            elif type(event) is Close:
                self._take_close(event)
                return
        if ping is not None and self.state is ConnectionState.OPEN:
            self.answers = self.sender.pong(ping.data)

    def _take_close(self, close: Close) -> None:
        self.close_code = 1005 if close.code is None else close.code
        self.close_reason = close.reason
        self.state = next_state(self.state, Step.CLOSE_RECEIVED)
        if self.state is ConnectionState.CLOSE_RECEIVED:  # this side has sent none yet
            self.answers = self.sender.close(close.code, None)
            self.state = next_state(self.state, Step.CLOSE_SENT)

    def take_answers(self) -> bytes:
        """Return what has to be sent because of what was received."""
        answers, self.answers = self.answers, b""
        return answers

    def send_text(self, message: Message) -> bytes:
        """Return the bytes of a text message; ``bytes`` have to be UTF-8.

        :raises WebSocketClosedError: the connection is closed or closing.
        """
        if self.state is not ConnectionState.OPEN:
            raise WebSocketClosedError
        return _joined(self.sender.text(message))

    def send_binary(self, message: Message) -> bytes:
        """Return the bytes of a binary message.

        :raises WebSocketClosedError: the connection is closed or closing.
        """
        if self.state is not ConnectionState.OPEN:
            raise WebSocketClosedError
        return _joined(self.sender.binary(message))

    def send_ping(self, data: bytes = b"") -> bytes:
        """Return the bytes of a ping.

        :raises WebSocketClosedError: the connection is closed or closing.
        :raises MisuseError: more than 125 bytes.
        """
        if self.state is not ConnectionState.OPEN:
            raise WebSocketClosedError
        return self.sender.ping(data)

    def close(self, code: int | None = None, reason: str | None = None) -> bytes:
        """Begin the closing handshake, or do nothing if this side has begun it.

        :param code: see `CloseCode`; 1000 if there is a reason and no code.
        :param reason: at most 123 bytes in UTF-8.
        :returns: the bytes to send.
        :raises MisuseError: no close frame carries this.
        """
        if self.state is not ConnectionState.OPEN:
            return b""
        if code is None and reason is not None:
            code = 1000
        frame = self.sender.close(code, reason)
        self.state = next_state(self.state, Step.CLOSE_SENT)
        return frame

    def fail(self, error: PeerError) -> bytes:
        """End the connection after a fault of the peer (RFC 6455 section 7.1.7).

        :returns: a close frame with the fault's code, if none was sent before.
        """
        frame = b""
        if self.state is ConnectionState.OPEN:
            frame = self.sender.close(error.code, _reason(error))
        self.lose()
        return frame

    def lose(self) -> None:
        """Take notice that the connection underneath is gone."""
        self.state = next_state(self.state, Step.LOST)
        if self.close_code is None:
            self.close_code = 1006


def _joined(frame: Frame) -> bytes:
    return b"".join(frame) if isinstance(frame, tuple) else frame


def _reason(error: PeerError) -> str:
    """Return what to say in the close frame about a fault; it has to be short."""
    if error.code == CloseCode.MESSAGE_TOO_BIG:
        return "message too big"
    return str(error).encode()[:MAX_CLOSE_REASON].decode(errors="ignore")
