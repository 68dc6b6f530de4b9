from hypothesis import given
from hypothesis import strategies as st

from tornado.tcpserver._limits import ConnectionLimits, host_of


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=60))
def test_counts_never_pass_the_limits_and_return_to_nothing(steps):
    limits = ConnectionLimits(5, 2)
    open_by_host = dict.fromkeys(range(4), 0)
    for host, arrives in steps:
        address = (f"10.0.0.{host}", 1234)
        if arrives:
            fits = sum(open_by_host.values()) < 5 and open_by_host[host] < 2
            assert limits.admit(address) == fits
            open_by_host[host] += fits
        elif open_by_host[host]:
            limits.release(address)
            open_by_host[host] -= 1
        assert limits.open == sum(open_by_host.values())
    for host, count in open_by_host.items():
        for _ in range(count):
            limits.release((f"10.0.0.{host}", 99))
    assert limits.open == 0
    assert limits._by_host == {}


def test_unix_peers_are_one_machine():
    assert host_of("") == host_of("")
    assert host_of(("::1", 5, 0, 0)) == "::1"
