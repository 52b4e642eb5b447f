"""Where notices go: a webhook of your own, a topic of SNS, or whatever service Apprise knows."""

import os
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from roletrail.errors import FrontDoorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from roletrail.notices.message import Message

SECONDS = 30  # that a service may take to answer
HIDDEN = "…"
SHORTEST_SECRET = 4  # characters; what is shorter is a port or a word
INSTALL = "pip install 'roletrail[notices]'"


class Channel(StrEnum):
    """The ways to tell: JSON by POST, a service that Apprise knows, a topic of SNS."""

    WEBHOOK = "webhook"
    APPRISE = "apprise"
    SNS = "sns"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a channel sends to: what holds a secret URL, or the ARN of a topic."""

    to: Channel
    url_env: str | None = None
    url_file: str | None = None
    topic_arn: str | None = None

    def sender(self) -> "Callable[[Message], None]":
        """Return what sends a message there.

        Raises FrontDoorError, before anything is sent, if there is no address or no package to send
        it with. What is returned raises FrontDoorError or IngestError if it isn't delivered.
        """
        match self.to:
            case Channel.SNS:
                return partial(_publish, self.topic_arn or "")
            case Channel.WEBHOOK:
                return partial(_post, self._secret_url())
            case Channel.APPRISE:
                url = self._secret_url()
                _check_apprise(url)
                return partial(_notify, url)

    def _secret_url(self) -> str:
        """Return the URL that the variable or file holds; no message of ours has it in it."""
        place = self.url_file or f"the environment variable {self.url_env}"
        try:
            url = (
                Path(self.url_file).read_text()
                if self.url_file is not None
                else os.environ.get(self.url_env or "", "")
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise FrontDoorError(f"can't read the URL of a notice from {place}: {reason}") from None
        if not url.strip():
            raise FrontDoorError(f"{place} holds no URL to send notices to. Put it there")
        return url.strip()


def _check_apprise(url: str) -> None:
    try:
        import apprise
    except ModuleNotFoundError:
        message = f"notices by apprise take a package more. Run: {INSTALL}"
        raise FrontDoorError(message) from None
    if apprise.Apprise.instantiate(url) is None:
        message = (
            "the URL of a notice has no form that Apprise knows."
            " Write one such as slack://… or mailtos://…, see https://appriseit.com/services/"
        )
        raise FrontDoorError(message)


def _post(url: str, message: "Message") -> None:
    import httpx

    try:
        answer = httpx.post(url, json=message.document(), timeout=SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise FrontDoorError(without_secret(f"not delivered: {error}", url)) from None
    if not answer.is_success:
        raise FrontDoorError(f"not delivered: the webhook answers {answer.status_code}")


def _notify(url: str, message: "Message") -> None:
    import apprise

    # Pictures would be fetched from elsewhere by whoever reads.
    asset = apprise.AppriseAsset(app_id="roletrail", app_desc="roletrail", image_url_mask="")
    service = apprise.Apprise(asset=asset)
    service.add(url)
    result = service.notify(
        body=message.text,
        title=message.title,
        body_format=apprise.NotifyFormat.TEXT,
        timeout=SECONDS,
    )
    if not result:
        said = [entry.message for entry in result.logs()] or [result.status.name.lower()]
        # Of a chat's URL, the host can be the first part of a token.
        reason = without_secret(f"not delivered: {said[0]}", url, is_host_secret=True)
        raise FrontDoorError(reason)


def _publish(topic_arn: str, message: "Message") -> None:
    from ingest.topics import publish

    publish(topic_arn, message.title, message.text)


def without_secret(text: str, url: str, *, is_host_secret: bool = False) -> str:
    """Return the text without the address, and without any part of it that may be secret."""
    from urllib.parse import unquote, urlsplit

    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that are no address of IPv6
        return text.replace(url, HIDDEN)
    whose, _, host = parts.netloc.rpartition("@")
    secrets = {url, whose, *whose.split(":"), *parts.path.split("/"), *parts.query.split("&")}
    secrets |= {parts.path, parts.query, host if is_host_secret else ""}
    for secret in sorted(secrets | {unquote(one) for one in secrets}, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    return text
