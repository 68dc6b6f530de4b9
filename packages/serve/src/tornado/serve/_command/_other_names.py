"""What the options of uvicorn and gunicorn are called here."""

from __future__ import annotations

#: Their names, and ours; a sentence where there is none.
OTHER_NAMES = {
    # uvicorn
    "--uds": "--unix",
    "--workers": "--processes",
    "--env-file": "set the environment in the shell or the service manager",
    "--http": "there is one implementation of HTTP",
    "--ws": "there is one implementation of websockets",
    "--lifespan": "the lifespan of ASGI is used where the application has one",
    "--interface": "--kind",
    "--log-config": "configure logging in the application, which is imported after --log-level",
    "--use-colors": "colours are used on terminals",
    "--proxy-headers": "--xheaders",
    "--forwarded-allow-ips": "--trusted-downstream",
    "--server-header": "responses name the server, the application may set the field",
    "--date-header": "responses have a date",
    "--ws-max-size": "messages of ASGI websockets have the limit of tornado.websocket, 10 MiB",
    "--limit-concurrency": "--max-connections",
    "--limit-max-requests": "workers are not replaced after a number of requests",
    "--timeout-keep-alive": "--idle-timeout",
    "--timeout-graceful-shutdown": "--drain-timeout",
    "--h11-max-incomplete-event-size": "--max-header-size",
    "--ssl-keyfile": "--keyfile",
    "--ssl-certfile": "--certfile",
    "--ssl-keyfile-password": "--password",
    "--ssl-ca-certs": "--ca-certs",
    "--ssl-cert-reqs": "--ca-certs requires certificates of clients",
    "--ssl-ciphers": "--ciphers",
    "--reload-dir": "every imported file is watched",
    "--reload-include": "every imported file is watched, tornado.autoreload.watch adds others",
    # gunicorn
    "-b": "--host, --port, --unix or --fd",
    "--bind": "--host, --port, --unix or --fd",
    "-w": "--processes",
    "-k": "there is one kind of worker, for all kinds of applications",
    "--worker-class": "there is one kind of worker, for all kinds of applications",
    "-t": "a worker that blocks is not ended; requests have limits of their own",
    "--timeout": "a worker that blocks is not ended; requests have limits of their own",
    "--graceful-timeout": "--drain-timeout",
    "--max-requests": "workers are not replaced after a number of requests",
    "--chdir": "--app-dir",
    "--pythonpath": "--app-dir",
    "-p": "--port, or --pid-file",
    "--pid": "--pid-file",
    "-m": "--unix-mode",
    "--umask": "--unix-mode",
    "--limit-request-line": "--max-header-size",
    "--limit-request-fields": "--max-header-count",
    "--limit-request-field_size": "--max-header-size",
    "--access-logfile": "--access-log writes to the log, on the standard error stream",
    "--access-logformat": "--log-format",
    "--error-logfile": "the log goes to the standard error stream",
    "--proxy-allow-from": "--proxy-protocol",
    "-D": "run it under a service manager such as systemd",
    "--daemon": "run it under a service manager such as systemd",
    "-u": "start it as that user, for example by a service manager",
    "--user": "start it as that user, for example by a service manager",
    "-g": "start it as that group, for example by a service manager",
    "--group": "start it as that group, for example by a service manager",
}


def advice_for(name: str) -> str:
    """Return what to write instead of an option of another server; empty if it is unknown."""
    ours = OTHER_NAMES.get(name, "")
    return f"it is {ours} here" if ours.startswith("--") and " " not in ours else ours
