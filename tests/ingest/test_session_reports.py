import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.origin import EvidenceRows, Origin
from ingest.session_reports import (
    is_application_report,
    is_session_report,
    session_report_rows,
)
from lake.tables import STREAMING_SESSION_EVIDENCE
from tests.ingest.event_tables import arrow_rows

ORIGIN = Origin(
    source_object_id="object-1",
    uri="s3://appstream-logs-eu-central-1-123456789012-example/sessions/daily.csv",
    account_id="123456789012",
    region="eu-central-1",
    observed_at=datetime(2026, 9, 15, 6, tzinfo=UTC),
)
REPORT = b"""\
user_session_id,aws_account_id,region,session_start_time,session_end_time,\
session_duration_in_seconds,user_id,user_arn,authentication_type,authentication_type_user_id,\
fleet_name,stack_name,instance_type,eni_private_ip_address,connected_at_least_once,\
client_ip_addresses,stream_view,instance_id,is_multisession
0f3c-1,210987654321,eu-west-1,2026-09-14T08:12:33Z,2026-09-14T09:00:01Z,2848,\
Hoge@example.com,arn:aws:appstream:eu-west-1:210987654321:user/x,SAML,\
Hoge@example.com:SAML,test-fleet,test-stack,stream.standard.medium,10.0.1.23,true,\
198.51.100.7;203.0.113.9,APP,i-0abc,false
"""


def taken(text: str | bytes) -> EvidenceRows:
    return session_report_rows(text.encode() if isinstance(text, str) else text, ORIGIN)


def one_row(**columns: str) -> dict[str, object]:
    columns = {"user_session_id": "s1", "session_start_time": "2026-09-14T08:12:33Z"} | columns
    (row,) = taken(f"{','.join(columns)}\n{','.join(columns.values())}\n").evidence
    return row


def test_a_row_says_who_streamed_when_and_where() -> None:
    rows = taken(REPORT)
    (row,) = rows.evidence
    assert (rows.read, rows.rejected, rows.history) == (1, [], [])
    detail = json.loads(str(row.pop("detail")))
    assert len(str(row.pop("evidence_id"))) == 32
    assert row == {
        "evidence_source": "session_report",
        "observed_at": datetime(2026, 9, 15, 6, tzinfo=UTC),
        "streaming_session_id": "0f3c-1",
        "account_id": "210987654321",
        "region": "eu-west-1",
        "user_id": "Hoge@example.com",
        "user_id_sha256": hashlib.sha256(b"Hoge@example.com").hexdigest(),
        "authentication_type": "SAML",
        "fleet_name": "test-fleet",
        "stack_name": "test-stack",
        "started_at": datetime(2026, 9, 14, 8, 12, 33, tzinfo=UTC),
        "ended_at": datetime(2026, 9, 14, 9, 0, 1, tzinfo=UTC),
        "eni_private_ip_address": "10.0.1.23",
        "instance_id": "i-0abc",
        "is_multisession": False,
        "client_ip_addresses": ["198.51.100.7", "203.0.113.9"],
        "source_object_id": "object-1",
    }
    assert detail["authentication_type_user_id"] == "Hoge@example.com:SAML"
    assert detail["instance_type"] == "stream.standard.medium"


def test_a_user_has_the_hash_that_aws_gives_as_example_of_a_home_folder() -> None:
    assert one_row(user_id="testuser@mydomain.com")["user_id_sha256"] == (
        "a0bcb1da11f480d9b5b3e90f91243143eac04cfccfbdc777e740fab628a1cd13"
    )


def test_the_case_of_a_name_changes_its_hash_and_is_kept() -> None:
    row = one_row(user_id="SAMPLEDOMAIN\\testuser")
    assert row["user_id"] == "SAMPLEDOMAIN\\testuser"
    assert row["user_id_sha256"] == (
        "8dd9a642f511609454d344d53cb861a71190e44fed2b8af9fde0c507012a9901"
    )


