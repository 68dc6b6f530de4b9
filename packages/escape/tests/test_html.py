import html
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from tornado.escape import xhtml_escape, xhtml_unescape


class Icon:
    def __html__(self):
        return "<i>&</i>"


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("plain", "plain"),
        ("", ""),
        ("<a> & \"b\" 'c'", "&lt;a&gt; &amp; &quot;b&quot; &#x27;c&#x27;"),
        ("&amp; &#34; &#39;", "&amp;amp; &amp;#34; &amp;#39;"),
        ("<caf\u00e9>", "&lt;caf\u00e9&gt;"),
        (b"<caf\xc3\xa9 '>", "&lt;caf\u00e9 &#x27;&gt;"),
    ],
)
def test_the_five_characters_become_their_documented_references(value, escaped):
    assert xhtml_escape(value) == escaped


@given(st.text(alphabet=st.sampled_from("a&<>\"';#3 \u00e9\U0001f600")))
def test_it_agrees_with_the_standard_library(text):
    assert xhtml_escape(text) == html.escape(text)


@given(st.text())
def test_unescaping_undoes_escaping(text):
    assert xhtml_unescape(xhtml_escape(text)) == text


@pytest.mark.parametrize("value", [Icon(), Markup("<i>&</i>")])
def test_markup_is_not_escaped_again(value):
    result = xhtml_escape(value)
    assert result == "<i>&</i>"
    assert type(result) is str


def test_a_subclass_of_str_without_markup_is_escaped():
    class Name(str):
        __slots__ = ()

    assert xhtml_escape(Name("<")) == "&lt;"
    assert xhtml_escape(Name('<"')) == "&lt;&quot;"


@pytest.mark.parametrize("value", [None, 3, ["<"]])
@pytest.mark.parametrize("function", [xhtml_escape, xhtml_unescape])
def test_other_values_are_refused_by_name(function, value):
    with pytest.raises(TypeError, match="expected str or bytes, not "):
        function(value)


def test_the_first_call_of_a_process_escapes_like_the_later_ones():
    program = "from tornado.escape import xhtml_escape as e; print(e('<'), e('<'), e('\"'), e('&'))"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout
    assert output.split() == [b"&lt;", b"&lt;", b"&quot;", b"&amp;"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("&lt;&gt;&amp;&quot;&#39;&#x27;", "<>&\"''"),
        ("&amp;lt;", "&lt;"),
        ("&eacute;&nbsp;&NotEqualTilde;", "\u00e9\xa0\u2242\u0338"),
        ("&nope; &; & &#; &#x; &#xg;", "&nope; &; & &#; &#x; &#xg;"),
        ("&lt &copy2", "< \xa92"),
        ("&#0; &#x110000; &#55296;", "\ufffd \ufffd \ufffd"),
        ("&#128;", "\u20ac"),
        (f"&#{'0' * 5000}65; &#{'9' * 5000};x &#x{'0' * 5000}41;", "A \ufffdx A"),
        (b"&lt;caf\xc3\xa9", "<caf\u00e9"),
        ("plain", "plain"),
    ],
)
def test_references_become_their_characters_as_in_html5(value, text):
    assert xhtml_unescape(value) == text
