"""The fields of a line in the access log."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from logging import LogRecord
    from typing import Any


def access_fields(record: LogRecord) -> dict[str, Any]:
    """Return the fields of a record that an application has written to the access log.

    The arguments of such a record are a status, a summary like ``GET /path (127.0.0.1)``, and
    milliseconds. Records of another form have no fields.
    """
    if record.name != "tornado.access" or not isinstance(record.args, tuple):
        return {}
    match record.args:
        case (int(status), str(summary), float(milliseconds)):
            method, _, rest = summary.partition(" ")
            uri, opened, remote_ip = rest.rpartition(" (")
            if opened and remote_ip.endswith(")"):
                return {
                    "status": status,
                    "method": method,
                    "uri": uri,
                    "remote_ip": remote_ip[:-1],
                    "milliseconds": round(milliseconds, 3),
                }
    return {}
