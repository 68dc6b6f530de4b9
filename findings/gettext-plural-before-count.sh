#!/usr/bin/env bash
# A catalog whose Plural-Forms header gives the formula before the count.
#
# Versions: GNU gettext 0.21 (Debian 12), CPython 3.11.7, Babel 2.18.0 (PyPI).
# Behaviour: `msgfmt --check` compiles "Plural-Forms: plural=(n != 1); nplurals=2;" and says nothing
#   about the header, and Babel's own readers of .po and .mo files find two forms and the formula.
#   CPython's `gettext.translation` raises IndexError for the compiled file, and so does Babel's
#   `Translations`, which stands on it: the whole catalog is lost, not the plural forms alone.
# Why it surprises: GNU's library looks for `nplurals=` and `plural=` anywhere in the header. One
#   package (Babel) reads the same file by two of its classes and fails with the third. The message
#   names neither the file nor the header.
# Output seen on 29 November 2026:
#   msgfmt: accepted
#   babel.messages.mofile: 2 forms, (n != 1)
#   gettext.translation: IndexError('list index out of range')
#   babel.support.Translations: IndexError('list index out of range')
# Exits with 1 if any of this changes, with 2 if msgfmt is not installed.
set -euo pipefail
command -v msgfmt >/dev/null || { echo "msgfmt is not installed (Debian: gettext)" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check babel==2.18.0 2>/dev/null
mkdir -p "$folder/locale/de/LC_MESSAGES"
cat >"$folder/files.po" <<'PO'
msgid ""
msgstr ""
"Project-Id-Version: files\n"
"PO-Revision-Date: 2026-11-29 12:00+0000\n"
"Last-Translator: A Translator <translator@example.com>\n"
"Language-Team: German\n"
"Language: de\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: plural=(n != 1); nplurals=2;\n"

msgid "one file"
msgid_plural "many files"
msgstr[0] "eine Datei"
msgstr[1] "viele Dateien"
PO
if [ -n "$(msgfmt --check -o "$folder/locale/de/LC_MESSAGES/files.mo" "$folder/files.po" 2>&1)" ]; then
    echo "msgfmt: changed"
    exit 1
fi
echo "msgfmt: accepted"
"$folder/venv/bin/python" - "$folder/locale" <<'PYTHON'
import gettext
import sys

from babel.messages.mofile import read_mo
from babel.support import Translations

folder = sys.argv[1]
with open(f"{folder}/de/LC_MESSAGES/files.mo", "rb") as file:
    catalog = read_mo(file)
print(f"babel.messages.mofile: {catalog.num_plurals} forms, {catalog.plural_expr}")
changed = (catalog.num_plurals, catalog.plural_expr) != (2, "(n != 1)")


def outcome(load):
    try:
        return repr(load().ngettext("one file", "many files", 2))
    except Exception as error:
        return repr(error)


for name, load in {
    "gettext.translation": lambda: gettext.translation("files", folder, ["de"]),
    "babel.support.Translations": lambda: Translations.load(folder, ["de"], "files"),
}.items():
    found = outcome(load)
    print(f"{name}: {found}")
    changed = changed or found != "IndexError('list index out of range')"
sys.exit(1 if changed else 0)
PYTHON
