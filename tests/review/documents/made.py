"""Every kind of official document as its own code makes it, of stand-in rows: no database is asked."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace as Rows
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from applications.mandates.enums import Right
from portal.accounts.enums import RegionLevel
from portal.accounts.models import Region
from review.appropriations.enums import AppropriationState
from review.decisions.selectors.agenda import Agenda, AgendaRow
from review.decisions.selectors.minutes import Minutes
from review.documents.contents import agenda_paper, appropriation_document, minutes_paper, publicity_document
from review.documents.official import OfficialDocument
from review.panels.enums import TieRule
from review.panels.report import panel_report

DAY = date(2026, 11, 21)
OFFICE = Region(
    code="320200", name="无锡市", level=RegionLevel.CITY, bureau="无锡市知识产权局", contact="0510-12345678"
)
BASIS = "《推进知识产权运营服务体系建设创建国家知识产权强市的若干政策意见》（锡政办发〔2020〕11号）"
SUM = Decimal("4999.99")


class _Listed(list[Any]):
    """Rows that are asked for as a query set is."""

    def _same(self, *_: object, **__: object) -> "_Listed":
        return self

    all = filter = order_by = select_related = _same


def claim_of(number: int, name: str) -> Any:
    """What papers read of a claim."""
    return Rows(
        pk=number,
        number=f"SB2026-{number:07d}",
        item_id=1,
        item=Rows(title="发明专利授权资助"),
        applicant=Rows(name=name),
        region=Rows(name="滨湖区"),
    )


def _publicity(lines: int, name: str, reason: str) -> OfficialDocument:
    entries = [
        Rows(
            claim=claim_of(number, name),
            applicant_name=name,
            district_name="滨湖区",
            item_title="发明专利授权资助",
            count=1,
            title="",
            amount=SUM,
            has_left=False,
        )
        for number in range(1, lines + 1)
    ]
    listed: Any = Rows(
        entries=_Listed(entries),
        replaces=None,
        region=OFFICE,
        key="11111111-1111-4111-8111-111111111111",
        number="无锡知公示〔2026〕1号",
        title="2026年度无锡市知识产权专项资金拟资助名单",
        starts_on=DAY,
        ends_on=date(2026, 11, 27),
        workdays=5,
        contact=reason.rstrip("。"),
        withdrawn_reason="",
    )
    return publicity_document(listed)


def _appropriation(lines: int, name: str, reason: str) -> OfficialDocument:
    rows = [Rows(region=Rows(name=f"{name}第{number}区"), yuan=SUM, fen=499_999) for number in range(1, lines + 1)]
    given: Any = Rows(
        lines=_Listed(rows),
        region=OFFICE,
        line=Rows(year=2026, name="知识产权专项", function_code="2011499"),
        allocation=Rows(basis=reason.rstrip("。")),
        title="2026年度第一批知识产权专项资金",
        number="无锡知指〔2026〕1号",
        issued_at=None,
        drafted_at=None,
        state=AppropriationState.ISSUED,
    )
    return appropriation_document(given)


def _agenda(lines: int, name: str, reason: str) -> OfficialDocument:
    call: Any = Rows(title="2026年度知识产权专项资金申报通知", number="锡知〔2026〕15号", key="", when_short="stop")
    uses: Any = (Rows(label=reason.rstrip("。"), left=Decimal("1000000.00")),)
    rows = tuple(AgendaRow(claim_of(number, name), SUM, SUM) for number in range(1, lines + 1))
    return agenda_paper(Agenda(call, uses, rows), region=OFFICE, dated=DAY, number=3, signer="王建国")


def _minutes(lines: int, name: str, reason: str) -> OfficialDocument:
    supported: Any = [
        Rows(claim=claim_of(number, name), amount=SUM, title="", reason="", decision_no="")
        for number in range(1, lines + 1)
    ]
    supported[0].decision_no = reason.rstrip("。")
    refused: Any = [Rows(claim=claim_of(lines + 1, name), amount=None, title="", reason="不在申报期间", decision_no="")]
    return minutes_paper(Minutes("锡知专资会〔2026〕9号", DAY, OFFICE, supported, refused))


def _report(lines: int, name: str, reason: str) -> OfficialDocument:
    def seat(number: int) -> Any:
        user = Rows(name=f"专家{number}号")
        expert = Rows(user=user, employer="江南大学", title="教授", fields=["集成电路", "人工智能"])
        return Rows(pk=number, is_chair=number == 1, expert=expert, conflicts=_Listed())

    seats = _Listed(map(seat, (1, 2, 3)))
    criterion = Rows(name="技术先进性", most_text="100", weight_text="100%")
    scheme = Rows(
        criterion_rows=[criterion], places=5, needed=60, tie=next(iter(TieRule)), trimmed=0, title="综合评分办法"
    )
    panel: Any = Rows(scheme=scheme, region=OFFICE, seats=seats, title="2026年度高价值专利培育项目", opinion=reason)
    for one in seats:
        one.conflicts.count = lambda: 0
    scores: Any = [
        Rows(
            entry=Rows(claim=claim_of(at, name), rank=at, position=at, is_passed=at <= 5, score=Decimal("87.50")),
            exact={1: None, 2: None, 3: None},
            sheets={key: Rows(total=Decimal("87.50"), comment="方案可行。") for key in (1, 2, 3)},
            far=frozenset({2}),
        )
        for at in range(1, lines + 1)
    ]
    return panel_report(panel, scores, dated=DAY)


KINDS: dict[str, Callable[[int, str, str], OfficialDocument]] = {
    "公示": _publicity,
    "资金下达": _appropriation,
    "会议议题": _agenda,
    "会议纪要": _minutes,
    "专家评审报告": _report,
}


def mandate_of(name: str) -> Any:
    """What is printed of a mandate that an organisation of this name gives."""
    return Rows(
        number="WT2026-0000012",
        principal=Rows(name=name, is_individual=False, masked_identifier="91320211MA1N000013"),
        agency=Rows(name="无锡锡诚专利商标事务所有限公司", masked_identifier="91320211MA1N000021"),
        all_items=False,
        scope=_Listed([Rows(item=Rows(title=title)) for title in ("发明专利授权资助", "知识产权质押融资贴息")]),
        rights=list(Right),
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        asked_at=datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("Asia/Shanghai")),
        since=None,
    )


def made(kind: str, *, lines: int, name: str, reason: str) -> OfficialDocument:
    """A document of a kind that lists so many of this name, and says this reason where it has a place for one."""
    where = "review.documents.contents"
    with (
        patch(f"{where}._bases", lambda _: BASIS),
        patch(f"{where}.with_departures", lambda entries: entries),
        patch(f"{where}.with_names", lambda rows: rows),
        patch(f"{where}.timezone.localdate", lambda *_: DAY),
        patch("review.panels.report.selection_words", lambda _: []),
    ):
        return KINDS[kind](lines, name, reason)
