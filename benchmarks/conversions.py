"""What others make of the same log files: typed columns, sorted by time, Parquet by day.

Each way runs in a process of its own with two threads or processes, zstd at level 1, and does
nothing else: no deduplication, no ledger, no redaction, no commit.
"""

import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from polars import DataFrame

BATCH_EVENTS = 150_000
ROW_GROUP_ROWS = 120_000
PROCESSES = 2
POLARS_BYTES = 16 * 2**20  # of packed files that polars reads at a time
GZIP = 31  # zlib's window bits for gzip with its header

TOP_FIELDS = [
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "resources",
    "eventType",
    "managementEvent",
    "recipientAccountId",
    "sharedEventID",
    "vpcEndpointId",
    "eventCategory",
    "apiVersion",
]
IDENTITY_FIELDS = (
    "type",
    "principalId",
    "arn",
    "accountId",
    "accessKeyId",
    "userName",
    "invokedBy",
)
ISSUER_FIELDS = ("type", "principalId", "arn", "accountId", "userName")
ATTRIBUTE_FIELDS = ("creationDate", "mfaAuthenticated")
TLS_FIELDS = ("tlsVersion", "cipherSuite", "clientProvidedHostHeader")
RESOURCE_FIELDS = ("accountId", "type", "ARN")
FREE_FORM = ("requestParameters", "responseElements", "additionalEventData")
FLAGS = ("readOnly", "managementEvent")


# ── DuckDB ───────────────────────────────────────────────────────────────────────────────────


IDENTITY = """struct(
    type varchar, "principalId" varchar, arn varchar, "accountId" varchar, "accessKeyId" varchar,
    "userName" varchar, "invokedBy" varchar, "sessionContext" struct(
        "sessionIssuer" struct(
            type varchar, "principalId" varchar, arn varchar, "accountId" varchar,
            "userName" varchar
        ),
        attributes struct("creationDate" varchar, "mfaAuthenticated" varchar),
        "sourceIdentity" varchar
    )
)"""
RECORDS = f"""struct(
    "eventVersion" varchar, "userIdentity" {IDENTITY}, "eventTime" timestamptz,
    "eventSource" varchar, "eventName" varchar, "awsRegion" varchar, "sourceIPAddress" varchar,
    "userAgent" varchar, "errorCode" varchar, "errorMessage" varchar, "requestParameters" json,
    "responseElements" json, "additionalEventData" json, "requestID" varchar, "eventID" varchar,
    "readOnly" boolean, resources struct("accountId" varchar, type varchar, "ARN" varchar)[],
    "eventType" varchar, "managementEvent" boolean, "recipientAccountId" varchar,
    "sharedEventID" varchar, "vpcEndpointId" varchar, "eventCategory" varchar, "apiVersion" varchar,
    "tlsDetails" struct(
        "tlsVersion" varchar, "cipherSuite" varchar, "clientProvidedHostHeader" varchar
    )
)[]"""
CONVERSION = """
copy (
    with records as (
        select unnest("Records") as record
        from read_json(
            $source, columns = {{"Records": '{records}'}}, maximum_object_size = 200000000
        )
    ),

    identities as (
        select
            record,
            record."userIdentity" as identity,
            record."userIdentity"."sessionContext"."sessionIssuer" as issuer,
            record."userIdentity"."sessionContext"."attributes" as attributes
        from records
    )

    select
        {columns},
        identity.type as identity_type, identity."principalId" as principal_id,
        identity.arn as identity_arn, identity."accountId" as identity_account_id,
        identity."accessKeyId" as access_key_id, identity."userName" as user_name,
        identity."invokedBy" as invoked_by, issuer.type as issuer_type, issuer.arn as issuer_arn,
        issuer."principalId" as issuer_id, issuer."accountId" as issuer_account_id,
        issuer."userName" as issuer_user_name, attributes."creationDate" as created_at,
        attributes."mfaAuthenticated" as mfa, identity."sessionContext"."sourceIdentity" as source,
        record."tlsDetails"."tlsVersion" as tls, record."tlsDetails"."cipherSuite" as cipher_suite,
        record."tlsDetails"."clientProvidedHostHeader" as host,
        record."eventTime"::date as day
    from identities
    order by record."eventTime"
) to '{target}' (format parquet, partition_by (day), compression zstd, compression_level 1)
"""


