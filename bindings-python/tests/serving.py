"""The command as a process: `serve` on a free port, and any command to its end."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TOKEN_ENV = "HEAP_TEST_TOKEN"
TOKEN = "token-of-the-tests"


@contextmanager
def served(*words: str) -> Iterator[str]:
    """`serve` on a free port, as its base URL."""
    command = [sys.executable, "-m", "heap_identity", "serve", "--port", "0", "--token-env", TOKEN_ENV, *words]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def environment() -> dict[str, str]:
    return {**os.environ, TOKEN_ENV: TOKEN, "NO_COLOR": "1", "COLUMNS": "200"}


def command(*words: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    """A command to its end."""
    run = [sys.executable, "-m", "heap_identity", *words]
    return subprocess.run(run, env=environment(), capture_output=True, text=True, input=given, timeout=120)


def apply(directory: Path, base_url: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """`apply` with its usual options."""
    state = str(directory.with_suffix(".state"))
    return command("apply", str(directory), "--base-url", base_url, "--token-env", TOKEN_ENV, "--state", state, "--yes", *words)


def write(file: Path, people: list[str], **groups: list[str]) -> Path:
    """A directory file with these people, everybody active."""
    users = [{"id": id, "userName": f"{id}@example.com", "active": True, "givenName": id.title()} for id in people]
    teams = [{"id": name.lower(), "name": name, "members": members} for name, members in groups.items()]
    file.write_text(json.dumps({"users": users, "groups": teams}))
    return file


Answering = Callable[[str, str], tuple[int, dict[str, str], Any]]


@contextmanager
def answering(answer: Answering) -> Iterator[str]:
    """A service provider that answers (method, path) as it is told, as its base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            status, headers, body = answer(self.command, self.path)
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(sent))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/scim/v2/demo"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
