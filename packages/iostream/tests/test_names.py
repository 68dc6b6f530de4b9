"""Every documented name is there, with its documented signature."""

import importlib
import inspect
import subprocess
import sys
import unittest

import pytest

import tornado.iostream

SELF_ONLY = "(self)"

#: Documented names: the parameters of functions, or of the methods of classes. Ours may have more
#: parameters after these, all of them optional.
DOCUMENTED = {
    "tornado.iostream": {
        "BaseIOStream": {
            "__init__": "self max_buffer_size read_chunk_size max_write_buffer_size",
            "close": "self exc_info",
            "close_fd": "self",
            "closed": "self",
            "fileno": "self",
            "get_fd_error": "self",
            "read_bytes": "self num_bytes partial",
            "read_from_fd": "self buf",
            "read_into": "self buf partial",
            "read_until": "self delimiter max_bytes",
            "read_until_close": "self",
            "read_until_regex": "self regex max_bytes",
            "reading": "self",
            "set_close_callback": "self callback",
            "set_nodelay": "self value",
            "write": "self data",
            "write_to_fd": "self data",
            "writing": "self",
        },
        "IOStream": {
            "__init__": "self socket *args **kwargs",
            "close_fd": "self",
            "connect": "self address server_hostname",
            "fileno": "self",
            "get_fd_error": "self",
            "read_from_fd": "self buf",
            "set_nodelay": "self value",
            "start_tls": "self server_side ssl_options server_hostname",
            "write_to_fd": "self data",
        },
        "MemoryIOStream": {
            "__init__": "self capacity **kwargs",
            "close_fd": "self",
            "fileno": "self",
            "pair": "**kwargs",
            "read_from_fd": "self buf",
            "write_to_fd": "self data",
        },
        "PipeIOStream": {
            "__init__": "self fd *args **kwargs",
            "close_fd": "self",
            "fileno": "self",
            "read_from_fd": "self buf",
            "write_to_fd": "self data",
        },
        "SSLIOStream": {
            "__init__": "self *args **kwargs",
            "connect": "self address server_hostname",
            "read_from_fd": "self buf",
            "reading": "self",
            "wait_for_handshake": "self",
            "write_to_fd": "self data",
            "writing": "self",
        },
        "StreamBufferFullError": {},
        "StreamClosedError": {"__init__": "self real_error"},
        "StreamProtocol": {},
        "UnsatisfiableReadError": {},
        "doctests": "",
    },
    "tornado.netutil": {
        "BlockingResolver": {"initialize": "self"},
        "DefaultExecutorResolver": {"resolve": "self host port family"},
        "DefaultLoopResolver": {"resolve": "self host port family"},
        "ExecutorResolver": {
            "close": "self",
            "initialize": "self executor close_executor",
            "resolve": "self host port family",
        },
        "OverrideResolver": {
            "close": "self",
            "initialize": "self resolver mapping",
            "resolve": "self host port family",
        },
        "Resolver": {
            "close": "self",
            "configurable_base": "",
            "configurable_default": "",
            "resolve": "self host port family",
        },
        "TCPServer": {},
        "TLSFiles": {"check": "self", "of_settings": "settings", "states": "self"},
        "ThreadedResolver": {"initialize": "self num_threads"},
        "add_accept_handler": "sock callback",
        "bind_sockets": "port address family backlog flags reuse_port",
        "bind_unix_socket": "file mode backlog",
        "is_valid_ip": "ip",
        "ssl_options_to_context": "ssl_options server_side",
        "ssl_wrap_socket": "socket ssl_options server_hostname server_side **kwargs",
    },
    "tornado.process": {
        "Subprocess": {
            "__init__": "self *args **kwargs",
            "initialize": "",
            "set_exit_callback": "self callback",
            "uninitialize": "",
            "wait_for_exit": "self raise_error",
        },
        "cpu_count": "",
        "fork_processes": "num_processes max_restarts",
        "task_id": "",
    },
    "tornado.tcpclient": {
        "TCPClient": {
            "__init__": "self resolver",
            "close": "self",
            "connect": "self host port af ssl_options max_buffer_size source_ip source_port timeout",
        },
    },
    "tornado.tcpserver": {
        "TCPServer": {
            "__init__": "self ssl_options max_buffer_size read_chunk_size",
            "add_socket": "self socket",
            "add_sockets": "self sockets",
            "bind": "self port address family backlog flags reuse_port",
            "handle_stream": "self stream address",
            "listen": "self port address family backlog flags reuse_port",
            "start": "self num_processes max_restarts",
            "stop": "self",
        },
    },
    "tornado.platform.caresresolver": {
        "CaresResolver": {
            "initialize": "self",
            "resolve": "self host port family",
        },
    },
}

DEFAULTS = {
    ("tornado.netutil", "bind_sockets"): {
        "address": None,
        "family": 0,
        "backlog": 128,
        "flags": None,
        "reuse_port": False,
    },
    ("tornado.netutil", "bind_unix_socket"): {"mode": 0o600, "backlog": 128},
    ("tornado.process", "fork_processes"): {"max_restarts": None},
}


