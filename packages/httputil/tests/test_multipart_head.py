from __future__ import annotations

import ntpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.httputil import MultipartError, MultipartLimits, MultipartReader, PartBegin
from tornado.httputil._multipart._head import parse_any_head, parse_part_head, without_directories

LIMITS = MultipartLimits()


def begin_of(disposition: str) -> PartBegin:
    reader = MultipartReader("b")
    (event,) = reader.receive(b"--b\r\nContent-Disposition: " + disposition.encode() + b"\r\n\r\n")
    return event


@pytest.mark.parametrize(
    ("sent", "filename"),
    [
        ('filename="a;b.txt"', "a;b.txt"),
        (r'filename="a\"b.txt"', 'a"b.txt'),
        (r'filename="a\";b.txt"', 'a";b.txt'),
        (r'filename="a;\"b.txt"', 'a;"b.txt'),
        (r'filename="a\\\"b.txt"', 'a\\"b.txt'),
        (r'filename="a\\b.txt"', "a\\b.txt"),
        (r'filename="a\b.txt"', "a\\b.txt"),
        ('filename="größe.txt"', "größe.txt"),
        ("filename=plain.txt", "plain.txt"),
        ('filename=""', ""),
        ("filename*=UTF-8''%e2%82%ac.txt", "€.txt"),
        ("filename*=utf-8'en'%e2%82%ac.txt; filename=euro.txt", "€.txt"),
        ("filename*=iso-8859-1''%a3.txt", "£.txt"),
        ("filename*0=a; filename*1=b.txt", "ab.txt"),
        ("filename*0*=UTF-8''%e2; filename*1*=%82%ac; filename*2=.txt", "€.txt"),
    ],
)
def test_file_names_come_in_many_ways(sent, filename):
    assert begin_of(f'form-data; name="a"; {sent}').filename == filename


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a.txt", "a.txt"),
        ("/etc/passwd", "passwd"),
        ("../../etc/passwd", "passwd"),
        ("dir/", ""),
        ("..", ""),
        (".", ""),
        ("dir/..", ""),
        (".bashrc", ".bashrc"),
        ("...", "..."),
        (r"C:\Users\me\a.txt", "a.txt"),
        (r"C:a.txt", "a.txt"),
        (r"\\host\share\a.txt", "a.txt"),
        (r"..\..\a.txt", "a.txt"),
        (r"dir\..\..\a.txt", "a.txt"),
        (r"dir\..", ""),
        ("dir/C:a.txt", "a.txt"),
        (r"dir/\a.txt", "a.txt"),
        ("1:30.txt", "1:30.txt"),
        (r"a\b.txt", r"a\b.txt"),
    ],
)
def test_directories_are_stripped_from_file_names(sent, kept):
    assert without_directories(sent) == kept


@pytest.mark.parametrize(
    "sent",
    ["..", "a/..", "C:D:..", "x/C:D:..", "..\\..", "C:..", "C:\\..", "/", "\\", "//", "a\\../.."],
)
def test_no_file_name_leads_up(sent):
    assert without_directories(sent) == ""


@given(st.text(st.sampled_from("C:./\\ab"), max_size=12))
def test_a_file_name_stays_in_its_directory_on_every_system(sent):
    kept = without_directories(sent)
    assert "/" not in kept
    assert not ntpath.splitdrive(kept)[0].startswith(("C", "a", "b"))
    assert not ntpath.isabs(kept)
    assert not {".."}.intersection(kept.split("\\"))


names = st.text(st.sampled_from("ab;\"=\\ é%'*/\t"), max_size=8)


@given(names, st.none() | names, st.none() | names)
def test_the_common_header_is_read_like_any_other(name, filename, kind):
    head = f'Content-Disposition: form-data; name="{name}"'
    if filename is not None:
        head += f'; filename="{filename}"'
    if kind is not None:
        head += f"\r\nContent-Type: {kind}"

    def outcome(read, header):
        try:
            begin = read(header, LIMITS)
        except MultipartError as error:
            return str(error)
        return begin, list(begin.headers.get_all())

    assert outcome(parse_part_head, head.encode()) == outcome(parse_any_head, head)
