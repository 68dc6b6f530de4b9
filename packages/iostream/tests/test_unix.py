import os
import socket
import stat

import pytest

from tornado.netutil import bind_unix_socket


@pytest.mark.parametrize(("arguments", "mode"), [((), 0o600), ((0o666,), 0o666)])
def test_the_mode_says_who_may_connect(tmp_path, arguments, mode):
    path = str(tmp_path / "socket")
    with bind_unix_socket(path, *arguments) as sock:
        assert stat.S_IMODE(os.stat(path).st_mode) == mode
        assert not sock.getblocking()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)


@pytest.mark.parametrize("in_use", [False, True])
def test_an_old_socket_gives_its_place_to_the_new_one(tmp_path, in_use):
    path = str(tmp_path / "socket")
    old = bind_unix_socket(path)
    if not in_use:
        old.close()
    with bind_unix_socket(path) as new, socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        new.setblocking(True)
        new.accept()[0].close()
    old.close()


@pytest.mark.parametrize("make", [lambda path: path.touch(), lambda path: path.mkdir()])
def test_another_kind_of_file_stays(tmp_path, make):
    path = tmp_path / "precious"
    make(path)
    with pytest.raises(ValueError, match=r"File .* exists and is not a socket"):
        bind_unix_socket(str(path))
    assert path.exists()


def test_a_link_is_not_followed(tmp_path):
    target = tmp_path / "target"
    bind_unix_socket(str(target)).close()
    link = tmp_path / "link"
    link.symlink_to(target)
    with pytest.raises(ValueError, match="not a socket"):
        bind_unix_socket(str(link))
    assert target.exists()


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        bind_unix_socket(str(tmp_path / "no" / "socket"))


def test_a_name_outside_the_file_system_has_no_mode():
    name = f"\0tornado-test-{os.getpid()}"
    with bind_unix_socket(name) as sock, socket.socket(socket.AF_UNIX) as client:
        client.connect(sock.getsockname())


def test_a_platform_without_unix_sockets_says_so(monkeypatch, tmp_path):
    monkeypatch.delattr(socket, "AF_UNIX")
    with pytest.raises(ValueError, match="no Unix sockets"):
        bind_unix_socket(str(tmp_path / "socket"))
