"""nginx in one process, as a floor outside of Python: this file becomes it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from settings import HOST, Settings, read_settings

_CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections 16384; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  types {{ text/plain txt; }}
  default_type text/html;
  keepalive_requests 1000000000;
  keepalive_timeout 300s;
  sendfile on;
  tcp_nopush on;
  server {{
    listen {host}:{port}{tls};
    location = / {{ return 200 "Hello, world"; }}
    location /files/ {{ alias {files}/; }}
  }}
}}
"""


_TLS = " ssl; ssl_certificate {settings.certificate}; ssl_certificate_key {settings.key}"


def become_nginx(settings: Settings) -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench-nginx-"))
    configuration = folder / "nginx.conf"
    tls = _TLS.format(settings=settings) if settings.tls else ""
    configuration.write_text(
        _CONFIGURATION.format(
            folder=folder, host=HOST, port=settings.port, tls=tls, files=settings.files
        )
    )
    os.execvp("nginx", ["nginx", "-p", str(folder), "-c", str(configuration)])


if __name__ == "__main__":
    become_nginx(read_settings())
