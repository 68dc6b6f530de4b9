import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from tornado.escape import linkify, xhtml_escape, xhtml_unescape

PIECES = st.sampled_from(
    [
        "http://",
        "https:/",
        "www.",
        "javascript:",
        "ftp://",
        "a.com",
        "/x",
        "(",
        ")",
        " ",
        "\n",
        '"',
        "'",
        "<",
        ">",
        "&",
        ".",
        "!",
        "\u4e2d",
        "\u00a0",
        "?q=1",
        "#f",
        "data:",
        "[::1]",
        "x",
        ",",
    ]
)


def link(url, text=None, extra=""):
    return f'<a href="{url}"{extra}>{text or url}</a>'


class Links(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("hello http://world.com/!", f"hello {link('http://world.com/')}!"),
        ("www.a.com, then", f"{link('http://www.a.com', 'www.a.com')}, then"),
        ("https://a.com:80/x?y=1&z#f", link("https://a.com:80/x?y=1&amp;z#f")),
        ("http://user:pw@a.com/", link("http://user:pw@a.com/")),
        ("://www.a.com", f"://{link('http://www.a.com', 'www.a.com')}"),
        ("wwww.www.a.com", f"wwww.{link('http://www.a.com', 'www.a.com')}"),
        ("--http://a.com", f"--{link('http://a.com')}"),
        ("ftp://a)http://b.com", f"ftp://a){link('http://b.com')}"),
        ("http:/a.com http:a.com", f"{link('http:/a.com')} http:a.com"),
        ("HTTP://A.com", link("HTTP://A.com")),
        ("http://a.com/caf\u00e9 http://\u27a1.ws/\u4a39", None),
        ("<b>http://a.com</b>", f"&lt;b&gt;{link('http://a.com')}&lt;/b&gt;"),
        ("a\nhttp://a.com\nhttp://b.com", f"a\n{link('http://a.com')}\n{link('http://b.com')}"),
        ("x.http://a.com -www.b.com", None),
        (b"http://caf\xc3\xa9.fr", link("http://caf\u00e9.fr")),
        ("\u89c1http://a.com/\u3002", f"\u89c1{link('http://a.com/')}\u3002"),
    ],
)
def test_urls_become_links(text, linked):
    expected = linked or re.sub(
        r"(http://[^ ]+|(?<=-)www[^ ]+)",
        lambda m: link(m[0] if m[0].startswith("http") else "http://" + m[0], m[0]),
        text,
    )
    assert linkify(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "www.",
        "http://",
        "http://!!!",
        "www...",
        "xwww.a.com",
        "1http://a.com",
        "http//a.com",
        "a.com/x",
        "ftp://www.a.com",
        "a://b",
        "mailto:ann@b.com",
        "_www.a.com",
        "x-http://a.com",
        f"{'x' * 50}http://a.com",
    ],
)
def test_text_that_is_not_a_url_is_not_a_link(text):
    assert linkify(text) == text


@pytest.mark.parametrize("mark", [*"!#$%&*+,.:;=?@[\\]^`{|}~", "\u201d", "...", "?!"])
def test_punctuation_at_the_end_is_not_part_of_the_link(mark):
    assert linkify(f"http://a.com/x{mark}") == link("http://a.com/x") + xhtml_escape(mark)
    assert linkify(f"http://a.com/x{mark} y") == f"{link('http://a.com/x')}{xhtml_escape(mark)} y"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("(http://a.com/x)", "http://a.com/x"),
        ("http://a.com/x_(y)", "http://a.com/x_(y)"),
        ("http://a.com/x_(y)_z#c", "http://a.com/x_(y)_z#c"),
        ("http://a.com/(x)?(y).", "http://a.com/(x)?(y)"),
        ("http://a.com/a(b(c)d)e", "http://a.com/a(b(c)d)e"),
        ("http://a.com/x)y", "http://a.com/x"),
        ("http://a.com/x(y", "http://a.com/x"),
        ("http://a.com/x((((", "http://a.com/x"),
        ("http://a.com/(x y)", "http://a.com/"),
        ('http://a.com/(x"y)', "http://a.com/"),
        ("(see http://a.com/x_(y))", "http://a.com/x_(y)"),
        ("http://a.com/x.)", "http://a.com/x"),
    ],
)
def test_parentheses_belong_to_a_url_only_in_pairs(text, url):
    result = linkify(text)
    assert link(url) in result
    assert result.replace(link(url), url) == xhtml_escape(text)


