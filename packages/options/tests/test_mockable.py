from __future__ import annotations

from unittest import mock

import pytest

from tornado.options import OptionParser


def test_options_can_be_patched_and_come_back(parser: OptionParser) -> None:
    with mock.patch.object(parser.mockable(), "port", 80):
        assert parser.port == parser["port"] == 80
    assert parser.port == parser["port"] == 8888


def test_a_parser_can_be_patched_itself(parser: OptionParser) -> None:
    with mock.patch.object(parser, "port", 80):
        assert parser.port == parser["port"] == 80
    assert parser.port == parser["port"] == 8888


def test_patches_of_several_options_may_nest(parser: OptionParser) -> None:
    with (
        mock.patch.object(parser.mockable(), "port", 80),
        mock.patch.object(parser.mockable(), "mysql_host", "db"),
        mock.patch.object(parser.mockable(), "port", 81),
    ):
        assert (parser.port, parser.mysql_host) == (81, "db")
    assert (parser.port, parser.mysql_host) == (8888, "localhost")


def test_an_option_can_be_patched_once_at_a_time(parser: OptionParser) -> None:
    mockable = parser.mockable()
    mockable.port = 80
    with pytest.raises(RuntimeError, match="option 'port' is patched already"):
        mockable.port = 81
    del mockable.port
    assert mockable.port == parser.port == 8888


def test_a_name_that_is_not_an_option_cannot_be_patched(parser: OptionParser) -> None:
    with (
        pytest.raises(AttributeError),
        mock.patch.object(parser.mockable(), "prot", 80),
    ):
        pass
