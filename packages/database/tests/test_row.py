"""Rows."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from tornado.database import Row


def test_a_column_is_an_item_and_an_attribute():
    row = Row(id=1, title="First")

    assert (row.id, row["title"], row) == (1, "First", {"id": 1, "title": "First"})
    row.title = "Second"
    row["more"] = 3
    del row.id
    assert row == {"title": "Second", "more": 3}
    assert row.more == 3


def test_a_missing_column_is_an_attribute_error_that_names_the_others():
    with pytest.raises(AttributeError, match="no column 'titel', its columns are: 'id', 'title'"):
        _ = Row(id=1, title="x").titel
    with pytest.raises(AttributeError, match="no column 'a'"):
        del Row().a
    assert getattr(Row(), "a", 7) == 7
    assert not hasattr(Row(id=1), "title")


def test_a_row_is_copied_stored_and_sent_like_a_dictionary():
    row = Row(id=1, title="First")

    for again in (copy.copy(row), copy.deepcopy(row), pickle.loads(pickle.dumps(row))):
        assert type(again) is Row
        assert again == row
    assert json.loads(json.dumps(row)) == row
