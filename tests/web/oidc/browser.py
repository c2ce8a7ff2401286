"""A browser as far as a sign-in needs one: cookies, redirections, and forms that are filled in and sent."""

import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from http.cookiejar import CookieJar


class Form(HTMLParser):
    """The first form of a page: where it goes and what it holds. Of buttons that bear a name it presses `press`."""

    def __init__(self, page, url, press=None):
        super().__init__()
        self.action, self.method, self.fields, self._open, self._press = None, "get", {}, False, press
        self._url = url
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = urllib.parse.urljoin(self._url, attrs.get("action") or self._url)
            self.method, self._open = attrs.get("method", "get").lower(), True
        elif tag in ("input", "button") and (self._open or "form" in attrs) and attrs.get("name"):
            is_button = tag == "button" or attrs.get("type") == "submit"
            if not is_button or attrs.get("value") == self._press:
                self.fields[attrs["name"]] = attrs.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form":
            self._open = False


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


class Browser:
    def __init__(self):
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), NoRedirect)

    def fetch(self, url, form=None):
        """Status, headers and text of one request."""
        data = None if form is None else urllib.parse.urlencode(form).encode()
        try:
            answer = self._opener.open(urllib.request.Request(url, data=data), timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, answer.read().decode()

    def go(self, url, until, fill=None, press=None):
        """Follows redirections from `url`, and fills in each form on the way, until an address begins with `until`,
        which is given back and not fetched. A page without a form is where it ends: an AssertionError shows it."""
        data = None
        for _ in range(20):
            if url.startswith(until):
                return url
            status, headers, page = self.fetch(url, data)
            if status in (301, 302, 303, 307):
                url, data = urllib.parse.urljoin(url, headers["Location"]), None
                continue
            form = Form(page, url, press)
            if status != 200 or form.action is None:
                raise AssertionError(f"{url} answers {status}: {page[:500]}")
            fields = {**form.fields, **{name: value for name, value in (fill or {}).items() if name in form.fields}}
            url, data = form.action, fields
            if form.method == "get":
                url, data = f"{url}?{urllib.parse.urlencode(fields)}", None
        raise AssertionError("too many redirections")