def test_a_name_with_blanks_around_it_is_kept_as_it_is() -> None:
    row = one_row(user_id=" hoge ")
    assert row["user_id"] == " hoge "
    assert row["user_id_sha256"] == hashlib.sha256(b" hoge ").hexdigest()


def test_a_row_without_a_person_names_nobody() -> None:
    row = one_row(user_id="", authentication_type_user_id="hoge:SAML")
    assert (row["user_id"], row["user_id_sha256"]) == (None, None)


def test_columns_are_found_by_name_in_any_order() -> None:
    row = one_row(FLEET_NAME="f", **{" Stack_Name ": "s"})
    assert (row["fleet_name"], row["stack_name"]) == ("f", "s")


def test_columns_that_older_reports_lack_are_null() -> None:
    row = one_row()
    assert row["instance_id"] is None
    assert row["is_multisession"] is None
    assert row["client_ip_addresses"] is None
    assert (row["account_id"], row["region"]) == ("123456789012", "eu-central-1")


def test_columns_that_are_not_known_yet_are_kept() -> None:
    assert json.loads(str(one_row(next_years_column="x")["detail"]))["next_years_column"] == "x"


def test_an_empty_end_is_not_known() -> None:
    assert one_row(session_end_time="")["ended_at"] is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-14T08:12:33Z",
        "2026-09-14T08:12:33.000Z",
        "2026-09-14 08:12:33 UTC",
        "2026-09-14 08:12:33.000000 UTC",
        "2026-09-14 08:12:33",
        "2026-09-14T10:12:33+02:00",
        "2026-09-14 10:12:33 +0200",
        "20260914T081233Z",
        "1789373553",
        "1789373553000",
        "1789373553.0",
    ],
)
def test_a_time_is_read_in_any_of_its_forms(text: str) -> None:
    row = one_row(session_start_time=text)
    assert row["started_at"] == datetime(2026, 9, 14, 8, 12, 33, tzinfo=UTC)


def test_fractions_of_a_second_are_kept() -> None:
    row = one_row(session_start_time="2026-09-14T08:12:33.1234567Z")
    assert row["started_at"] == datetime(2026, 9, 14, 8, 12, 33, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "flag"),
    [("true", True), ("TRUE", True), ("False", False), ("", None), ("perhaps", None)],
)
def test_a_flag_is_read_in_any_of_its_forms(text: str, flag: object) -> None:
    assert one_row(is_multisession=text)["is_multisession"] is flag


def test_no_client_address_is_an_empty_list() -> None:
    assert one_row(client_ip_addresses="")["client_ip_addresses"] == []
    assert one_row(client_ip_addresses="192.0.2.1; 2001:db8::1;")["client_ip_addresses"] == [
        "192.0.2.1",
        "2001:db8::1",
    ]


def test_quoted_values_hold_commas_quotes_and_line_ends() -> None:
    text = (
        'user_session_id,session_start_time,user_id\r\ns1,2026-09-14T08:12:33Z,"a,""b""\r\nc"\r\n'
    )
    rows = taken(text)
    assert [row["user_id"] for row in rows.evidence] == ['a,"b"\r\nc']


def test_a_byte_order_mark_and_blank_lines_are_no_rows() -> None:
    rows = taken(b"\xef\xbb\xbf" + REPORT + b"\r\n   \n\n")
    assert (rows.read, len(rows.evidence), rows.rejected) == (1, 1, [])


def test_a_report_of_a_day_without_rows_is_empty() -> None:
    assert taken("user_session_id,session_start_time\n") == EvidenceRows([], [], [], 0)


