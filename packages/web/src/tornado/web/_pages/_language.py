"""The language of a response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._state import HandlerState

if TYPE_CHECKING:
    from tornado.locale import Locale

#: What is read of the field, in characters: results are kept for as long as the process runs.
_LONGEST_FIELD = 1000


class Language(HandlerState):
    """Choose the locale of a request."""

    _locale: Locale | None = None

    @property
    def locale(self) -> Locale:
        """The locale for this user: what they chose, or else what their browser asks for.

        ``_("text")`` in templates is its :meth:`~tornado.locale.Locale.translate`.
        """
        if self._locale is None:
            self._locale = self.get_user_locale() or self.get_browser_locale()
        return self._locale

    @locale.setter
    def locale(self, locale: Locale) -> None:
        self._locale = locale

    def get_user_locale(self) -> Locale | None:
        """Find out which language the user has chosen; for subclasses.

        :return: what :func:`tornado.locale.get` gives; ``None`` to go by the browser.
        """
        return None

    def get_browser_locale(self, default: str = "en_US") -> Locale:
        """Give the locale that fits the field ``Accept-Language`` best.

        :param default: a code for requests that do not have the field.
        """
        from tornado.locale import get

        from .._input._accept_language import preferred_languages

        field = self.request.headers.get("Accept-Language", "")
        codes = preferred_languages(field[:_LONGEST_FIELD])
        return get(*codes) if codes else get(default)
