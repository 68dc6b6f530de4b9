import pytest

from tornado.util import BoundedCache


class Calls:
    """A function that keeps what it was called with."""

    def __init__(self):
        self.keys = []

    def __call__(self, key):
        self.keys.append(key)
        return key.upper()


def test_a_result_is_computed_once():
    compute = Calls()
    cache = BoundedCache(compute, max_entries=10)
    assert [cache["a"], cache["a"], cache["b"]] == ["A", "A", "B"]
    assert compute.keys == ["a", "b"]


def test_get_computes_nothing():
    compute = Calls()
    cache = BoundedCache(compute, max_entries=10)
    assert cache.get("a") is None
    assert compute.keys == []


def test_a_full_cache_starts_again_with_the_new_entry():
    cache = BoundedCache(Calls(), max_entries=3)
    for key in "abc":
        cache[key]
    assert set(cache) == {"a", "b", "c"}
    assert cache["d"] == "D"
    assert cache == {"d": "D"}


def test_it_never_holds_more_than_its_number_of_entries():
    cache = BoundedCache(Calls(), max_entries=7)
    sizes = set()
    for number in range(100):
        cache.add(str(number), number)
        sizes.add(len(cache))
    assert max(sizes) == 7


def test_a_new_value_for_a_key_that_is_there_empties_nothing():
    cache = BoundedCache(max_entries=2)
    cache.add("a", 1)
    cache.add("b", 2)
    cache.add("a", 3)
    assert cache == {"a": 3, "b": 2}


def test_a_long_key_is_computed_each_time():
    compute = Calls()
    cache = BoundedCache(compute, max_entries=10, max_key_length=3)
    assert [cache["abc"], cache["abcd"], cache["abcd"]] == ["ABC", "ABCD", "ABCD"]
    assert compute.keys == ["abc", "abcd", "abcd"]
    assert set(cache) == {"abc"}


def test_an_error_is_passed_on_and_not_kept():
    cache = BoundedCache(int, max_entries=10)
    for _ in range(2):
        with pytest.raises(ValueError, match="invalid literal"):
            cache["x"]
    assert cache == {}


def test_without_a_function_a_missing_key_is_a_key_error():
    cache = BoundedCache(max_entries=10)
    with pytest.raises(KeyError, match="'a'"):
        cache["a"]
    cache.add("a", 1)
    assert cache["a"] == 1


def test_a_hit_runs_no_code_of_ours():
    assert BoundedCache.__getitem__ is dict.__getitem__
    assert BoundedCache.get is dict.get
    assert BoundedCache.__contains__ is dict.__contains__


def test_a_cache_that_is_cleared_may_have_entries_that_stay():
    class Seeded(BoundedCache):
        def clear(self):
            super().clear()
            self["seed"] = 0

    cache = Seeded(max_entries=3)
    for number in range(10):
        cache.add(str(number), number)
    assert cache["seed"] == 0
    assert len(cache) <= 3
