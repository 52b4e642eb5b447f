"""How a table of the lake is declared: columns with a type and a sentence, nothing else."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import DayTransform
from pyiceberg.types import (
    BooleanType,
    DoubleType,
    IcebergType,
    ListType,
    LongType,
    NestedField,
    StringType,
    StructType,
    TimestamptzType,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT = "text"
JSON = "json"
FLAG = "flag"
COUNT = "count"
SECONDS = "seconds"
TIME = "time"
TEXTS = "texts"
RESOURCES = "resources"

RESOURCE_FIELDS = ("account_id", "type", "arn", "arn_prefix")
PARTITION_FIELD_ID = 1000


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its kind (one of the constants above) and what it says."""

    name: str
    kind: str
    comment: str


@dataclass(frozen=True, slots=True)
class Table:
    """One Iceberg table: its columns in order, and the time column whose UTC day partitions it.

    New columns are added at the end: Iceberg numbers fields in order, and readers go by number.
    """

    name: str
    comment: str
    columns: tuple[Column, ...]
    day_partition: str | None = None
    bloom_filters: tuple[str, ...] = ()
    sort_by: tuple[str, ...] = ()
    near_unique: tuple[str, ...] = ()

    def schema(self) -> Schema:
        """Return the Iceberg schema, with fresh field ids in column order."""
        nested_ids = iter(range(len(self.columns) + 1, 10 * len(self.columns) + 10))

        def iceberg_type(kind: str) -> IcebergType:
            simple: Mapping[str, IcebergType] = {
                TEXT: StringType(),
                JSON: StringType(),
                FLAG: BooleanType(),
                COUNT: LongType(),
                SECONDS: DoubleType(),
                TIME: TimestamptzType(),
            }
            if kind in simple:
                return simple[kind]
            # Arrow writes list elements as optional; a required element would be refused.
            element: IcebergType = StringType()
            element_id = next(nested_ids)
            if kind == RESOURCES:
                element = StructType(
                    *(
                        NestedField(next(nested_ids), name, StringType(), required=False)
                        for name in RESOURCE_FIELDS
                    )
                )
            return ListType(element_id, element, element_required=False)

        return Schema(
            *(
                NestedField(
                    number,
                    column.name,
                    iceberg_type(column.kind),
                    required=False,
                    doc=column.comment,
                )
                for number, column in enumerate(self.columns, start=1)
            )
        )

    def partition_spec(self) -> PartitionSpec:
        """Return the partition spec: the UTC day of `day_partition`, or none."""
        if self.day_partition is None:
            return PartitionSpec()
        source_id = self.schema().find_field(self.day_partition).field_id
        return PartitionSpec(
            PartitionField(
                source_id, PARTITION_FIELD_ID, DayTransform(), f"{self.day_partition}_day"
            )
        )

    def properties(self) -> dict[str, str]:
        """Return the table properties that roletrail relies on.

        Retries are off because a retried append would skip the check for duplicates that the
        commit is based on; metrics are kept only where planning uses them, so that metadata
        stays small. Each commit adds a manifest, and each connection reads them all: merging them
        by the twenty keeps both from growing until the next compaction.
        """
        metrics = {
            f"write.metadata.metrics.column.{name}": "full"
            for name in {self.day_partition, *self.sort_by} - {None}
        }
        return {
            "format-version": "2",
            "comment": self.comment,
            "commit.retry.num-retries": "0",
            "commit.manifest-merge.enabled": "true",
            "commit.manifest.min-count-to-merge": "20",
            "write.metadata.metrics.default": "counts",
            "write.metadata.delete-after-commit.enabled": "true",
            "write.metadata.previous-versions-max": "20",
            "write.parquet.compression-codec": "zstd",
            "write.parquet.compression-level": "1",
            **metrics,
        }
