"""AppStream's daily usage reports: who streamed, by the day of the end, and what was opened."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from random import Random

from tests.estate.accounts import HOME, MAIN, REPORT_BUCKET
from tests.estate.administration import INSTANCE_TYPE
from tests.estate.clock import DAY, iso_with_milliseconds, midnight, moment_of
from tests.estate.instances import Instance, StreamingSession
from tests.estate.options import EstateOptions
from tests.estate.people import SAML

SESSION_COLUMNS = (
    "user_session_id",
    "aws_account_id",
    "region",
    "session_start_time",
    "session_end_time",
    "session_duration_in_seconds",
    "user_id",
    "user_arn",
    "authentication_type",
    "authentication_type_user_id",
    "fleet_name",
    "stack_name",
    "instance_type",
    "eni_private_ip_address",
    "connected_at_least_once",
    "client_ip_addresses",
    "google_drive_enabled",
    "one_drive_enabled",
    "home_folders_storage_location",
    "user_settings_clipboard_copy_from_local_device",
    "user_settings_clipboard_copy_to_local_device",
    "user_settings_file_upload",
    "user_settings_file_download",
    "user_settings_printing_to_local_device",
    "application_settings_enabled",
    "domain_joined",
    "max_session_duration",
    "session_type",
    "stream_view",
    "streaming_experience_settings_protocol",
    "instance_id",
    "is_multisession",
)
APPLICATION_COLUMNS = ("user_session_id", "application_name", "schedule", "year", "month", "day")
APPLICATIONS = ("Notepad", "Firefox", "Excel", "AutoCAD")

Sitting = tuple[Instance, StreamingSession]


def write_reports(instances: Iterable[Instance], options: EstateOptions, folder: Path) -> None:
    """Write a sessions report for each day that is not missing, and one applications report."""
    random = Random(f"{options.seed}/reports")
    start = midnight(options.first_day)
    days: dict[int, list[Sitting]] = {day: [] for day in range(options.days)}
    for instance in instances:
        for one in instance.streaming_sessions:
            day = (one.ended_at - start) // DAY
            if day in days:
                days[day].append((instance, one))
    for day, sittings in days.items():
        sittings.sort(key=lambda sitting: (sitting[1].ended_at, sitting[1].streaming_session_id))
        rows = [_session_row(sitting, options, random) for sitting in sittings]
        if day not in options.missing_report_days:
            _write(folder, start + day * DAY, "sessions", (SESSION_COLUMNS, rows))
    opened = [_application_row(one, start, random) for _, one in days[0]]
    _write(folder, start, "applications", (APPLICATION_COLUMNS, opened))


def _session_row(sitting: Sitting, options: EstateOptions, random: Random) -> list[str]:
    instance, one = sitting
    fleet = instance.fleet
    if fleet is None:
        raise TypeError(instance)
    skew = random.randint(-options.clock_skew_seconds, options.clock_skew_seconds)
    person = one.person
    cells = {
        "user_session_id": one.streaming_session_id,
        "aws_account_id": MAIN,
        "region": HOME,
        "session_start_time": iso_with_milliseconds(one.started_at + skew),
        "session_end_time": iso_with_milliseconds(one.ended_at + skew),
        "session_duration_in_seconds": str(one.ended_at - one.started_at),
        "user_id": person.user_id,
        "user_arn": person.user_arn,
        "authentication_type": person.authentication_type,
        "authentication_type_user_id": f"{person.user_id}{person.authentication_type}",
        "fleet_name": fleet.name,
        "stack_name": fleet.stack_name,
        "instance_type": INSTANCE_TYPE,
        "eni_private_ip_address": instance.address,
        "connected_at_least_once": "true",
        "google_drive_enabled": "false",
        "one_drive_enabled": "false",
        "client_ip_addresses": one.client_address,
        "home_folders_storage_location": f"s3://appstream2-36fb080bb8-{HOME}-{MAIN}",
        "application_settings_enabled": "true",
        "domain_joined": "Y" if person.authentication_type == SAML else "N",
        "max_session_duration": "57600",
        "session_type": "ALWAYS_ON",
        "stream_view": "APPLICATION",
        "streaming_experience_settings_protocol": "TCP",
        "instance_id": instance.instance_id,
        "is_multisession": "true" if instance.is_shared else "false",
    }
    # The columns that are left are the user's settings.
    return [cells.get(column, "ENABLED") for column in SESSION_COLUMNS]


def _application_row(one: StreamingSession, day: int, random: Random) -> list[str]:
    moment = moment_of(day)
    opened = random.choice(APPLICATIONS)
    return [
        one.streaming_session_id,
        opened,
        "DAILY",
        f"{moment:%Y}",
        f"{moment:%m}",
        f"{moment:%d}",
    ]


def _write(
    folder: Path, day: int, kind: str, table: tuple[tuple[str, ...], list[list[str]]]
) -> None:
    columns, rows = table
    moment = moment_of(day)
    name = {"sessions": "daily-session-report", "applications": "daily-app-report"}[kind]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    path = (
        folder
        / f"usage-reports/{REPORT_BUCKET}/{kind}/schedule=DAILY"
        / f"year={moment:%Y}/month={moment:%m}/day={moment:%d}/{name}-{moment:%Y-%m-%d}.csv"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")
