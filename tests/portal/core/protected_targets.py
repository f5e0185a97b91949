"""The rows of targets and plans that are written once, and a change that nobody may make to them."""

from datetime import date

from review.targets.enums import ProgressState, SourceKind
from review.targets.models import Measurement, ProgressEntry
from tests.factories import ItemVersionFactory, make_official, wuxi


def _measurement():
    return Measurement.objects.create(
        item=ItemVersionFactory().item,
        year=2026,
        value=3,
        measured_on=date(2026, 3, 2),
        source_kind=SourceKind.WEB,
        source="网页",
        entered_by=make_official("city_officer", wuxi()),
    )


def _progress_entry():
    return ProgressEntry.objects.create(
        document=ItemVersionFactory().item.document,
        rule="bh2024-s-hub",
        state=ProgressState.UNDER_WAY,
        note="推进",
        on=date(2026, 3, 2),
        entered_by=make_official("city_officer", wuxi()),
    )


TARGET_ROWS = {
    "targets.measurement": (_measurement, {"value": 9}),
    "targets.progressentry": (_progress_entry, {"note": "改写"}),
}
