"""Chromium without a window, by the WebDriver protocol (W3C)."""

import json
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Driver:
    """One chromedriver."""

    def __enter__(self):
        self.port = free_port()
        self.process = subprocess.Popen(
            ["/usr/bin/chromedriver", f"--port={self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(100):
            try:
                if self.ask("GET", "/status")["ready"]:
                    return self
            except (ConnectionError, urllib.error.URLError):
                time.sleep(0.1)
        raise RuntimeError("chromedriver did not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def ask(self, method, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        if method == "POST":
            request.data = json.dumps(body or {}).encode()
            request.add_header("content-type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]


class Browser:
    """A session with a profile of its own."""

    def __init__(self, driver, javascript=True):
        self.driver, self.javascript = driver, javascript

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        options = {"binary": "/usr/bin/chromium", "args": [*FLAGS, f"--user-data-dir={self.profile.name}"]}
        if not self.javascript:
            options["prefs"] = {"profile.managed_default_content_settings.javascript": 2}
        wanted = {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"},
        }}}
        self.session = "/session/" + self.driver.ask("POST", "/session", wanted)["sessionId"]
        return self

    def __exit__(self, *_):
        self.driver.ask("DELETE", self.session)
        self.profile.cleanup()

    def open(self, url):
        self.driver.ask("POST", f"{self.session}/url", {"url": url})

    def url(self):
        return self.driver.ask("GET", f"{self.session}/url")

    def source(self):
        return self.driver.ask("GET", f"{self.session}/source")

    def find(self, selector):
        """The elements, with a little patience for a page that is on its way."""
        for _ in range(50):
            found = self.driver.ask("POST", f"{self.session}/elements", {"using": "css selector", "value": selector})
            if found:
                return [element[ELEMENT] for element in found]
            time.sleep(0.1)
        return []

    def click(self, selector):
        elements = self.find(selector)
        if not elements:
            raise LookupError(f"no {selector} at {self.url()}: {self.source()[:500]}")
        self.driver.ask("POST", f"{self.session}/element/{elements[0]}/click")

    def text(self, selector):
        elements = self.find(selector)
        return self.driver.ask("GET", f"{self.session}/element/{elements[0]}/text") if elements else None

    def attribute(self, selector, name):
        elements = self.find(selector)
        return self.driver.ask("GET", f"{self.session}/element/{elements[0]}/attribute/{name}") if elements else None

    def has_alert(self):
        try:
            self.driver.ask("GET", f"{self.session}/alert/text")
        except urllib.error.HTTPError:
            return False
        return True

    def log(self):
        return [entry["message"] for entry in self.driver.ask("POST", f"{self.session}/se/log", {"type": "browser"})]
