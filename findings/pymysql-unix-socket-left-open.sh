#!/usr/bin/env bash
# A Unix socket that cannot be connected is left open by PyMySQL.
#
# Versions: PyMySQL 1.2.4 (PyPI), CPython 3.11.7.
# Behaviour: `pymysql.connect(unix_socket=...)` where no server listens raises OperationalError (2003), as it
#   should, and never closes the socket that it has made: under `-W error` the ResourceWarning of the socket
#   is printed when it is collected as garbage. Over TCP the same mistake leaves nothing open.
# Why it surprises: `connect` closes on every error what it has stored as its socket, but it stores a Unix
#   socket only after it has been connected; `socket.create_connection` closes by itself.
# Output seen on 29 November 2026:
#   unix: OperationalError 2003, ResourceWarning: True
#   tcp: OperationalError 2003, ResourceWarning: False
# Exits with 1 if any of this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check PyMySQL==1.2.4 2>/dev/null
cat >"$folder/probe.py" <<'PY'
import gc
import sys
import warnings

import pymysql

where = {"unix": {"unix_socket": sys.argv[1]}, "tcp": {"host": "127.0.0.1", "port": 1}}
for kind, arguments in where.items():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            pymysql.connect(user="nobody", **arguments)
        except pymysql.err.OperationalError as error:
            text = f"OperationalError {error.args[0]}"
        gc.collect()
    left = any(issubclass(each.category, ResourceWarning) for each in caught)
    print(f"{kind}: {text}, ResourceWarning: {left}")
PY
"$folder/venv/bin/python" "$folder/probe.py" "$folder/socket" | tee "$folder/output"
diff "$folder/output" - <<'OUT'
unix: OperationalError 2003, ResourceWarning: True
tcp: OperationalError 2003, ResourceWarning: False
OUT
