"""An AppStream that runs here: it answers from lists, in the protocol that boto3 speaks."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAGE = 2  # elements; AppStream's own pages are larger


@dataclass(slots=True)
class AppStream:
    """What there is, what was asked, and which operations are refused with which error.

    `streaming_sessions` carry the StackName, FleetName and AuthenticationType to ask for.
    """

    fleets: list[dict[str, Any]] = field(default_factory=list)
    image_builders: list[dict[str, Any]] = field(default_factory=list)
    app_block_builders: list[dict[str, Any]] = field(default_factory=list)
    stacks: dict[str, list[str]] = field(default_factory=dict)
    streaming_sessions: list[dict[str, Any]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Return an answer, or an error's `__type`."""
        self.asked.append((operation, request))
        if operation in self.refused:
            return {"__type": self.refused[operation]}
        stack_name = request.get("StackName")
        if operation == "ListAssociatedFleets" and stack_name not in self.stacks:
            return {"__type": "ResourceNotFoundException"}
        lists: dict[str, tuple[str, list[Any]]] = {
            "DescribeFleets": ("Fleets", self.fleets),
            "DescribeImageBuilders": ("ImageBuilders", self.image_builders),
            "DescribeAppBlockBuilders": ("AppBlockBuilders", self.app_block_builders),
            "DescribeStacks": ("Stacks", [{"Name": name} for name in self.stacks]),
            "ListAssociatedFleets": ("Names", self.stacks.get(stack_name or "", [])),
            "DescribeSessions": ("Sessions", self._running(request)),
        }
        name, elements = lists[operation]
        return _page(name, elements, request)

    def _running(self, request: dict[str, Any]) -> list[Any]:
        asked = {"StackName", "FleetName", "AuthenticationType"}
        return [
            one
            for one in self.streaming_sessions
            if all(one[name] == request.get(name) for name in asked)
        ]


def _page(name: str, elements: list[Any], request: dict[str, Any]) -> dict[str, Any]:
    start = int(request.get("NextToken", 0))
    end = start + min(PAGE, int(request.get("Limit", PAGE)))
    token = {"NextToken": str(end)} if end < len(elements) else {}
    return {name: elements[start:end], **token}


@contextmanager
def serving(appstream: AppStream) -> Iterator[str]:
    """Serve on a free local port and yield the address."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = appstream.answer(operation, request)
            content = json.dumps(answer).encode()
            self.send_response(HTTPStatus.BAD_REQUEST if "__type" in answer else HTTPStatus.OK)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Write nothing down."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
