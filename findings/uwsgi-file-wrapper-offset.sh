#!/usr/bin/env bash
# A file that an application has read from, given to wsgi.file_wrapper.
#
# Versions: pyuwsgi 2.0.30, waitress 3.0.2 (PyPI).
# Behaviour: uWSGI sends the file from its first byte. waitress sends what is left of it.
# Why it surprises: PEP 3333 says of file_wrapper that transmission "should begin at the current
#   position within the file". An application that skips a header, or answers a range, sends the
#   wrong bytes, with the right status and a Content-Length that does not fit.
# Output seen on 30 November 2026:
#   uWSGI: 0123456789
#   waitress: 56789
# Exits with 1 if any of this changes.
set -euo pipefail
folder=$(mktemp -d)
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    pyuwsgi==2.0.30 waitress==3.0.2 2>/dev/null
printf 0123456789 >"$folder/digits"
cat >"$folder/site_app.py" <<PYTHON
def application(environ, start_response):
    file = open("$folder/digits", "rb")
    file.seek(5)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return environ["wsgi.file_wrapper"](file)
PYTHON
cd "$folder"
free_port() {
    "$folder/venv/bin/python" -c 'import socket
with socket.socket() as sock:
    sock.bind(("127.0.0.1", 0))
    print(sock.getsockname()[1])'
}
uwsgi_port=$(free_port)
"$folder/venv/bin/uwsgi" --http-socket "127.0.0.1:$uwsgi_port" --wsgi-file site_app.py --need-app \
    >"$folder/uwsgi.log" 2>&1 &
servers+=($!)
waitress_port=$(free_port)
"$folder/venv/bin/waitress-serve" --listen="127.0.0.1:$waitress_port" site_app:application \
    >"$folder/waitress.log" 2>&1 &
servers+=($!)
uwsgi=$(curl --silent --retry 20 --retry-connrefused --retry-delay 1 "http://127.0.0.1:$uwsgi_port/")
waitress=$(curl --silent --retry 20 --retry-connrefused --retry-delay 1 "http://127.0.0.1:$waitress_port/")
echo "uWSGI: $uwsgi"
echo "waitress: $waitress"
[ "$uwsgi" = 0123456789 ] && [ "$waitress" = 56789 ]
