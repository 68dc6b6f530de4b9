"""The tables of states: what an event leads to, and what it cannot happen in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tornado.http1connection import _state
from tornado.http1connection._state import ConnectionState, SendState, Transitions

TABLES = {name: table for name, table in vars(_state).items() if isinstance(table, Transitions)}


def tables_of(kind: type) -> list[Transitions]:
    return [table for table in TABLES.values() if isinstance(next(iter(table)), kind)]


def reachable(start, tables: list[Transitions]) -> set:
    found = {start}
    while True:
        more = {table[state] for table in tables for state in table if state in found}
        if more <= found:
            return found
        found |= more


EVENTS = {
    "first bytes": "AFTER_FIRST_BYTES",
    "head complete": "AFTER_HEAD",
    "request complete": "AFTER_REQUEST",
    "delegate returns": "AFTER_DISPATCH",
    "response complete": "AFTER_RESPONSE",
    "next": "AFTER_EXCHANGE",
    "head": "AFTER_HEAD_SENT",
    "end": "AFTER_BODY_SENT",
    "whole message": "AFTER_WHOLE_SENT",
}


def test_the_tables_are_those_of_the_theory_of_operation():
    told = {name: {} for name in TABLES}
    for before, event, after in re.findall(
        r"^    ([A-Z, ]+) -+\(([a-z ]+)\)-+> ([A-Z]+)", _state.__doc__, re.MULTILINE
    ):
        for state in before.split(", "):
            told[EVENTS[event]][state] = after
    tables = {
        name: {state.name: after.name for state, after in table.items()}
        for name, table in TABLES.items()
    }
    assert tables == told


def test_the_states_of_an_exchange():
    responding = {"DISPATCH", "RESPONSE", "ANSWERED"}
    assert {state.name for state in _state.RESPONDING} == responding
    assert {state.name for state in _state.UNANSWERED} == {"BODY", "DISPATCH", "RESPONSE"}


def test_the_steps_that_are_written_out_are_those_of_the_tables():
    steps = [
        (name, before, after)
        for module in Path(_state.__file__).parent.rglob("*.py")
        for after, before, name in re.findall(
            r"= ([A-Z]+) if (?:self\._)?state is ([A-Z]+) else (AFTER_[A-Z_]+)\[",
            module.read_text(encoding="utf-8"),
        )
    ]
    assert len(steps) == 4
    for name, before, after in steps:
        assert TABLES[name][getattr(_state, before)] is getattr(_state, after)


@pytest.mark.parametrize("name", TABLES)
def test_an_event_stays_within_one_machine(name):
    table = TABLES[name]
    assert len({type(state) for state in (*table, *table.values())}) == 1


def test_every_state_can_be_reached():
    anywhere = {ConnectionState.LINGER, ConnectionState.CLOSED, ConnectionState.DETACHED}
    found = reachable(ConnectionState.IDLE, tables_of(ConnectionState))
    assert found | anywhere == set(ConnectionState)
    sent = reachable(SendState.HEAD, tables_of(SendState))
    assert sent | {SendState.DETACHED, SendState.LOST} == set(SendState)


@pytest.mark.parametrize("state", [ConnectionState.IDLE, ConnectionState.HEAD])
def test_every_way_from_a_head_leads_back_to_idle(state):
    assert ConnectionState.IDLE in reachable(_state.AFTER_HEAD[state], tables_of(ConnectionState))


@pytest.mark.parametrize(
    ("table", "state"),
    [
        ("AFTER_HEAD", ConnectionState.RESPONSE),
        ("AFTER_RESPONSE", ConnectionState.IDLE),
        ("AFTER_EXCHANGE", ConnectionState.RESPONSE),
        ("AFTER_BODY_SENT", SendState.HEAD),
    ],
)
def test_an_event_that_cannot_happen_is_an_error(table, state):
    with pytest.raises(RuntimeError, match=f"cannot happen in the state {state.name}"):
        TABLES[table][state]


def test_a_request_that_is_answered_before_its_head_is_handled_does_not_stop_the_connection(
    run, wire, application, message
):
    class Answered(application):
        def start_request(self, server_conn, request_conn):
            made = super().start_request(server_conn, request_conn)
            made.answer(b"early")
            return made

    app = Answered(message)

    async def scene():
        async with wire(app) as client:
            for _ in range(2):
                await client.send(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
                assert (await client.read_some()).endswith(b"<early>")
            await client.send(b"POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
            assert (await client.read_some()).endswith(b"<early>")
            assert client.server.is_idle

    run(scene())
    assert app.calls == [("head", "GET", "/a"), "lost"] * 2 + [
        ("head", "POST", "/b"),
        "lost",
        "closed",
    ]
