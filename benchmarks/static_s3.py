"""An S3 that only serves a folder, as fast as Python can: what clients do is then what is measured.

    python benchmarks/static_s3.py FOLDER [--latency 0.03]

The folder is the bucket, whatever it is called, and its files' paths are the keys. Listings and
GETs (ranges and If-Match too) are answered, after the latency in seconds. Prints its port.
"""

import argparse
import asyncio
import base64
import hashlib
from bisect import bisect_left, bisect_right
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

MOST_KEYS = 1000
OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    "<Name>b</Name><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType>"
)
LAST = "\U0010ffff"


class Folder:
    """The files of a folder as the objects of a bucket."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        files = (file for file in folder.rglob("*") if file.is_file())
        self.keys = sorted(file.relative_to(folder).as_posix() for file in files)

    @cache  # noqa: B019 - there is one folder, as long as the process lives
    def content(self, key: str) -> bytes:
        """Return an object's bytes. Raises OSError if there is no such file."""
        return (self._folder / key).read_bytes()

    @cache  # noqa: B019 - as above
    def etag(self, key: str) -> str:
        """Return what stands for an object's version."""
        status = (self._folder / key).stat()
        return hashlib.md5(f"{key}{status.st_size}".encode(), usedforsecurity=False).hexdigest()

    def page(self, prefix: str, delimiter: str, after: str) -> str:
        """Return a page of a listing that begins after a key."""
        position = max(bisect_left(self.keys, prefix), bisect_right(self.keys, after))
        contents, folders, last = list[str](), list[str](), after
        while position < len(self.keys) and self.keys[position].startswith(prefix):
            if len(contents) + len(folders) == MOST_KEYS:
                token = base64.urlsafe_b64encode(last.encode()).decode()
                more = f"<NextContinuationToken>{token}</NextContinuationToken>"
                return self._whole(contents, folders, f"<IsTruncated>true</IsTruncated>{more}")
            key = self.keys[position]
            cut = key.find(delimiter, len(prefix)) if delimiter else -1
            if cut < 0:
                contents.append(self._entry(key))
                last = key
                position += 1
            else:
                folder = key[: cut + 1]
                name = escape(quote(folder))
                folders.append(f"<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>")
                last = folder + LAST
                position = bisect_left(self.keys, last)
        return self._whole(contents, folders, "<IsTruncated>false</IsTruncated>")

    @cache  # noqa: B019 - as above
    def _entry(self, key: str) -> str:
        status = (self._folder / key).stat()
        written = datetime.fromtimestamp(int(status.st_mtime), UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return (
            f"<Contents><Key>{escape(quote(key))}</Key><LastModified>{written}.000Z</LastModified>"
            f"<ETag>&quot;{self.etag(key)}&quot;</ETag><Size>{status.st_size}</Size>"
            "<StorageClass>STANDARD</StorageClass></Contents>"
        )

    @staticmethod
    def _whole(contents: list[str], folders: list[str], end: str) -> str:
        count = f"<KeyCount>{len(contents) + len(folders)}</KeyCount>"
        return "".join((OPENING, count, *contents, *folders, end, "</ListBucketResult>"))


class Connection(asyncio.Protocol):
    """One client's connection, kept open."""

    def __init__(self, folder: Folder, latency: float) -> None:
        self._folder = folder
        self._latency = latency
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers are written to."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that has come whole; none has a body."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head, self._received = self._received[:end].decode("latin-1"), self._received[end + 4 :]
            answer = self._answer(head)
            if self._latency:
                loop = asyncio.get_running_loop()
                loop.call_later(self._latency, self._write, answer)
            else:
                self._write(answer)

    def _write(self, answer: bytes) -> None:
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.write(answer)

    def _answer(self, head: str) -> bytes:
        request, *lines = head.split("\r\n")
        method, target, _ = request.split(" ", 2)
        path, _, query = target.partition("?")
        key = unquote(urlsplit(path).path).lstrip("/").partition("/")[2]
        if method == "HEAD":
            return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nx-amz-bucket-region: us-east-1\r\n\r\n"
        if not key:
            return _message("200 OK", self._listing(query).encode(), "")
        headers = {name.lower(): text for name, _, text in (line.partition(": ") for line in lines)}
        return self._object(key, headers)

    def _listing(self, query: str) -> str:
        asked = {name: texts[0] for name, texts in parse_qs(query).items()}
        after = asked.get("start-after", "")
        if token := asked.get("continuation-token"):
            after = base64.urlsafe_b64decode(token).decode()
        return self._folder.page(asked.get("prefix", ""), asked.get("delimiter", ""), after)

    def _object(self, key: str, headers: dict[str, str]) -> bytes:
        try:
            content, etag = self._folder.content(key), f'"{self._folder.etag(key)}"'
        except OSError:
            return _message("404 Not Found", b"<Error><Code>NoSuchKey</Code></Error>", "")
        if headers.get("if-match", etag) != etag:
            return _message("412 Precondition Failed", b"", "")
        facts = f"ETag: {etag}\r\nLast-Modified: Mon, 14 Sep 2026 08:15:00 GMT\r\n"
        start, _, end = headers.get("range", "").removeprefix("bytes=").partition("-")
        if not start:
            return _message("200 OK", content, facts)
        part = content[int(start) : int(end or len(content)) + 1]
        facts += f"Content-Range: bytes {start}-{int(start) + len(part) - 1}/{len(content)}\r\n"
        return _message("206 Partial Content", part, facts)


def _message(status: str, body: bytes, facts: str) -> bytes:
    return f"HTTP/1.1 {status}\r\n{facts}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def serve(folder: Folder, latency: float) -> None:
    """Serve until the process ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(folder, latency), "127.0.0.1", 0, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve the folder that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--latency", type=float, default=0.0)
    arguments = parser.parse_args()
    asyncio.run(serve(Folder(arguments.folder), arguments.latency))


if __name__ == "__main__":
    main()
