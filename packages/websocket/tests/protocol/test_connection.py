"""A connection after its handshake: who may send what, and when."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.websocket.protocol import (
    Close,
    Connection,
    ConnectionState,
    MisuseError,
    PeerError,
    Ping,
    Pong,
    WebSocketClosedError,
)
from tornado.websocket.protocol._state import Step, next_state


def pair() -> tuple[Connection, Connection]:
    return Connection(is_client=True), Connection(is_client=False)


def test_messages_go_both_ways():
    client, server = pair()
    assert server.receive(client.send_text("question")) == ["question"]
    assert client.receive(server.send_binary(b"answer")) == [b"answer"]
    assert client.receive(server.send_text(b"\xc3\xa4")) == ["ä"]
    assert client.receive(server.send_binary(memoryview(b"view"))) == [b"view"]


def test_the_closing_handshake():
    for one, other in (pair(), pair()[::-1]):
        assert other.receive(one.close(1001, "bye")) == [Close(1001, "bye")]
        assert one.state is ConnectionState.CLOSE_SENT
        assert other.state is ConnectionState.CLOSED
        assert one.receive(other.take_answers()) == [Close(1001, "")]
        assert one.state is ConnectionState.CLOSED
        assert (one.close_code, other.close_code, other.close_reason) == (1001, 1001, "bye")
        assert one.take_answers() == other.take_answers() == b""


def test_both_sides_may_close_at_once():
    client, server = pair()
    from_client, from_server = client.close(1000), server.close(1001)
    assert client.receive(from_server) == [Close(1001, "")]
    assert server.receive(from_client) == [Close(1000, "")]
    assert client.take_answers() == server.take_answers() == b""
    assert client.state is server.state is ConnectionState.CLOSED


def test_nothing_is_sent_after_a_close_frame():
    client, server = pair()
    client.close()
    for send in (client.send_text, client.send_binary, client.send_ping):
        with pytest.raises(WebSocketClosedError):
            send(b"x")
    assert client.close() == b""
    assert client.receive(server.send_ping(b"x")) == [Ping(b"x")]
    assert client.take_answers() == b""


def test_messages_are_received_until_the_peer_closes_too():
    client, server = pair()
    client.close()
    assert client.receive(server.send_text("still on its way")) == ["still on its way"]


def test_s9_of_several_pings_the_newest_is_answered():
    client, server = pair()
    data = b"".join(client.send_ping(b"%d" % number) for number in range(10))
    assert len(server.receive(data)) == 10
    assert client.receive(server.take_answers()) == [Pong(b"9")]


def test_a_ping_before_a_close_frame_is_not_answered():
    client, server = pair()
    server.receive(client.send_ping(b"x") + client.close(1000))
    assert client.receive(server.take_answers()) == [Close(1000, "")]


def test_a_fault_ends_the_connection():
    client, server = pair()
    with pytest.raises(PeerError) as caught:
        server.receive(client.send_ping(b"before") + b"\x83\x80")
    assert caught.value.events == [Ping(b"before")]
    answer = server.take_answers() + server.fail(caught.value)
    assert client.receive(answer) == [
        Pong(b"before"),
        Close(1002, "a frame has the reserved opcode 0x3"),
    ]
    assert server.state is ConnectionState.CLOSED
    assert server.close_code == 1006


def test_a_connection_that_is_lost():
    client, _ = pair()
    client.lose()
    assert client.close_code == 1006
    assert not client.is_open
    with pytest.raises(WebSocketClosedError):
        client.send_text("x")


@pytest.mark.parametrize(
    ("code", "reason"), [(1005, None), (1006, None), (1015, None), (0, None), (1000, "x" * 124)]
)
def test_s21_close_frames_that_cannot_be_sent(code, reason):
    client, _ = pair()
    with pytest.raises(MisuseError):
        client.close(code, reason)
    assert client.is_open  # nothing was sent


def test_pings_that_are_too_long():
    client, _ = pair()
    with pytest.raises(MisuseError, match="at most 125 bytes, not 126"):
        client.send_ping(bytes(126))


def test_a_reason_without_a_code_is_a_normal_closure():
    client, server = pair()
    assert server.receive(client.close(reason="done")) == [Close(1000, "done")]


@pytest.mark.parametrize("wrong", [5, None, ["x"], 1.5])
def test_what_is_no_message(wrong):
    client, _ = pair()
    for send in (client.send_text, client.send_binary):
        with pytest.raises(TypeError, match="a message is str or bytes"):
            send(wrong)


def test_frames_of_a_client_are_masked_with_changing_keys():
    client, _ = pair()
    frames = {client.send_text("the same") for _ in range(50)}
    assert len(frames) == 50
    assert all(frame[1] & 0x80 and b"the same" not in frame for frame in frames)


@pytest.mark.parametrize("state", list(ConnectionState))
@pytest.mark.parametrize("step", list(Step))
def test_every_step_leads_on_or_is_refused(state, step):
    try:
        reached = next_state(state, step)
    except MisuseError:
        assert step is not Step.LOST
        return
    order = list(ConnectionState)
    assert order.index(reached) >= order.index(state)


_actions = st.lists(st.sampled_from(["text", "ping", "close", "pass"]), max_size=20)


@given(_actions, _actions)
def test_two_sides_never_break_the_protocol_for_each_other(first, second):
    client, server = pair()
    waiting = {client: b"", server: b""}  # bytes on their way to it
    for actions in itertools.zip_longest(first, second):
        for one, other, action in zip((client, server), (server, client), actions, strict=True):
            if action == "pass":
                one.receive(waiting[one])
                waiting[one] = b""
                waiting[other] += one.take_answers()
            elif action == "close":
                waiting[other] += one.close(1000)
            elif action is not None and one.is_open:
                send = one.send_text if action == "text" else one.send_ping
                waiting[other] += send(b"x")
    for _ in range(3):
        for one, other in ((client, server), (server, client)):
            one.receive(waiting[one])
            waiting[one] = b""
            waiting[other] += one.take_answers()
    assert client.state is server.state
    assert client.state in (ConnectionState.OPEN, ConnectionState.CLOSED)


@pytest.mark.parametrize("is_client", [True, False])
def test_large_frames_may_be_kept_in_two_pieces(is_client):
    sender, other = Connection(is_client=is_client), Connection(is_client=not is_client)
    sender.sender.split_from = 1000
    payload = bytes(range(250)) * 4
    pieces = sender.sender.binary(payload)
    assert isinstance(pieces, tuple)
    if not is_client:
        assert pieces[1] is payload
    assert other.receive(b"".join(pieces)) == [payload]
    assert isinstance(sender.sender.binary(payload[:-1]), bytes)
    assert other.receive(sender.send_binary(payload)) == [payload]
    assert other.receive(sender.send_text("x" * 1000)) == ["x" * 1000]