def test_a_bad_row_is_rejected_and_the_others_go_on() -> None:
    rows = taken(
        "user_session_id,session_start_time,user_id\n"
        ",,hoge\n"
        "s2,yesterday,fuga\n"
        "s3,2026-09-14T08:12:33Z,hoge,one too many\n"
        "s4,2026-09-14T08:12:33Z\n"
        's5,2026-09-14T08:12:33Z,"ho"ge\n'
        "s6,2026-09-14T08:12:33Z,hoge\n"
    )
    assert [row["streaming_session_id"] for row in rows.evidence] == ["s6"]
    assert [(bad.record_index, bad.field, bad.reason) for bad in rows.rejected] == [
        (0, "user_session_id", "neither user_session_id nor session_start_time"),
        (1, "session_start_time", "not a time: 'yesterday'"),
        (2, None, "4 values for 3 columns"),
        (3, None, "2 values for 3 columns"),
        (4, None, "not CSV: ',' expected after '\"'"),
    ]
    assert [bad.raw for bad in rows.rejected][:2] == [",,hoge", "s2,yesterday,fuga"]
    assert rows.read == 6


def test_a_row_that_is_not_utf_8_is_rejected_alone() -> None:
    rows = taken(
        b"user_session_id,session_start_time,user_id\n"
        b"s1,2026-09-14T08:12:33Z,h\xff\n"
        b"s2,2026-09-14T08:12:33Z,hoge\n"
    )
    assert [row["streaming_session_id"] for row in rows.evidence] == ["s2"]
    assert [(bad.reason, bad.raw) for bad in rows.rejected] == [
        ("not UTF-8", "s1,2026-09-14T08:12:33Z,h\ufffd")
    ]


def test_a_quote_that_is_never_closed_is_rejected_with_all_it_swallowed() -> None:
    rows = taken('user_session_id,session_start_time\n"s1,2026-09-14T08:12:33Z\ns2,x\n')
    assert (rows.read, rows.evidence) == (1, [])
    assert [bad.raw for bad in rows.rejected] == ['"s1,2026-09-14T08:12:33Z\ns2,x']


def test_a_value_that_is_too_long_does_not_end_the_reading() -> None:
    rows = taken(
        "user_session_id,session_start_time\n"
        f"{'x' * 200_000},2026-09-14T08:12:33Z\n"
        "s2,2026-09-14T08:12:33Z\n"
    )
    assert (rows.read, len(rows.rejected), len(rows.evidence)) == (2, 1, 1)


def test_trailing_commas_are_no_values() -> None:
    rows = taken("user_session_id,session_start_time\ns1,2026-09-14T08:12:33Z,,\n")
    assert [row["streaming_session_id"] for row in rows.evidence] == ["s1"]


@pytest.mark.parametrize(
    "text", ["", "\n", "a,b\n1,2\n", "user_session_id,application_name\n1,x\n"]
)
def test_another_file_is_one_rejection_of_the_whole(text: str) -> None:
    rows = taken(text)
    assert (rows.evidence, rows.read) == ([], 0)
    assert [bad.record_index for bad in rows.rejected] == [None]


def test_values_are_only_text() -> None:
    row = one_row(user_id="=cmd|'/C calc'!A0", fleet_name="<script>'; drop table events --")
    assert row["user_id"] == "=cmd|'/C calc'!A0"
    assert row["fleet_name"] == "<script>'; drop table events --"


def test_reading_again_gives_the_same_ids_and_equal_rows_have_their_own() -> None:
    text = "user_session_id,session_start_time\n" + 2 * "s1,2026-09-14T08:12:33Z\n"
    first, again = taken(text).evidence, taken(text).evidence
    assert first == again
    assert len({row["evidence_id"] for row in first}) == 2


def test_reports_are_told_apart_by_their_header() -> None:
    applications = ["user_session_id", "application_name", "schedule", "year", "month", "day"]
    sessions = ["User_Session_Id", " session_start_time"]
    assert is_application_report(applications)
    assert not is_session_report(applications)
    assert is_session_report(sessions)
    assert not is_application_report(sessions)
    assert not is_application_report([])


@given(st.binary(max_size=200))
def test_every_row_of_whatever_bytes_is_taken_or_rejected(rest: bytes) -> None:
    rows = taken(b"user_session_id,session_start_time,user_id\n" + rest)
    assert rows.read == len(rows.evidence) + len(rows.rejected)


def test_the_rows_fit_their_table() -> None:
    assert arrow_rows(STREAMING_SESSION_EVIDENCE, taken(REPORT).evidence).num_rows == 1
