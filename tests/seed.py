"""The first programs of the documents."""

from __future__ import annotations

HELLO = """\
import tornado.ioloop
import tornado.web

class MainHandler(tornado.web.RequestHandler):
    def get(self):
        self.write("Hello, world")

application = tornado.web.Application([
    (r"/", MainHandler),
])

if __name__ == "__main__":
    application.listen(8888)
    tornado.ioloop.IOLoop.instance().start()
"""

#: The handlers of the chapters on URLs, arguments, uploads, status codes and redirects.
SITE = """\
import sys
import tornado.ioloop
import tornado.web

class MainHandler(tornado.web.RequestHandler):
    def get(self):
        self.write('<html><body><form action="/" method="post">'
                   '<input type="text" name="message">'
                   '<input type="submit" value="Submit">'
                   '</form></body></html>')

    def post(self):
        self.set_header("Content-Type", "text/plain")
        self.write("You wrote " + self.get_argument("message"))

class StoryHandler(tornado.web.RequestHandler):
    def get(self, story_id):
        self.write("You requested the story " + story_id)

class UploadHandler(tornado.web.RequestHandler):
    def post(self):
        file = self.request.files["upload"][0]
        self.write("%s %s %d" % (file["filename"], file["content_type"], len(file["body"])))

class PrivateHandler(tornado.web.RequestHandler):
    def user_is_logged_in(self):
        return False

    def get(self):
        if not self.user_is_logged_in():
            raise tornado.web.HTTPError(403)

class RequestFactsHandler(tornado.web.RequestHandler):
    def get(self):
        self.write({
            "arguments": {k: [v.decode() for v in vs] for k, vs in self.request.arguments.items()},
            "path": self.request.path,
            "agent": self.request.headers["User-Agent"],
        })

class MovedHandler(tornado.web.RequestHandler):
    def get(self):
        self.redirect('/some-canonical-page', permanent=True)

class ProfileHandler(tornado.web.RequestHandler):
    def initialize(self, database):
        self.database = database

    def get(self, username):
        self.write(self.database[username])

application = tornado.web.Application([
    (r"/", MainHandler),
    (r"/story/([0-9]+)", StoryHandler),
    (r"/upload", UploadHandler),
    (r"/private", PrivateHandler),
    (r"/facts", RequestFactsHandler),
    (r"/moved", MovedHandler),
    (r"/foo", tornado.web.RedirectHandler, {"url": "/bar", "permanent": False}),
    (r"/user/(.*)", ProfileHandler, dict(database={"ann": "Ann's profile"})),
])

if __name__ == "__main__":
    application.listen(int(sys.argv[1]))
    tornado.ioloop.IOLoop.instance().start()
"""

#: Both examples of the chapter on redirects, under a WSGI server; only handler, settings and server are
#: added.
WSGI = """\
import sys
import wsgiref.simple_server

import tornado.web
import tornado.wsgi

class ContentHandler(tornado.web.RequestHandler):
    def get(self, name):
        self.write("The content of " + name)

settings = {"cookie_secret": "a secret", "debug": True}

if sys.argv[1] == "download":
    application = tornado.wsgi.WSGIApplication([
        (r"/([a-z]*)", ContentHandler),
        (r"/static/tornado-0.2.tar.gz", tornado.web.RedirectHandler,
        dict(url="http://github.com/downloads/facebook/tornado/tornado-0.2.tar.gz")),
    ], **settings)
else:
    application = tornado.wsgi.WSGIApplication([
        (r"/foo", tornado.web.RedirectHandler, {"url":"/bar", "permanent":False}), ], **settings)

if __name__ == "__main__":
    wsgiref.simple_server.make_server("127.0.0.1", int(sys.argv[2]), application).serve_forever()
"""

#: A page as Google's App Engine ran it: a program for each request, by CGI.
CGI = """\
import wsgiref.handlers

import tornado.web
import tornado.wsgi

class MainHandler(tornado.web.RequestHandler):
    def get(self):
        self.write("Hello, world")

    def post(self):
        self.write("You wrote " + self.get_argument("message"))

application = tornado.wsgi.WSGIApplication([
    (r"/", MainHandler),
])

if __name__ == "__main__":
    wsgiref.handlers.CGIHandler().run(application)
"""
