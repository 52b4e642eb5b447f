"""A proxy before an S3 server that does to some of its answers what networks and S3 do at times.

It knows the two requests that ingest makes: GET of an object, and of a listing of a bucket.
"""

import http.client
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time at all


class Fault(StrEnum):
    """What can happen to a request."""

    NONE = "none"
    SLOW_DOWN = "slow down"
    INTERNAL_ERROR = "internal error"
    STALL = "stall"
    STALLED_BODY = "stalled body"
    RESET = "reset"
    TRUNCATED = "truncated"
    NO_LENGTH_LEFT = "closed without an answer"
    DENIED = "denied"
    GONE = "gone"
    OTHER_VERSION = "other version"


PASSING = (
    Fault.SLOW_DOWN,
    Fault.INTERNAL_ERROR,
    Fault.STALL,
    Fault.STALLED_BODY,
    Fault.RESET,
    Fault.TRUNCATED,
    Fault.NO_LENGTH_LEFT,
)
"""Faults that are gone when the request is made again."""
LASTING = (Fault.DENIED, Fault.GONE, Fault.OTHER_VERSION)
"""Faults that another request doesn't mend."""

ERRORS = {
    Fault.SLOW_DOWN: (503, "SlowDown", "Please reduce your request rate."),
    Fault.INTERNAL_ERROR: (500, "InternalError", "We encountered an internal error."),
    Fault.DENIED: (403, "AccessDenied", "Access Denied"),
    Fault.GONE: (404, "NoSuchKey", "The specified key does not exist."),
    Fault.OTHER_VERSION: (412, "PreconditionFailed", "At least one of the conditions failed."),
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request for an object, or for a listing if there is no key; `number` counts those alike."""

    key: str
    number: int
    is_paid: bool = False  # by the requester

    @property
    def is_listing(self) -> bool:
        return not self.key


@dataclass(slots=True)
class FaultProxy:
    """What the proxy does next, and what it has done."""

    server: str
    stall_seconds: float
    fault_of: Callable[[Request], Fault] = lambda _: Fault.NONE
    done: list[tuple[Request, Fault]] = field(default_factory=list)
    heads: list[Request] = field(default_factory=list)  # asked for without their content
    endpoint: str = ""
    _counts: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, key: str, *, is_paid: bool) -> Fault:
        """Return what happens to a request for a key."""
        with self._lock:
            request = Request(key, self._counts.get(key, 0), is_paid)
            self._counts[key] = request.number + 1
            fault = self.fault_of(request)
            self.done.append((request, fault))
        return fault

    def start_over(self, fault_of: Callable[[Request], Fault]) -> None:
        """Forget the requests so far, and do this to those that come."""
        with self._lock:
            self._counts.clear()
            self.done.clear()
            self.fault_of = fault_of


class Handler(BaseHTTPRequestHandler):
    """Passes a request on, unless something happens to it."""

    protocol_version = "HTTP/1.1"
    proxy: FaultProxy

    def do_HEAD(self) -> None:
        """Pass on what only asks whether there is a bucket, or an object, which is noted."""
        if key := self._key():
            self.proxy.heads.append(Request(key, 0, self._is_paid()))
        self._pass_on(Fault.NONE)

    def do_GET(self) -> None:
        """Do what the proxy has in store for this object, or this listing."""
        fault = self.proxy.next(self._key(), is_paid=self._is_paid())
        if fault in ERRORS:
            self._refuse(*ERRORS[fault])
        elif fault is Fault.STALL:
            time.sleep(self.proxy.stall_seconds)
            self.close_connection = True
        elif fault is Fault.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.close_connection = True
        elif fault is Fault.NO_LENGTH_LEFT:
            self.close_connection = True
        else:
            self._pass_on(fault)

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/").partition("/")[2]

    def _is_paid(self) -> bool:
        return self.headers.get("x-amz-request-payer") == "requester"

    def _refuse(self, status: int, code: str, message: str) -> None:
        body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _pass_on(self, fault: Fault) -> None:
        upstream = http.client.HTTPConnection(urlsplit(self.proxy.server).netloc, timeout=30)
        upstream.request(self.command, self.path, headers=dict(self.headers.items()))
        answer = upstream.getresponse()
        body = answer.read()
        upstream.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        length = len(body) if self.command == "GET" else int(answer.headers["Content-Length"] or 0)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if fault is not Fault.NONE:
            body = body[: len(body) // 2]
            self.close_connection = True
        self.wfile.write(body)
        self.wfile.flush()
        if fault is Fault.STALLED_BODY:
            time.sleep(self.proxy.stall_seconds)

    def log_message(self, *_: object) -> None:
        """Write nothing down."""


class Server(ThreadingHTTPServer):
    """Threads that end with the tests, and room for all connections that ingest opens."""

    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        """Write nothing down: clients give up on purpose."""


@contextmanager
def fault_proxy(server: str, stall_seconds: float) -> Iterator[FaultProxy]:
    """Yield a proxy that runs before the server at this address; it stalls for so long."""
    proxy = FaultProxy(server, stall_seconds)
    with Server(("127.0.0.1", 0), type("Bound", (Handler,), {"proxy": proxy})) as running:
        proxy.endpoint = f"http://127.0.0.1:{running.server_port}"
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield proxy
        running.shutdown()
