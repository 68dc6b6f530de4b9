from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

import tornado.locale


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


def test_every_csv_file_is_a_locale(write_csv: Callable[..., Path]) -> None:
    folder = write_csv(es_LA="cat,gato", zh_Hans_CN="cat,猫", es_419="cat,michi", de="cat,Katze")
    (folder / "README.txt").write_text("not a translation")

    tornado.locale.load_translations(folder)

    assert tornado.locale.get_supported_locales() == {
        *("en_US", "es_LA", "zh_Hans_CN", "es_419", "de")
    }
    assert tornado.locale.get("es-419").translate("cat") == "michi"


@pytest.mark.parametrize("name", ["es-LA", "ES", "es_la", "spanish text", "es_LA_", ""])
def test_a_file_that_is_not_named_after_a_locale_is_reported(
    name: str, write_csv: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    folder = write_csv(**{name or ".": "a,b", "fr": "cat,chat"})

    tornado.locale.load_translations(str(folder))

    assert tornado.locale.get_supported_locales() == {"en_US", "fr"}
    if name:
        assert logged(caplog) == [
            (
                f"{folder}/{name}.csv: {name!r} is not the code of a locale, "
                "name the file like es.csv or es_LA.csv"
            )
        ]


def test_broken_rows_are_logged_and_the_others_loaded(
    write_csv: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    folder = write_csv(es="cat,gato\ndog", fr="cat,chat")

    tornado.locale.load_translations(folder)

    assert logged(caplog) == [f"{folder}/es.csv, line 2: no translation after the message 'dog'"]
    assert tornado.locale.get("es").translate("cat") == "gato"


def test_a_folder_that_cannot_be_read_changes_nothing(write_csv: Callable[..., Path]) -> None:
    tornado.locale.load_translations(write_csv(es="cat,gato"))

    with pytest.raises(UnicodeDecodeError, match=r"fr\.csv, line 1"):
        tornado.locale.load_translations(write_csv(fr="cat,ch\xe2t".encode("latin-1")))
    with pytest.raises(FileNotFoundError):
        tornado.locale.load_translations("no/such/folder")

    assert tornado.locale.get_supported_locales() == {"en_US", "es"}
    assert tornado.locale.get("es").translate("cat") == "gato"


def test_the_encoding_is_that_of_all_files(write_csv: Callable[..., Path]) -> None:
    folder = write_csv(es="boy,niño".encode("latin-1"), fr="he,été".encode("latin-1"))
    tornado.locale.load_translations(folder, "latin-1")
    assert tornado.locale.get("es").translate("boy") == "niño"
    assert tornado.locale.get("fr").translate("he") == "été"


def test_loading_again_changes_the_locales(write_csv: Callable[..., Path]) -> None:
    tornado.locale.load_translations(write_csv(es="cat,gato"))
    before = tornado.locale.get("es")
    tornado.locale.load_translations(write_csv(es="cat,michi"))

    assert before.translate("cat") == "gato"
    assert tornado.locale.get("es").translate("cat") == "michi"


def test_every_catalogue_of_the_domain_is_a_locale(write_mo: Callable[..., Path]) -> None:
    folder = write_mo(es_LA={"": "", "cat": "gato"}, fr={"": "", "cat": "chat"})
    (folder / "de").mkdir()
    (folder / "notes.txt").write_text("not a locale")
    hidden = folder / ".svn" / "LC_MESSAGES"
    hidden.mkdir(parents=True)
    (hidden / "shop.mo").write_bytes(b"")

    tornado.locale.load_gettext_translations(folder, "shop")

    assert tornado.locale.get_supported_locales() == {"en_US", "es_LA", "fr"}
    assert tornado.locale.get("es_LA").translate("cat") == "gato"


def test_a_broken_catalogue_is_logged_and_the_others_are_loaded(
    write_mo: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    folder = write_mo(es=b"nonsense", fr={"": "", "cat": "chat"})

    tornado.locale.load_gettext_translations(folder, "shop")

    assert tornado.locale.get_supported_locales() == {"en_US", "fr"}
    (message,) = logged(caplog)
    assert message.startswith(f"{folder}/es/LC_MESSAGES/shop.mo: not a catalogue")


def test_catalogues_replace_csv_files(
    write_csv: Callable[..., Path], write_mo: Callable[..., Path]
) -> None:
    tornado.locale.load_translations(write_csv(es="cat,gato"))
    tornado.locale.load_gettext_translations(write_mo(fr={"": "", "cat": "chat"}), "shop")
    assert tornado.locale.get_supported_locales() == {"en_US", "fr"}