def run_duckdb(source: Path, target: Path) -> None:
    """Convert the files to sorted Parquet files by day."""
    import duckdb

    query = CONVERSION.format(
        records=RECORDS.replace("'", "''"),
        columns=", ".join(f'record."{name}"' for name in TOP_FIELDS),
        target=target / "parquet",
    )
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute("set preserve_insertion_order = false")
    connection.execute(query, {"source": f"{source}/**/*.json.gz"})


# ── chDB ─────────────────────────────────────────────────────────────────────────────────────


def run_chdb(source: Path, target: Path) -> None:
    """Convert the files with ClickHouse in this process; free-form parts stay the text they are."""
    import chdb

    def fields(names: Iterable[str]) -> str:
        return ", ".join(f"{name} Nullable(String)" for name in names)

    context = (
        f"sessionIssuer Tuple({fields(ISSUER_FIELDS)}), attributes Tuple("
        f"{fields(ATTRIBUTE_FIELDS)}), sourceIdentity Nullable(String)"
    )
    texts = [name for name in TOP_FIELDS if name not in {*FLAGS, "resources"}]
    record = (
        f"{fields(texts)}, {', '.join(f'{name} Nullable(Bool)' for name in FLAGS)}, "
        f"resources Array(Tuple({fields(RESOURCE_FIELDS)})), "
        f"userIdentity Tuple({fields(IDENTITY_FIELDS)}, sessionContext Tuple({context})), "
        f"tlsDetails Tuple({fields(TLS_FIELDS)})"
    )
    identity, context = "record.userIdentity", "record.userIdentity.sessionContext"
    columns = [
        "parseDateTimeBestEffort(assumeNotNull(record.eventTime), 'UTC') as event_time",
        *(f"record.{name} as {name}" for name in TOP_FIELDS if name != "eventTime"),
        *(f"{identity}.{name} as identity_{name}" for name in IDENTITY_FIELDS),
        *(f"{context}.sessionIssuer.{name} as issuer_{name}" for name in ISSUER_FIELDS),
        *(f"{context}.attributes.{name} as {name}" for name in ATTRIBUTE_FIELDS),
        f"{context}.sourceIdentity as source_identity",
        *(f"record.tlsDetails.{name} as {name}" for name in TLS_FIELDS),
    ]
    chdb.query(
        f"""
        insert into function file('{target}/{{_partition_id}}.parquet', 'Parquet')
        partition by toDate(event_time)
        select {", ".join(columns)}
        from (
            select arrayJoin(Records) as record
            from file('{source}/**/*.json.gz', 'JSONEachRow', 'Records Array(Tuple({record}))')
        )
        order by event_time
        settings
            max_threads = {PROCESSES},
            input_format_json_read_objects_as_strings = 1,
            input_format_json_ignore_unknown_keys_in_named_tuple = 1,
            input_format_skip_unknown_fields = 1,
            output_format_parquet_compression_method = 'zstd',
            output_format_compression_level = 1,
            output_format_parquet_row_group_size = {ROW_GROUP_ROWS}
        """
    )


# ── orjson and pyarrow ───────────────────────────────────────────────────────────────────────


