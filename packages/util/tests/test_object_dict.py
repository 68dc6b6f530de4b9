import copy
import pickle

import pytest

from tornado.util import ObjectDict


def test_items_are_attributes_and_attributes_are_items():
    thing = ObjectDict(a=1)
    thing.b = 2
    thing["c"] = 3
    assert (thing.a, thing["b"], thing.c) == (1, 2, 3)
    assert thing == {"a": 1, "b": 2, "c": 3}


def test_a_missing_name_is_an_attribute_error_that_names_it():
    thing = ObjectDict()
    with pytest.raises(AttributeError, match="'ObjectDict' object has no item 'x'") as caught:
        thing.x  # noqa: B018 - the look-up is the test
    assert caught.value.name == "x"
    assert getattr(thing, "x", "default") == "default"
    assert not hasattr(thing, "x")


def test_methods_of_dict_are_read_before_items():
    thing = ObjectDict(items=1)
    assert thing["items"] == 1
    assert list(thing.items()) == [("items", 1)]


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda d: pickle.loads(pickle.dumps(d))]
)
def test_it_can_be_copied_and_pickled(duplicate):
    thing = duplicate(ObjectDict(a=[1]))
    assert type(thing) is ObjectDict
    assert thing.a == [1]