@pytest.mark.parametrize("stop", ['"', "'", "<", ">", "\x00", "\x7f", "\xa0"])
def test_quotes_brackets_and_controls_end_a_url(stop):
    result = linkify(f"http://a.com/{stop}onclick=alert(1)")
    assert result == f"{link('http://a.com/')}{xhtml_escape(stop)}onclick=alert(1)"


@pytest.mark.parametrize("scheme", ["javascript", "JavaScript", "vbscript", "data"])
def test_schemes_that_run_code_never_become_links(scheme):
    text = f"{scheme}://%0aalert(1) {scheme}:/x"
    assert linkify(text, permitted_protocols=["http", scheme, scheme.lower()]) == text


def test_other_schemes_become_links_if_they_are_permitted():
    permitted = ["ftp", "message", "RDAR"]
    assert linkify("ftp://a.com", permitted_protocols=permitted) == link("ftp://a.com")
    assert linkify("rdar:/12", permitted_protocols=permitted) == link("rdar:/12")
    assert linkify("message://%3cx%40y%3e", permitted_protocols=permitted) == link(
        "message://%3cx%40y%3e"
    )
    assert linkify("http://a.com", permitted_protocols=permitted) == "http://a.com"


def test_urls_without_a_scheme_are_no_links_if_a_scheme_is_required():
    text = "www.a.com http://www.b.com"
    assert linkify(text, require_protocol=True) == f"www.a.com {link('http://www.b.com')}"


def test_extra_attributes_are_put_into_the_tag():
    assert linkify("www.a.com", extra_params='  rel="nofollow" ') == link(
        "http://www.a.com", "www.a.com", ' rel="nofollow"'
    )


def test_extra_attributes_may_depend_on_the_escaped_url():
    seen = []

    def extra(url):
        seen.append(url)
        return 'class="own" ' if "own" in url else ""

    result = linkify("www.own.com?a&b http://b.com", extra_params=extra)
    own = link("http://www.own.com?a&amp;b", "www.own.com?a&amp;b", ' class="own"')
    assert result == f"{own} {link('http://b.com')}"
    assert seen == ["http://www.own.com?a&amp;b", "http://b.com"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://example.com/blog/123456789/slug/long", "http://example.com/blog..."),
        ("http://example.com/filename.html?and=more", "http://example.com/filename..."),
        ("http://example.com/aaaaaaaaaaaaaaaaaaaaaaaa", "http://example.com/aaaaaaaa..."),
        ("www.example.com/abcdefgh/ijklmnopqrstuvwxyz", "www.example.com/abcdefgh..."),
        (f"http://{'a' * 60}.com/x", f"http://{'a' * 23}..."),
        ("http://example.com/short", None),
        ("http://longlonglonglonglonglonglong.com", None),
        ("http://example.com/12345678.90", None),
    ],
)
def test_long_urls_are_shown_shortened_with_the_whole_as_title(url, shown):
    href = url if url.startswith("http") else "http://" + url
    expected = link(href, shown, f' title="{href}"') if shown else link(url)
    assert linkify(url, shorten=True) == expected


def test_the_result_is_markup_and_a_plain_str_otherwise():
    result = linkify("http://a.com <")
    assert xhtml_escape(result) == result
    assert Markup("%s") % result == result
    assert result + "<br>" == f"{link('http://a.com')} &lt;<br>"


def test_markup_in_the_text_is_escaped_even_if_it_has_an_html_method():
    assert linkify(Markup("<b>http://a.com")) == f"&lt;b&gt;{link('http://a.com')}"


@pytest.mark.parametrize("value", [None, 3])
def test_other_values_are_refused_by_name(value):
    with pytest.raises(TypeError, match="expected str or bytes, not "):
        linkify(value)


@given(st.lists(PIECES).map("".join) | st.text(), st.booleans())
def test_any_text_is_kept_and_has_only_safe_links(text, shorten):
    result = linkify(text, shorten)
    assert [tag for tag, _ in Links(result).found] == ["a"] * result.count("<a ")
    for _, attributes in Links(result).found:
        assert set(attributes) <= {"href", "title"}
        assert re.match(r"https?:/", attributes["href"], re.IGNORECASE)
        assert not re.search(r"[\s\"'<>]", attributes["href"])
    if not shorten:
        assert xhtml_unescape(re.sub(r"<a [^>]*>|</a>", "", result)) == text
