"""``python -m tornado.httpclient``."""

from tornado.httpclient import main

main()
