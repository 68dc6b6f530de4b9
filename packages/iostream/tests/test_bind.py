import errno
import socket
import sys

import pytest

from tornado.netutil import _bind, bind_sockets


@pytest.fixture
def close():
    opened = []
    yield opened.extend
    for sock in opened:
        sock.close()


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_every_interface_of_both_families_gets_the_same_free_port(close):
    sockets = bind_sockets(0)
    close(sockets)
    ports = {sock.getsockname()[1] for sock in sockets}
    assert len(ports) == 1
    assert 0 not in ports
    families = {sock.family for sock in sockets}
    assert families == ({socket.AF_INET, socket.AF_INET6} if has_ipv6() else {socket.AF_INET})
    for sock in sockets:
        assert not sock.getblocking()
        assert not sock.get_inheritable()


@pytest.mark.parametrize("address", [None, ""])
def test_no_address_is_every_interface(close, address):
    sockets = bind_sockets(0, address, family=socket.AF_INET)
    close(sockets)
    assert [sock.getsockname()[0] for sock in sockets] == ["0.0.0.0"]


def test_a_name_stands_for_its_addresses(close):
    sockets = bind_sockets(0, "localhost")
    close(sockets)
    assert {sock.getsockname()[0] for sock in sockets} <= {"127.0.0.1", "::1"}
    with socket.create_connection(("127.0.0.1", sockets[0].getsockname()[1])):
        pass


def test_one_family_can_be_chosen(close):
    sockets = bind_sockets(0, "127.0.0.1", family=socket.AF_INET)
    close(sockets)
    assert [sock.family for sock in sockets] == [socket.AF_INET]


def test_a_port_in_use_says_which_and_what_to_do(close):
    taken = bind_sockets(0, "127.0.0.1")
    close(taken)
    port = taken[0].getsockname()[1]
    with pytest.raises(OSError, match=rf"127\.0\.0\.1:{port}.*choose another port") as caught:
        bind_sockets(port, "127.0.0.1")
    assert caught.value.errno == errno.EADDRINUSE
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "message"),
    [("192.0.2.1", "no such address"), ("host.invalid", "known|resolution|resolve")],
)
def test_an_address_that_is_not_ours_says_so(address, message):
    with pytest.raises(OSError, match=message):
        bind_sockets(0, address)


def test_a_failure_leaves_no_socket_open(close, monkeypatch):
    opened = []

    def listen(family, target, *args):
        if family == socket.AF_INET6:
            raise OSError(errno.EACCES, "no")
        opened.append(original(family, target, *args))
        return opened[-1]

    original = _bind._listen
    monkeypatch.setattr(_bind, "_listen", listen)
    places = [(socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_INET6, ("::1", 0, 0, 0))]
    monkeypatch.setattr(_bind, "_resolve", lambda *args: places)
    with pytest.raises(OSError, match="needs more rights"):
        bind_sockets(0)
    assert [sock.fileno() for sock in opened] == [-1]


def test_a_free_port_that_the_other_family_has_in_use_is_drawn_again(close, monkeypatch):
    attempts = []

    def listen(family, target, *args):
        if family == socket.AF_INET6:
            attempts.append(target[1])
            if len(attempts) < 3:
                raise OSError(errno.EADDRINUSE, "taken")
            family, target = socket.AF_INET, ("127.0.0.2", *target[1:2])
        return original(family, target, *args)

    original = _bind._listen
    monkeypatch.setattr(_bind, "_listen", listen)
    places = [(socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_INET6, ("::1", 0, 0, 0))]
    monkeypatch.setattr(_bind, "_resolve", lambda *args: places)
    sockets = bind_sockets(0)
    close(sockets)
    assert len(sockets) == 2
    assert len(attempts) == 3


@pytest.mark.skipif(not hasattr(socket, "SO_REUSEPORT"), reason="needs SO_REUSEPORT")
def test_several_sockets_may_share_a_port(close):
    first = bind_sockets(0, "127.0.0.1", reuse_port=True)
    close(first)
    second = bind_sockets(first[0].getsockname()[1], "127.0.0.1", reuse_port=True)
    close(second)
    assert first[0].getsockname() == second[0].getsockname()


def test_reuse_port_is_refused_where_there_is_none(monkeypatch):
    monkeypatch.delattr(socket, "SO_REUSEPORT", raising=False)
    with pytest.raises(ValueError, match="no SO_REUSEPORT"):
        bind_sockets(0, reuse_port=True)


def test_a_machine_without_ipv6_listens_on_the_other_family(close, monkeypatch):
    def listen(family, target, *args):
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "no IPv6")
        return original(family, target, *args)

    original = _bind._listen
    monkeypatch.setattr(_bind, "_listen", listen)
    sockets = bind_sockets(0, "localhost" if sys.platform == "darwin" else None)
    close(sockets)
    assert [sock.family for sock in sockets] == [socket.AF_INET]


@pytest.mark.parametrize("free", ["0", 0, None])
def test_a_port_may_come_as_text_from_the_environment(close, free):
    (drawn,) = bind_sockets(free, "127.0.0.1")
    number = drawn.getsockname()[1]
    drawn.close()
    (sock,) = sockets = bind_sockets(str(number), "127.0.0.1")
    close(sockets)
    assert sock.getsockname()[1] == number


@pytest.mark.parametrize(
    "port", [-1, 65536, 80000, "80000", "http", "", "+1", "\u0663", 80.0, True]
)
def test_a_wrong_port_is_an_error(port):
    with pytest.raises(ValueError, match=r"is not a port: choose a number from 0 to 65535"):
        bind_sockets(port, "127.0.0.1")


def test_a_name_that_nobody_knows_says_so():
    with pytest.raises(socket.gaierror, match=r"cannot listen on 'no\.such\.invalid'"):
        bind_sockets(0, "no.such.invalid")
