"""The table of conversions, which a program may change."""

from __future__ import annotations

from tornado.database import CONVERSIONS, FIELD_TYPE


def test_a_changed_conversion_counts_for_new_connections(mariadb_place, monkeypatch):
    monkeypatch.setitem(CONVERSIONS, FIELD_TYPE.NEWDECIMAL, float)

    value = mariadb_place.connect().get("SELECT CAST(1.25 AS DECIMAL(4, 2)) AS n").n

    assert (type(value), value) == (float, 1.25)