#: Names that programs also take from modules which only use them.
ALIASES = {
    "tornado.iostream": {
        "errno_from_exception": "tornado.util",
        "future_set_result_unless_cancelled": "tornado.concurrent",
        "ssl_wrap_socket": "tornado.netutil",
    },
    "tornado.netutil": {
        "Configurable": "tornado.util",
        "IOLoop": "tornado.ioloop",
        "errno_from_exception": "tornado.util",
        "run_on_executor": "tornado.concurrent",
    },
    "tornado.process": {
        "CalledProcessError": "subprocess",
        "PipeIOStream": "tornado.iostream",
        "future_set_exception_unless_cancelled": "tornado.concurrent",
        "future_set_result_unless_cancelled": "tornado.concurrent",
    },
    "tornado.tcpclient": {
        "IOLoop": "tornado.ioloop",
        "IOStream": "tornado.iostream",
        "Resolver": "tornado.netutil",
        "future_add_done_callback": "tornado.concurrent",
    },
    "tornado.tcpserver": {
        "IOLoop": "tornado.ioloop",
        "IOStream": "tornado.iostream",
        "SSLIOStream": "tornado.iostream",
        "add_accept_handler": "tornado.netutil",
        "bind_sockets": "tornado.netutil",
        "errno_from_exception": "tornado.util",
        "ssl_wrap_socket": "tornado.netutil",
    },
}


def names_of(function):
    marks = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return [
        marks.get(parameter.kind, "") + name
        for name, parameter in inspect.signature(function).parameters.items()
    ]


FUNCTIONS = [
    (module, name, method, names)
    for module, things in DOCUMENTED.items()
    for name, thing in things.items()
    for method, names in (thing.items() if isinstance(thing, dict) else [(None, thing)])
]


@pytest.mark.parametrize(("module", "name", "method", "names"), FUNCTIONS)
def test_functions_take_their_documented_parameters(module, name, method, names):
    function = getattr(importlib.import_module(module), name)
    if method is not None:
        function = getattr(function, method)
    expected = names.split()
    actual = names_of(function)
    assert actual[: len(expected)] == expected
    for extra in actual[len(expected) :]:
        parameter = inspect.signature(function).parameters[extra]
        assert parameter.default is not inspect.Parameter.empty


@pytest.mark.parametrize(("module", "name"), DEFAULTS)
def test_functions_have_their_documented_defaults(module, name):
    signature = inspect.signature(getattr(importlib.import_module(module), name))
    for parameter, default in DEFAULTS[module, name].items():
        assert signature.parameters[parameter].default == default


@pytest.mark.parametrize("module", DOCUMENTED)
def test_all_is_sorted_and_names_exactly_what_is_public(module):
    public_module = importlib.import_module(module)
    assert public_module.__all__ == sorted(public_module.__all__)
    assert set(public_module.__all__) == set(DOCUMENTED[module])
    public = {name for name in dir(public_module) if not name.startswith("_")}
    used = {"annotations", "publish", "TYPE_CHECKING", *ALIASES.get(module, ())}
    assert public - used == set(public_module.__all__)


@pytest.mark.parametrize(
    ("module", "name"), [(m, n) for m, things in DOCUMENTED.items() for n in things]
)
def test_public_objects_say_the_public_module(module, name):
    home = "tornado.tcpserver" if name == "TCPServer" else module
    assert getattr(importlib.import_module(module), name).__module__ == home


@pytest.mark.parametrize(
    ("module", "name", "home"),
    [(m, n, h) for m, names in ALIASES.items() for n, h in names.items()],
)
def test_names_of_other_modules_can_be_had_where_they_are_used(module, name, home):
    thing = getattr(importlib.import_module(module), name)
    assert thing is getattr(importlib.import_module(home), name)
    assert name not in importlib.import_module(module).__all__


@pytest.mark.parametrize(
    ("name", "bases"),
    [
        ("IOStream", ("BaseIOStream",)),
        ("PipeIOStream", ("BaseIOStream",)),
        ("SSLIOStream", ("IOStream",)),
        ("StreamClosedError", ("OSError",)),
    ],
)
def test_classes_derive_as_documented(name, bases):
    thing = getattr(tornado.iostream, name)
    for base in bases:
        assert base in {other.__name__ for other in thing.__mro__}


def test_the_examples_in_the_docstrings_hold():
    result = unittest.TestResult()
    suite = tornado.iostream.doctests()
    count = suite.countTestCases()
    suite.run(result)
    assert result.testsRun == count >= 2
    assert result.wasSuccessful(), result.failures


def test_importing_a_module_loads_no_other_distribution():
    program = (
        "import sys, tornado.iostream, tornado.netutil, tornado.process, tornado.tcpclient,"
        " tornado.tcpserver\n"
        "print(*(name for name in sys.modules if name.startswith('tornado.')))"
    )
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    ).stdout
    floors = {
        *("concurrent", "gen", "ioloop", "locks", "platform", "queues", "stack_context", "util"),
        *("iostream", "netutil", "process", "tcpclient", "tcpserver"),
    }
    assert {name.split(".")[1] for name in output.split()} <= floors
