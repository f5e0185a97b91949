"""Made-up measured values and progress, so that the dashboards show met, missed, open and unmeasured targets."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from portal.accounts.models import User
from portal.core.actor import ActorContext
from review.targets.enums import ProgressState, SourceKind
from review.targets.models import Measurement
from review.targets.selectors import find_aim
from review.targets.services import Reading, Report, correct_measurement, record_measurement, report_progress

_NAMESPACE = uuid.UUID("a3e1f7a4-8a0b-4a55-9a0e-5f0c3a3b7d21")
_SOURCE = "（演示数据，非真实统计）"


@dataclass(frozen=True)
class Value:
    """One made-up value: who enters it, for which target, as of when, from where."""

    login: str
    code: str
    value: str
    on: str
    source: str
    kind: SourceKind = SourceKind.STATISTICS


_SUZHOU = "suzhou-shiji"
VALUES = (
    Value(_SUZHOU, "sz2021-t-21-hvnew", "4386", "2021-12-31", "知识产权年度统计"),
    Value(_SUZHOU, "sz2021-t-21-copyright", "103520", "2021-12-31", "版权登记年报"),
    Value(_SUZHOU, "sz2021-t-21-per10k", "23.5", "2021-12-31", "知识产权年度统计"),
    Value(_SUZHOU, "sz2021-t-21-pool", "4870", "2021-12-31", "强企培育库名单", SourceKind.DOCUMENT),
    Value(_SUZHOU, "sz2021-t-21-pledge", "3680000000", "2021-12-31", "质押融资统计月报"),
    Value(_SUZHOU, "sz2021-t-21-abs", "1", "2021-12-31", "证券化产品发行公告", SourceKind.WEB),
    Value(_SUZHOU, "sz2021-t-21-agencies", "1000", "2021-12-31", "服务机构名录", SourceKind.DOCUMENT),
    Value(_SUZHOU, "sz2021-t-21-cases", "1126", "2021-12-31", "执法统计年报"),
    Value(_SUZHOU, "sz2021-t-21-branches", "2", "2021-12-31", "保护分中心批复", SourceKind.DOCUMENT),
    Value(_SUZHOU, "sz2021-t-22-hvnew", "4910", "2022-12-31", "知识产权年度统计"),
    Value(_SUZHOU, "sz2021-t-22-copyright", "108800", "2022-12-31", "版权登记年报"),
    Value(_SUZHOU, "sz2021-t-22-per10k", "27.1", "2022-12-31", "知识产权年度统计"),
    Value(_SUZHOU, "sz2021-t-22-dense", "231", "2022-12-31", "密集型企业名单", SourceKind.DOCUMENT),
    Value(_SUZHOU, "sz2021-t-22-pledgefirms", "268", "2022-12-31", "质押融资统计月报"),
    Value(_SUZHOU, "sz2021-t-22-cases", "1098", "2022-12-31", "执法统计年报"),
    Value(_SUZHOU, "sz2021-t-23-per10k", "29.4", "2023-12-31", "知识产权年度统计"),
    Value(_SUZHOU, "sz2021-t-23-hvstock", "39250", "2023-12-31", "知识产权年度统计"),
    Value(_SUZHOU, "sz2021-t-23-pledge", "5120000000", "2023-12-31", "质押融资统计月报"),
    Value(_SUZHOU, "sz2021-t-23-satis", "0.8712", "2023-12-31", "社会满意度调查", SourceKind.DOCUMENT),
    Value(_SUZHOU, "sz2021-11-t-growth", "960", "2023-12-31", "强企梯队名单", SourceKind.DOCUMENT),
    Value("fuhe", "bh2024-t-agency", "58", "2024-12-31", "集聚区入驻机构名单", SourceKind.DOCUMENT),
    Value("fuhe", "bh2024-t-agency", "87", "2025-12-31", "集聚区入驻机构名单", SourceKind.DOCUMENT),
    Value("fuhe", "bh2024-t-platform", "11", "2026-06-30", "服务平台备案清单", SourceKind.DOCUMENT),
    Value("zhengce", "bh2024-t-talent", "742", "2025-12-31", "人才统计年报"),
    Value("zhengce", "bh2024-t-area", "45000", "2025-12-31", "载体建设验收报告", SourceKind.DOCUMENT),
    Value("fuhe", "bh2024-t-nodes", "21", "2025-12-31", "信息公共服务网点名单", SourceKind.WEB),
    Value("zhengce", "bh2024-t-growth", "1.8", "2025-12-31", "服务业统计公报"),
    Value("sheng-zhengce", "fj8-t-bngdp", "31.2", "2023-12-31", "知识产权年度统计"),
    Value("sheng-zhengce", "fj8-t-hv10k", "9.6", "2023-12-31", "知识产权年度统计"),
    Value("sheng-zhengce", "fj8-t-gb", "0.9", "2023-12-31", "高企贯标备案名册", SourceKind.DOCUMENT),
    Value("sheng-zhengce", "fj8-t-aware", "0.75", "2023-12-31", "认知度调查", SourceKind.DOCUMENT),
    Value("sheng-zhengce", "fj8-t-pledge", "213000000", "2023-12-31", "质押融资统计月报"),
)
DONE, UNDER_WAY = ProgressState.DONE, ProgressState.UNDER_WAY
# Rule, year, state, note, source, day.
PROGRESS = (
    ("bh2024-r-phase1", None, DONE, "方案已印发，任务分解到各部门", "建设方案印发通知", "2024-04-10"),
    ("bh2024-r-phase2", None, DONE, "各项任务按年度推进，完成中期评估", "中期评估报告", "2026-06-25"),
    ("bh2024-r-resp", None, UNDER_WAY, "工作专班每季度召开一次会议", "", "2026-09-20"),
    ("bh2024-r-yearplan", 2024, DONE, "2024 年度工作方案已印发", "2024 年度工作方案", "2024-05-08"),
    ("bh2024-r-yearplan", 2025, DONE, "2025 年度工作方案已印发", "2025 年度工作方案", "2025-02-20"),
    ("bh2024-r-annualreport", 2024, DONE, "2024 年度发展报告已发布", "2024 年度发展报告", "2025-03-12"),
    ("bh2024-s-window", None, UNDER_WAY, "商标窗口已运行，专利窗口在筹备", "", "2026-05-30"),
    ("bh2024-s-hub", None, DONE, "中心服务平台上线运行", "平台验收报告", "2025-11-18"),
)


def load_targets(officials: Mapping[str, User], *, now: datetime) -> None:
    """Enter the made-up values and progress through the services; does nothing where there are values already."""
    if Measurement.objects.exists():
        return
    today = timezone.localdate(now)
    for value in VALUES:
        if date.fromisoformat(value.on) <= today:
            _enter(value, ActorContext(officials[value.login], now))
    for rule, year, state, note, source, on in PROGRESS:
        report = Report(year, state, f"{note}{_SOURCE}", source and f"{source}{_SOURCE}", date.fromisoformat(on))
        if report.on <= today:
            key = uuid.uuid5(_NAMESPACE, f"{rule} {year}")
            report_progress("bh2024", rule, report, seen=0, key=key, act=ActorContext(officials["fuhe"], now))
    _correct_one(ActorContext(officials[_SUZHOU], now))


def _enter(value: Value, act: ActorContext) -> None:
    aim = find_aim(value.code)
    if aim is None:
        return
    reading = Reading(
        year=aim.goal.years[-1],
        value=Decimal(value.value),
        wording="",
        measured_on=date.fromisoformat(value.on),
        source_kind=value.kind,
        source=f"{value.source}{_SOURCE}",
    )
    record_measurement(value.code, reading, key=uuid.uuid5(_NAMESPACE, f"{value.code} {value.on}"), act=act)


def _correct_one(act: ActorContext) -> None:
    """One value was entered from a preliminary report and is corrected from the final one."""
    row = Measurement.objects.filter(item__code="sz2021-t-22-hvnew").get()
    reading = Reading(
        2022, Decimal(4936), "", row.measured_on, SourceKind.STATISTICS, f"知识产权年度统计（终稿）{_SOURCE}"
    )
    key = uuid.uuid5(_NAMESPACE, "correction")
    correct_measurement(row.pk, reading, reason="初稿数据，按终稿更正", key=key, act=act)
