"""A webhook that runs here: it keeps what it is sent, and answers as it is told to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Webhook:
    """Its secret address, the documents that it was sent, and the status of its answers."""

    url: str = ""
    sent: list[dict[str, Any]] = field(default_factory=list)
    status: int = 204


@contextmanager
def webhook() -> Iterator[Webhook]:
    """Serve a webhook on a free local port."""
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.sent.append(json.loads(body))
            self.send_response(hook.status)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Say nothing of requests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    hook.url = f"http://127.0.0.1:{server.server_port}/hooks/top-secret"
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
