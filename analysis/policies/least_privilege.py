"""The least-privilege policy of somebody, with all that it can't say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.notebook_display import shown, text_as_html
from analysis.policies.actions import prefix_of
from analysis.policies.comparison import Comparison, compare, grants_in
from analysis.policies.observation import Api, Observed, Range, Subject, observed
from analysis.policies.reference import reference_version
from analysis.policies.statements import (
    MOST_CHARACTERS,
    Document,
    document,
    shortened,
    size,
    split,
)

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.answers import Answers

# Services whose reads and writes are data events, which a trail records only if it is told to.
DATA_SERVICES = ("dynamodb", "kinesis", "lambda", "s3", "sns", "sqs")


@dataclass(frozen=True, slots=True)
class LeastPrivilege:
    """What was observed of somebody, and the policy that it needs."""

    observed: Observed
    document: Document

    def __repr__(self) -> str:
        return shown("\n".join([f"policy of {self.observed.subject}", *self.notes()]))

    def _repr_html_(self) -> str:
        return text_as_html(repr(self))

    @property
    def size(self) -> int:
        """Return the characters of the policy as IAM counts them: without white space."""
        return size(self.document)

    @property
    def is_too_large(self) -> bool:
        """Return whether the policy is larger than IAM takes as one managed policy."""
        return self.size > MOST_CHARACTERS

    def parts(self) -> list[Document]:
        """Return the policy in as many documents as fit into managed policies."""
        return split(self.document)

    def compared_with(self, policies: Mapping[str, str]) -> Comparison:
        """Return how these policies, JSON text by name, together differ from what was used.

        Raises AnalysisError, with its name, if one of them is no policy.
        """
        grants = [grant for name, text in policies.items() for grant in grants_in(text, name)]
        return compare(self.document, grants)

    def report(self) -> dict[str, Any]:
        """Return the policy, its parts for IAM's limit, and all that stands beside it."""
        seen = self.observed
        return {
            "subject": str(seen.subject),
            "role_arns": list(seen.role_arns),
            "first_event_at": seen.first_event_at,
            "last_event_at": seen.last_event_at,
            "call_count": seen.call_count,
            "iam_data_version": reference_version(),
            "policy": self.document,
            "characters": self.size,
            "most_characters": MOST_CHARACTERS,
            "parts": self.parts(),
            "denied": [_api(api, calls=count) for api, count in seen.denied.items()],
            "unknown": [
                _api(api, reason=reason, calls=count)
                for api, (reason, count) in seen.unknown.items()
            ],
            "without_permission": [_api(api, calls=count) for api, count in seen.free.items()],
            "never_succeeded": self._failed_only(),
            "not_narrowed": self._not_narrowed(),
            "through_other_roles": [
                {"issuing_role_arn": arn, "calls": count}
                for arn, count in seen.through_other_roles.items()
            ],
            "blind_spots": list(self.blind_spots()),
        }

    def notes(self) -> Iterator[str]:
        """Yield what to know beside the policy, a line each."""
        seen = self.observed
        yield (
            f"from {_calls(seen.call_count)} between {_minute(seen.first_event_at)} and "
            f"{_minute(seen.last_event_at)} UTC; {self.size:,} of {MOST_CHARACTERS:,} characters"
        )
        if len(seen.role_arns) > 1:
            yield f"through several roles, as one policy: {', '.join(seen.role_arns)}"
        if seen.denied:
            yield f"denied, not granted: {_counted_apis(seen.denied)}"
        for api, (reason, count) in seen.unknown.items():
            yield f"not in the policy: {_name(api)} ({_calls(count)}), {reason}"
        if seen.free:
            yield f"needs no permission: {_counted_apis(seen.free)}"
        if failed := self._failed_only():
            yield f"granted, though no call succeeded: {', '.join(failed)}"
        if wide := self._not_narrowed():
            yield f"granted on everything, since events don't name it: {', '.join(wide)}"
        for arn, count in seen.through_other_roles.items():
            yield f"through another role, not in the policy: {_calls(count)} of {arn}"
        for spot in self.blind_spots():
            yield f"blind spot: {spot}"

    def blind_spots(self) -> Iterator[str]:
        """Yield what the policy may lack because the lake can't show it."""
        seen = self.observed
        yield "what was not called in this time is missing; rare tasks need a longer range"
        subject = seen.subject
        if subject.role is None and seen.nobody_count:
            unit = "fleet" if subject.fleet else "streaming session"
            share = seen.nobody_count / max(seen.role_call_count, 1)
            yield (
                f"{seen.nobody_count:,} of {_calls(seen.role_call_count)} of the same roles "
                f"({share:.0%}) belong to no known {unit}; some may be theirs"
            )
        has_events = {prefix_of(source) for source in seen.data_event_sources}
        if silent := [name for name in DATA_SERVICES if name not in has_events]:
            yield (f"no data events of {', '.join(silent)}: not called, or off in the trail")
        yield "services that CloudTrail doesn't log, and buckets without data events, are missing"

    def _failed_only(self) -> list[str]:
        uses = self.observed.uses.values()
        return sorted(str(use.action) for use in uses if not use.ok_count)

    def _not_narrowed(self) -> list[str]:
        """Return the actions that IAM could narrow to resources, but events don't show which."""
        return sorted(
            str(use.action)
            for use in self.observed.uses.values()
            if use.action.resource_types and not (use.is_narrowed and use.resources)
        )


def least_privilege(
    answers: "Answers", subject: Subject, span: Range, *, is_shortened: bool = False
) -> LeastPrivilege:
    """Return the policy that what was observed of the subject needs.

    `is_shortened` grants fewer and wider resources, as far as it takes to fit into one managed
    policy. Raises AnalysisError if nothing was observed.
    """
    seen = observed(answers, subject, span)
    uses = list(seen.uses.values())
    return LeastPrivilege(seen, shortened(uses) if is_shortened else document(uses))


def _api(api: Api, **rest: object) -> dict[str, object]:
    return {"event_source": api[0], "event_name": api[1], **rest}


def _name(api: Api) -> str:
    return f"{prefix_of(api[0])}:{api[1]}"


def _calls(count: int) -> str:
    return f"{count:,} {'call' if count == 1 else 'calls'}"


def _counted_apis(apis: Mapping[Api, int]) -> str:
    return ", ".join(f"{_name(api)} ({count:,})" for api, count in apis.items())


def _minute(moment: "datetime") -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
