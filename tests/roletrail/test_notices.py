import email
import email.policy
import json
import socket
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from lake import Lake, open_lake
from lake.connection import connect
from roletrail.errors import FrontDoorError
from roletrail.notices.channels import Address, Channel, without_secret
from roletrail.notices.inert import LONGEST, inert
from roletrail.notices.message import SHOWN, message_of
from roletrail.notices.telling import Memory, Row, tell
from tests.roletrail.webhook import webhook

if TYPE_CHECKING:
    from aiosmtpd.smtp import Envelope
    from mypy_boto3_s3 import S3Client

SEEN = datetime(2026, 9, 14, 10, 1, tzinfo=UTC)
DAY = timedelta(days=1)
QUIET = 7 * DAY
ATTACK = (
    "<!channel> <@U1> @everyone <http://evil.com|log in> [log in](https://evil.com) ![](//evil.com)"
    " <b>b</b> <script> `code` **bold** __under__ ~gone~ #general &lt; \x1b[31m \u202e\n=1+1"
)
ACTIVE = (
    "<",
    ">",
    "&",
    "@",
    "#",
    "*",
    "`",
    "~",
    "[",
    "]",
    "|",
    "://",
    "evil.com",
    "\x1b",
    "\u202e",
)


def finding(finding_id: str = "finding-1", **changes: object) -> Row:
    return {
        "finding_id": finding_id,
        "severity": "medium",
        "rule": "role_shared",
        "title": "A role is shared",
        "subject": "a_role",
        "account_id": "123456789012",
        "user_ids": [],
        "candidate_user_ids": ["hoge@example.com"],
        "callers": [],
        "first_seen_at": SEEN,
        "last_seen_at": SEEN,
        "event_count": 3,
        **changes,
    }


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Return a lake without findings; each test tells on a channel of its own."""
    return open_lake(tmp_path_factory.mktemp("notices") / "lake", create=True)


def told(lake: Lake, channel: str, *findings: Row) -> list[str]:
    """Return the ids of the findings that a run with these findings tells."""
    sent: list[str] = []
    tell(
        Memory(lake),
        channel,
        findings,
        QUIET,
        lambda news: sent.extend(str(row["finding_id"]) for row in news),
    )
    return sent


# ── what is told ─────────────────────────────────────────────────────────────────────────────


def test_a_finding_is_told_once_on_each_channel(lake: Lake) -> None:
    assert told(lake, "once", finding("a"), finding("b")) == ["a", "b"]
    assert told(lake, "once", finding("a"), finding("b"), finding("c")) == ["c"]
    assert told(lake, "another", finding("a")) == ["a"]
    with connect(lake, ["notices"]) as connection:
        query = "select finding_id from notices where channel = 'once' order by all"
        assert connection.execute(query).fetchall() == [("a",), ("b",), ("c",)]


def test_a_run_without_news_writes_nothing(lake: Lake) -> None:
    assert told(lake, "same", finding()) == ["finding-1"]
    before = lake.table("notices").metadata_location
    assert told(lake, "same", finding()) == []
    assert lake.table("notices").metadata_location == before


def test_it_is_told_again_when_it_becomes_more_severe_but_not_when_less(lake: Lake) -> None:
    severities = ("medium", "low", "medium", "high", "high")
    sent = [told(lake, "rising", finding(severity=severity)) for severity in severities]
    assert [bool(ids) for ids in sent] == [True, False, False, True, False]


def test_it_is_told_again_when_it_is_seen_anew_after_quiet_days(lake: Lake) -> None:
    days = (0, 3, 6, 9, 9, 16)  # never quiet for a week, until the last
    sent = [told(lake, "quiet", finding(last_seen_at=SEEN + day * DAY)) for day in days]
    assert [bool(ids) for ids in sent] == [True, False, False, False, False, True]


def test_what_was_not_delivered_is_told_by_the_next_run(lake: Lake) -> None:
    def refuse(_news: Sequence[Row]) -> None:
        raise FrontDoorError("not delivered")

    assert told(lake, "broken", finding("old")) == ["old"]
    both = (finding("old", last_seen_at=SEEN + 6 * DAY), finding("new"))
    with pytest.raises(FrontDoorError):
        tell(Memory(lake), "broken", both, QUIET, refuse)
    # The one that was told before hasn't become quiet by that.
    later = (finding("old", last_seen_at=SEEN + 12 * DAY), finding("new"))
    assert told(lake, "broken", *later) == ["new"]


# ── what a message says ──────────────────────────────────────────────────────────────────────


def test_a_message_says_what_who_when_and_where_to_look() -> None:
    message = message_of([finding(last_seen_at=SEEN + DAY)], "https://trail.example.com/")
    assert message.title == "roletrail: 1 finding, 1 medium"
    assert message.text.splitlines() == [
        "MEDIUM: A role is shared",
        "about a_role",
        "who: perhaps hoge＠example․com",  # noqa: RUF001 - no link, no mention
        "seen 2026-09-14 10:01 to 2026-09-15 10:01 UTC",
        "https://trail.example.com/findings?id=finding-1",
        "",
        "A finding is a reason to look, not a verdict.",
    ]
    assert "roletrail explain finding-1" in message_of([finding()], None).text


def test_a_message_is_short_however_much_there_is_to_tell() -> None:
    many = [
        finding(f"finding-{n}", subject="x" * 10_000, user_ids=["y" * 500] * 50) for n in range(300)
    ]
    message = message_of(many, None)
    assert (len(message.findings), message.more) == (SHOWN, 300 - SHOWN)
    assert "and 280 more: roletrail findings" in message.text
    assert len(json.dumps(message.document())) < 100_000 > 4 * len(message.text)


def test_nothing_in_a_log_is_anything_but_text_in_a_message() -> None:
    hostile = finding(subject=ATTACK, title=ATTACK, user_ids=[ATTACK], rule=ATTACK)
    document = message_of([hostile], None).document()
    text = f"{document['title']}{document['text']}{json.dumps(document['findings'])[2:-2]}"
    assert not [sign for sign in ACTIVE if sign in text]
    assert str(document["text"]).count("\n") == 6  # lines of ours alone


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("arn:aws:sts::123456789012:assumed-role/a_role/x", None),
        ("198.51.100.77", None),
        ("_x_ a_b", "＿x＿ a_b"),  # noqa: RUF001 - emphasis is what is avoided
        ("x" * 1_000, "x" * LONGEST + "…"),
    ],
)
def test_names_stay_readable(value: str, shown: str | None) -> None:
    assert inert(value) == (shown or value)


# ── channels ─────────────────────────────────────────────────────────────────────────────────


def send(address: Address, subject: str = "a_role") -> None:
    address.sender()(message_of([finding(subject=subject)], None))


def test_a_webhook_gets_the_findings_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook() as hook:
        monkeypatch.setenv("HOOK", hook.url)
        send(Address(Channel.WEBHOOK, url_env="HOOK"))
    (document,) = hook.sent
    assert document["findings"][0]["finding_id"] == "finding-1"
    assert set(document) == {"title", "text", "findings", "more"}


def test_a_failed_delivery_says_why_and_nothing_of_the_secret(tmp_path: Path) -> None:
    file = tmp_path / "url"
    for channel, url, reason in (
        (Channel.WEBHOOK, "http://127.0.0.1:1/hooks/top-secret?key=hidden", "Connection refused"),
        (Channel.WEBHOOK, "nonsense-top-secret", "protocol"),
        (Channel.WEBHOOK, "http://[top-secret", "not delivered"),
        (Channel.APPRISE, "json://user:top-secret@127.0.0.1:1/top-secret", "onnection error"),
        (Channel.APPRISE, "top-secret", "no form that Apprise knows"),
        (Channel.APPRISE, " ", "holds no URL"),
    ):
        file.write_text(f"{url}\n")
        with pytest.raises(FrontDoorError, match=reason) as raised:
            send(Address(channel, url_file=str(file)))
        assert "secret" not in str(raised.value)
        assert "hidden" not in str(raised.value)
    assert without_secret("bad: 'a b c' https://h/x%20yz", "https://h/x%20yz") == "bad: 'a b c' …"


def test_without_apprise_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    monkeypatch.setenv("CHAT", "slack://x")
    with pytest.raises(FrontDoorError, match=r"pip install 'roletrail\[notices\]'"):
        Address(Channel.APPRISE, url_env="CHAT").sender()


def test_slack_gets_text_in_which_nothing_is_a_mention_or_a_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import requests

    posted: list[tuple[str, Any]] = []

    def post(_method: str, url: str, data: str, **_options: object) -> object:
        posted.append((url, json.loads(data)))
        return SimpleNamespace(status_code=requests.codes.ok, content=b"ok")

    monkeypatch.setattr(requests, "request", post)
    monkeypatch.setenv("CHAT", f"https://hooks.slack.com/services/T{'0' * 8}/B{'0' * 8}/{'s' * 24}")
    send(Address(Channel.APPRISE, url_env="CHAT"), subject=ATTACK)
    ((url, payload),) = posted
    assert url.startswith("https://hooks.slack.com/services/T00000000/")
    said = json.dumps(payload, ensure_ascii=False)
    assert "A role is shared" in said
    assert not [sign for sign in ("<", "@", "evil.com", "&") if sign in said]


def test_a_mail_is_sent_in_which_nothing_is_html_or_a_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from aiosmtpd.controller import Controller

    class Mailbox:
        mails: list[bytes] = []  # noqa: RUF012 - the handler's only instance fills it

        async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
            self, _server: object, _place: object, envelope: "Envelope"
        ) -> str:
            assert isinstance(envelope.content, bytes)
            self.mails.append(envelope.content)
            return "250 taken"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(Mailbox(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        url = f"mailto://127.0.0.1:{port}?from=trail@example.com&to=team@example.com&mode=insecure"
        monkeypatch.setenv("MAIL", url)
        send(Address(Channel.APPRISE, url_env="MAIL"), subject=ATTACK)
    finally:
        server.stop()
    (content,) = Mailbox.mails
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert mail["subject"] == "roletrail: 1 finding, 1 medium"
    bodies = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    assert any("A role is shared" in body for body in bodies)
    assert not [
        sign for sign in ("<script", "<b>", "evil.com", "<a") for body in bodies if sign in body
    ]


def test_a_topic_gets_the_message_and_refuses_in_one_line(s3: "S3Client") -> None:
    import boto3

    from ingest import IngestError

    del s3  # this process calls its server
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="findings")["TopicArn"]
    queue = sqs.create_queue(QueueName="read")["QueueUrl"]
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-central-1:123456789012:read"
    )

    send(Address(Channel.SNS, topic_arn=topic))

    (received,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    body = json.loads(received["Body"])
    assert body["Subject"] == "roletrail: 1 finding, 1 medium"
    assert "MEDIUM: A role is shared" in body["Message"]
    for wrong, reason in ((f"{topic}x", "sns:Publish"), ("findings", "is no topic")):
        with pytest.raises(IngestError, match=reason):
            send(Address(Channel.SNS, topic_arn=wrong))
