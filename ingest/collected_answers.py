"""AWS's APIs asked in one place: their answers, whole, in the form that the AWS CLI prints.

Pages are followed by their token rather than by botocore's paginators, which some of these APIs
lack. An answer counts only if all its pages came, but for streaming sessions: each that was seen
is a sighting, whatever else was not.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Any

import msgspec
from botocore.exceptions import EndpointConnectionError

from ingest.aws_places import AWS_ERRORS, Place, Refusal, code_of, reason_of
from ingest.collected_apis import (
    ASSOCIATED_FLEETS,
    AUTHENTICATION_TYPES,
    LISTS,
    SESSIONS,
    STACKS,
    Api,
)

GONE = "ResourceNotFoundException"  # deleted since it was listed
ASSOCIATIONS = "StackFleets"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an API says of a place: `asked_at` (UTC) is before the first call for it."""

    api: Api
    asked_at: datetime
    document: bytes


def answers_of(place: Place) -> tuple[list[Answer], list[Refusal]]:
    """Ask every API once; return the answers, and a line for each API that didn't answer."""
    inquiry = _Inquiry(place)
    inquiry.ask_lists()
    inquiry.ask_associations()
    inquiry.ask_streaming_sessions()
    return inquiry.answers, inquiry.refusals


class _Inquiry:
    """The questions to one place."""

    def __init__(self, place: Place) -> None:
        self.answers: list[Answer] = []
        self.refusals: list[Refusal] = []
        self._place = place
        self._clients: dict[str, Any] = {}
        self._unreachable: dict[str, EndpointConnectionError] = {}
        self._associations: list[dict[str, str]] | None = None

    def ask_lists(self) -> None:
        """Ask the APIs that need to be told nothing."""
        for api in LISTS:
            with self._noted(api):
                self._keep(api, datetime.now(UTC), api.answer, list(self._elements(api)))

    def ask_associations(self) -> None:
        """Ask which fleets each stack has."""
        asked_at = datetime.now(UTC)
        with self._noted(STACKS):
            stack_names = [stack["Name"] for stack in self._elements(STACKS)]
            with self._noted(ASSOCIATED_FLEETS):
                self._associations = [
                    {"StackName": stack_name, "FleetName": fleet_name}
                    for stack_name in stack_names
                    for fleet_name in self._existing(ASSOCIATED_FLEETS, StackName=stack_name)
                ]
                self._keep(ASSOCIATED_FLEETS, asked_at, ASSOCIATIONS, self._associations)

    def ask_streaming_sessions(self) -> None:
        """Ask who is streaming now, for each stack and fleet and way to sign in."""
        if self._associations is None:
            reason = "not asked, since it isn't known which fleets the stacks have"
            self._refuse(SESSIONS.operation, reason)
            return
        asked_at = datetime.now(UTC)
        streaming_sessions: list[Any] = []
        for association, kind in product(self._associations, AUTHENTICATION_TYPES):
            with self._noted(SESSIONS):
                streaming_sessions.extend(
                    self._existing(SESSIONS, AuthenticationType=kind, **association)
                )
        self._keep(SESSIONS, asked_at, SESSIONS.answer, streaming_sessions)

    def _existing(self, api: Api, **parameters: str) -> Iterator[Any]:
        """Yield the elements of an answer about something that may be gone by now."""
        try:
            yield from self._elements(api, **parameters)
        except AWS_ERRORS as error:
            if code_of(error) != GONE:
                raise

    def _elements(self, api: Api, **parameters: str) -> Iterator[Any]:
        """Yield the elements of all pages. Raises what boto3 raises."""
        if api.service in self._unreachable:
            raise self._unreachable[api.service]
        if api.service not in self._clients:
            self._clients[api.service] = self._place.client(api.service)
        ask = getattr(self._clients[api.service], api.name.replace("-", "_"))
        page = ask(**parameters, **api.page)
        yield from page.get(api.answer, [])
        while token := page.get("NextToken"):
            page = ask(**parameters, **api.page, NextToken=token)
            yield from page.get(api.answer, [])

    def _keep(self, api: Api, asked_at: datetime, name: str, elements: list[Any]) -> None:
        document = msgspec.json.encode({name: elements})
        self.answers.append(Answer(api, asked_at, document))

    @contextlib.contextmanager
    def _noted(self, api: Api) -> Iterator[None]:
        """Note, once for each reason, that an API didn't answer, and go on after the block."""
        try:
            yield
        except EndpointConnectionError as error:
            # It took all attempts to find out. There is one place to ask all of a service's APIs.
            self._unreachable[api.service] = error
            self._refuse(api.service, reason_of(error))
        except AWS_ERRORS as error:
            self._refuse(api.operation, reason_of(error, api.permission))

    def _refuse(self, asked: str, reason: str) -> None:
        refusal = Refusal(f"{self._place.account_id} {self._place.region}", asked, reason)
        if refusal not in self.refusals:
            self.refusals.append(refusal)
