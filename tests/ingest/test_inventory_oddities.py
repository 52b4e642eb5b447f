import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.inventory import inventory_rows, is_inventory
from ingest.origin import EvidenceRows, Origin

ORIGIN = Origin(
    source_object_id="object-1",
    uri="file:///inventory/123456789012/eu-central-1/describe-fleets.json",
    account_id="123456789012",
    region="eu-central-1",
    observed_at=datetime(2026, 9, 15, 6, tzinfo=UTC),
)


def taken(document: object) -> EvidenceRows:
    return inventory_rows(json.dumps(document).encode(), ORIGIN)


def state_in(document: object) -> dict[str, Any]:
    (row,) = taken(document).history
    return row


def test_several_answers_in_one_document_are_counted_through() -> None:
    rows = taken({"Fleets": [{"Name": "f"}, {}], "Subnets": [{"SubnetId": "subnet-1"}, 7]})
    assert [row["resource_id"] for row in rows.history] == ["f", "subnet-1"]
    assert [(bad.record_index, bad.reason, bad.raw) for bad in rows.rejected] == [
        (1, "an element of fleets without name or id", "{}"),
        (3, "an element of subnets without name or id", "7"),
    ]
    assert rows.read == 4


@pytest.mark.parametrize(
    "fleets", [None, [], "f", 7, [None], [[]], ["f"], {"Name": 7}, [{"Name": {"a": 1}}]]
)
def test_odd_types_are_rejected_or_nothing_but_never_taken(fleets: object) -> None:
    rows = taken({"Fleets": fleets})
    assert rows.history == []
    assert rows.read == len(rows.rejected)


def test_odd_types_inside_an_item_leave_their_columns_null() -> None:
    row = state_in(
        {
            "Fleets": [
                {
                    "Name": "f",
                    "VpcConfig": "none",
                    "MaxSessionsPerInstance": 10**30,
                    "EnableDefaultInternetAccess": [],
                    "IamRoleArn": {},
                }
            ]
        }
    )
    assert not {"subnet_ids", "max_sessions_per_instance"} & row.keys()
    assert str(10**30) in row["state"]


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"null",
        b'{"Fleets": [',
        b'{"Records": []}',
        b'{"Names": ["f"]}',
        b"\xff\xfe{",
        b'{"Fleets": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_another_document_is_one_rejection_of_the_whole(document: bytes) -> None:
    rows = inventory_rows(document, ORIGIN)
    assert (rows.evidence, rows.history, rows.read) == ([], [], 0)
    assert [bad.record_index for bad in rows.rejected] == [None]
    assert all("\n" not in bad.reason for bad in rows.rejected)


def test_an_item_that_is_not_utf_8_is_rejected_alone() -> None:
    rows = inventory_rows(b'{"Fleets": [{"Name": "\xff"}, {"Name": "f"}]}', ORIGIN)
    assert [row["resource_id"] for row in rows.history] == ["f"]
    assert [bad.raw for bad in rows.rejected] == ['{"Name": "\ufffd"}']


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_powershell_wrote_is_read(encoding: str) -> None:
    document = json.dumps({"Fleets": [{"Name": "f"}]}).encode(encoding)
    assert len(inventory_rows(document, ORIGIN).history) == 1


def test_stacks_are_known_but_say_nothing_that_is_kept() -> None:
    assert taken({"Stacks": [{"Name": "s"}]}) == EvidenceRows([], [], [], 0)


def test_answers_are_recognised_by_their_name() -> None:
    assert is_inventory({"VpcEndpoints": [], "NextToken": ""})
    assert not is_inventory({"Records": []})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Name", "VpcConfig", "SubnetIds", "items", "Groups", "Arn", "Id"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["Fleets", "Sessions", "NatGateways", "Addresses", "NetworkInterfaces"]),
        json_values,
        min_size=1,
    )
)
def test_every_item_of_whatever_json_is_taken_or_rejected(document: dict[str, object]) -> None:
    rows = taken(document)
    places = {row["resource_history_id"] for row in rows.history}
    assert len(places) == len(rows.history)
    assert rows.read <= len(rows.history) + len(rows.evidence) + len(rows.rejected)
    assert rows.read >= len(rows.evidence) + len(rows.rejected)