def run_orjson(source: Path, target: Path) -> None:
    """Decode the files into dictionaries, in two processes, and write them with pyarrow."""
    files = sorted(source.rglob("*.json.gz"))
    half = -(-len(files) // PROCESSES)
    with ProcessPoolExecutor(PROCESSES) as processes:
        halves = [files[start : start + half] for start in range(0, len(files), half)]
        list(processes.map(_write_dicts, halves, itertools.repeat(target)))


def _write_dicts(files: list[Path], target: Path) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.dataset as ds

    text = pa.string()
    kinds = dict.fromkeys(FLAGS, pa.bool_())
    kinds["resources"] = pa.list_(pa.struct([(name, text) for name in RESOURCE_FIELDS]))
    rows = itertools.chain.from_iterable(map(_rows_in, files))
    while batch := list(itertools.islice(rows, BATCH_EVENTS)):
        schema = pa.schema([(name, kinds.get(name, text)) for name in batch[0]])
        table = pa.Table.from_pylist(batch, schema)
        times = table.column("eventTime").cast(pa.timestamp("us", "UTC"))
        table = table.set_column(table.schema.get_field_index("eventTime"), "eventTime", times)
        table = table.sort_by("eventTime").append_column("day", pc.strftime(times, "%Y-%m-%d"))
        ds.write_dataset(
            table,
            target,
            format="parquet",
            partitioning=["day"],
            basename_template=f"{files[0].name}-{id(batch)}-{{i}}.parquet",
            existing_data_behavior="overwrite_or_ignore",
            file_options=ds.ParquetFileFormat().make_write_options(
                compression="zstd", compression_level=1
            ),
            max_rows_per_group=ROW_GROUP_ROWS,
            use_threads=False,
        )


def _rows_in(file: Path) -> Iterator[dict[str, Any]]:
    import orjson

    for record in orjson.loads(_unpacked(file))["Records"]:
        identity = record.get("userIdentity") or {}
        context = identity.get("sessionContext") or {}
        row = {name: record.get(name) for name in TOP_FIELDS}
        for name in FREE_FORM:
            if row[name] is not None:
                row[name] = orjson.dumps(row[name]).decode()
        row |= _prefixed("identity", identity, IDENTITY_FIELDS)
        row |= _prefixed("issuer", context.get("sessionIssuer") or {}, ISSUER_FIELDS)
        row |= _prefixed("context", context.get("attributes") or {}, ATTRIBUTE_FIELDS)
        row |= _prefixed("context", context, ("sourceIdentity",))
        row |= _prefixed("tls", record.get("tlsDetails") or {}, TLS_FIELDS)
        yield row


def _unpacked(file: Path) -> bytes:
    from isal import isal_zlib

    return isal_zlib.decompress(file.read_bytes(), wbits=GZIP)


def _prefixed(prefix: str, fields: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {f"{prefix}_{name}": fields.get(name) for name in names}


# ── polars ───────────────────────────────────────────────────────────────────────────────────


def run_polars(source: Path, target: Path) -> None:
    """Read the files as JSON lines of one struct each, some at a time, and write with polars."""
    import polars as pl

    def struct(names: Iterable[str], **others: object) -> object:
        return pl.Struct(dict.fromkeys(names, pl.String) | others)

    context = struct(
        ["sourceIdentity"],
        sessionIssuer=struct(ISSUER_FIELDS),
        attributes=struct(ATTRIBUTE_FIELDS),
    )
    record = struct(
        [name for name in TOP_FIELDS if name not in {*FLAGS, *FREE_FORM, "resources"}],
        **dict.fromkeys(FLAGS, pl.Boolean),
        **dict.fromkeys(FREE_FORM, pl.String),
        resources=pl.List(struct(RESOURCE_FIELDS)),
        userIdentity=struct(IDENTITY_FIELDS, sessionContext=context),
        tlsDetails=struct(TLS_FIELDS),
    )
    files = sorted(source.rglob("*.json.gz"))
    for _, group in itertools.groupby(_with_totals(files), lambda pair: pair[1] // POLARS_BYTES):
        chosen = [file for file, _ in group]
        text = b"\n".join(map(_unpacked, chosen))
        rows = pl.read_ndjson(text, schema={"Records": pl.List(record)}).explode("Records")
        _write_frame(rows.unnest("Records"), target)


def _with_totals(files: list[Path]) -> Iterator[tuple[Path, int]]:
    """Yield each file with the bytes of all before it."""
    total = 0
    for file in files:
        yield file, total
        total += file.stat().st_size


def _write_frame(rows: "DataFrame", target: Path) -> None:
    import polars as pl

    rows = rows.rename({"userIdentity": "identity", "tlsDetails": "tls"})
    for name, prefix in (
        ("identity", "identity_"),
        ("tls", "tls_"),
        ("identity_sessionContext", "context_"),
        ("context_sessionIssuer", "issuer_"),
        ("context_attributes", "context_"),
    ):
        fields = pl.col(name).struct.field("*").name.prefix(prefix)
        rows = rows.with_columns(fields).drop(name)
    rows = rows.with_columns(
        pl.col("eventTime").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC")
    )
    rows = rows.sort("eventTime").with_columns(day=pl.col("eventTime").dt.date())
    for (day,), part in rows.partition_by("day", as_dict=True).items():
        file = target / f"day={day}-{uuid.uuid4().hex}.parquet"
        part.write_parquet(
            file, compression="zstd", compression_level=1, row_group_size=ROW_GROUP_ROWS
        )


WAYS: Mapping[str, tuple[str, Callable[[Path, Path], None]]] = {
    "DuckDB": ("duckdb", run_duckdb),
    "chDB": ("chdb", run_chdb),
    "orjson + pyarrow": ("orjson", run_orjson),
    "polars": ("polars", run_polars),
}
"""The ways by name: the package that each needs, and what it does from a folder to a folder."""
