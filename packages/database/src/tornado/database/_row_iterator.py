"""The rows of a long result, one after the other."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Self

from ._errors import Error
from ._row import Row, make_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from ._backends._interface import Stream
    from ._session import Session

_BATCH = 200  # rows that are held at a time


class RowIterator:
    """An iterator over the rows of a statement that holds few of them at a time.

    Until its end no other statement can run on its connection. It ends after the last row, by
    :meth:`close`, at the end of its ``with`` block, or when nothing refers to it any more.
    """

    def __init__(self, session: Session, stream: Stream, owner: object = None) -> None:
        self._session = session
        self._stream: Stream | None = stream
        self._rows: Iterator[Row] = iter(())
        self._owner = owner  # of the session, which would close it when nothing else refers to it

    def __iter__(self) -> RowIterator:
        return self

    def __next__(self) -> Row:
        for row in self._rows:
            return row
        self._rows = iter(self._fetch())
        return next(self._rows)

    def _fetch(self) -> list[Row]:
        if self._stream is None:
            return []
        try:
            values = self._session.fetch(self._stream, _BATCH)
        except BaseException:
            self.close()
            raise
        if values:
            return make_rows(self._stream.columns, values)
        self.close()
        return []

    def close(self) -> None:
        """Leave the rest of the rows."""
        stream, self._stream = self._stream, None
        self._rows = iter(())
        if stream is not None:
            self._session.end_stream(stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        with contextlib.suppress(Error):  # nobody asks for the rest any more
            self.close()
