"""The documents' programs on cookies, users, forged requests and UI modules.

The printed text is unchanged; what surrounds it only makes a program of it.
"""

from __future__ import annotations

_START = """
if __name__ == "__main__":
    application.listen(int(sys.argv[1]))
    tornado.ioloop.IOLoop.instance().start()
"""

COOKIES = (
    """\
import sys
import tornado.ioloop
import tornado.web

class PlainHandler(tornado.web.RequestHandler):
    def get(self):
        if not self.get_cookie("mycookie"):
            self.set_cookie("mycookie", "myvalue")
            self.write("Your cookie was not set yet!")
        else:
            self.write("Your cookie was set!")

class MainHandler(tornado.web.RequestHandler):
    def get(self):
        if not self.get_secure_cookie("mycookie"):
            self.set_secure_cookie("mycookie", "myvalue")
            self.write("Your cookie was not set yet!")
        else:
            self.write("Your cookie was set!")

application = tornado.web.Application([
    (r"/", MainHandler),
    (r"/plain", PlainHandler),
], cookie_secret="61oETzKXQAGaYdkL5gEmGeJJFuYh7EQnp2XdTP1o/Vo=")
"""
    + _START
)

_LOGIN = """\
import sys
import tornado.ioloop
import tornado.web

class BaseHandler(tornado.web.RequestHandler):
    def get_current_user(self):
        return self.get_secure_cookie("user")

class LoginHandler(BaseHandler):
    def get(self):
        self.write('<html><body><form action="/login" method="post">'
                   'Name: <input type="text" name="name">'
                   '<input type="submit" value="Sign in">'
                   '</form></body></html>')

    def post(self):
        self.set_secure_cookie("user", self.get_argument("name"))
        self.redirect("/")
"""

#: The handler asks for the user itself.
SIGN_IN = (
    _LOGIN
    + """
class MainHandler(BaseHandler):
    def get(self):
        if not self.current_user:
            self.redirect("/login")
            return
        name = tornado.escape.xhtml_escape(self.current_user)
        self.write("Hello, " + name)

application = tornado.web.Application([
    (r"/", MainHandler),
    (r"/login", LoginHandler),
], cookie_secret="61oETzKXQAGaYdkL5gEmGeJJFuYh7EQnp2XdTP1o/Vo=")
"""
    + _START
)

#: The decorator asks for the user.
AUTHENTICATED = (
    _LOGIN
    + """
class MainHandler(BaseHandler):
    @tornado.web.authenticated
    def get(self):
        name = tornado.escape.xhtml_escape(self.current_user)
        self.write("Hello, " + name)

settings = {
    "cookie_secret": "61oETzKXQAGaYdkL5gEmGeJJFuYh7EQnp2XdTP1o/Vo=",
    "login_url": "/login",
}
application = tornado.web.Application([
    (r"/", MainHandler),
    (r"/login", LoginHandler),
], **settings)
"""
    + _START
)

XSRF = (
    """\
import os
import sys
import tornado.ioloop
import tornado.web

class MainHandler(tornado.web.RequestHandler):
    def get(self):
        self.render("form.html")

class MessageHandler(tornado.web.RequestHandler):
    def post(self):
        self.write({"said": self.get_argument("message")})

settings = {
    "cookie_secret": "61oETzKXQAGaYdkL5gEmGeJJFuYh7EQnp2XdTP1o/Vo=",
    "login_url": "/login",
    "xsrf_cookies": True,
}
application = tornado.web.Application([
    (r"/", MainHandler),
    (r"/new_message", MessageHandler),
], **settings)
"""
    + _START
)

#: The form and the script of the documents; the first script does as much of jQuery as they use.
XSRF_FORM = """\
<html><head><title>Messages</title></head><body>
<form action="/new_message" method="post">
{{ xsrf_form_html() }}
<input type="text" name="message"/>
<input type="submit" value="Post"/>
</form>
<p id="answer"></p>
<script>
var jQuery = {
    param: function(args) { return new URLSearchParams(args).toString(); },
    ajax: function(options) {
        fetch(options.url, {
            method: options.type,
            headers: {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"},
            body: options.data
        }).then(function(response) {
            return response.ok ? response.text() : "{said: 'refused with " + response.status + "'}";
        }).then(options.success);
    }
};
var $ = jQuery;
</script>
<script>
function getCookie(name) {
    var r = document.cookie.match("\\\\b" + name + "=([^;]*)\\\\b");
    return r ? r[1] : undefined;
}

jQuery.postJSON = function(url, args, callback) {
    args._xsrf = getCookie("_xsrf");
    $.ajax({url: url, data: $.param(args), dataType: "text", type: "POST",
        success: function(response) {
        callback(eval("(" + response + ")"));
    }});
};
</script>
</body></html>
"""

UI_MODULES = (
    """\
import os
import sys
import tornado.database
import tornado.ioloop
import tornado.web
import uimodules

db = tornado.database.Connection(os.environ.get("DATABASE", "sqlite://"))
db.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, date DATETIME, title VARCHAR(100))")
db.executemany("INSERT INTO entries VALUES (%s, %s, %s)", [
    (1, "2011-01-01", "The first"), (2, "2012-02-02", "<The second>")])
tornado.web.RequestHandler.db = db

class HomeHandler(tornado.web.RequestHandler):
    def get(self):
        entries = self.db.query("SELECT * FROM entries ORDER BY date DESC")
        self.render("home.html", entries=entries)

class EntryHandler(tornado.web.RequestHandler):
    def get(self, entry_id):
        entry = self.db.get("SELECT * FROM entries WHERE id = %s", entry_id)
        if not entry: raise tornado.web.HTTPError(404)
        self.render("entry.html", entry=entry)

settings = {
    "ui_modules": uimodules,
}
application = tornado.web.Application([
    (r"/", HomeHandler),
    (r"/entry/([0-9]+)", EntryHandler),
], **settings)
"""
    + _START
)

#: The files beside that program.
UI_FILES = {
    "uimodules.py": """\
import tornado.web

class Entry(tornado.web.UIModule):
    def render(self, entry, show_comments=False):
        return self.render_string(
            "module-entry.html", entry=entry, show_comments=show_comments)
""",
    "home.html": """\
<html><head><title>Home</title></head><body>
{% for entry in entries %}
    {% module Entry(entry) %}
{% end %}
</body></html>
""",
    "entry.html": """\
<html><head><title>Entry</title></head><body>{% module Entry(entry, show_comments=True) %}</body></html>
""",
    "module-entry.html": """\
<div class="entry">{{ entry.title }}{% if show_comments %} with comments{% end %}</div>
""",
}

#: The same module with a style sheet of its own; as printed, its template is not given the entry.
UI_FILES_WITH_STYLE = {
    **UI_FILES,
    "uimodules.py": """\
import tornado.web

class Entry(tornado.web.UIModule):
    def embedded_css(self):
        return ".entry { margin-bottom: 1em; }"

    def render(self, entry, show_comments=False):
        return self.render_string(
            "module-entry.html", show_comments=show_comments)
""",
    "module-entry.html": """\
<div class="entry">An entry{% if show_comments %} with comments{% end %}</div>
""",
}
