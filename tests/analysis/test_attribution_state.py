from datetime import UTC, date, datetime
from pathlib import Path

from analysis.attribution import attribute
from analysis.attribution_state import attribution_state
from ingest import ingest
from lake import open_lake
from tests.conftest import SAMPLE_LOGS

FIRST, SECOND = sorted((SAMPLE_LOGS / "trail" / "AWSLogs").iterdir())


def test_days_are_outstanding_until_they_are_attributed_and_again_after_news(
    tmp_path: Path,
) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    assert attribution_state(lake).days == 0

    ingest(lake, [SECOND], processes=1)
    fresh = attribution_state(lake)
    assert fresh.outstanding_days == (date(2026, 9, 14), date(2026, 9, 15), date(2026, 9, 16))
    assert (fresh.days, fresh.published_at) == (3, None)

    started = datetime.now(UTC)
    attribute(lake)
    done = attribution_state(lake)
    assert (done.days, done.outstanding_days) == (3, ())
    assert done.published_at is not None
    assert started <= done.published_at <= datetime.now(UTC)

    ingest(lake, [FIRST], processes=1)
    news = attribution_state(lake)
    assert news.published_at == done.published_at
    assert set(news.outstanding_days) >= set(fresh.outstanding_days)
    assert news.days == len(news.outstanding_days)
