"""What the portal itself knows of a target: counts and sums over decided claims.

Only where the claims show the very thing that the target counts. They show no more than what was applied for and
granted here, so every such figure is a lower bound; each source says in words what is counted and what is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from django.db.models import Q, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from applications.claims.enums import ClaimStatus
from applications.claims.models import ClaimLine
from policies.published.enums import DocumentStatus
from policies.published.models import PolicyDocument
from review.targets.figures import figure_text
from review.targets.goals import Goal, deadline

# What was decided in the applicant's favour, whether or not there is money in it.
GRANTED = (ClaimStatus.APPROVED, ClaimStatus.PAID, ClaimStatus.RECOGNISED)


class Measure(Enum):
    """What is counted of the lines: different rights, different applicants, or a sum of a fact in yuan."""

    RIGHTS = "rights"
    APPLICANTS = "applicants"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Source:
    """A way to read a target from the claims of some items.

    `day` is the fact that dates a line; `within_year` counts the target's year alone, else all up to its end.
    `counted` and `missing` say in words what the figure holds and what it does not.
    """

    items: tuple[str, ...]
    measure: Measure
    day: str
    counted: str
    missing: str
    within_year: bool = False
    fact: str = ""


_SUPPORTED_ONLY = "没有申报、没有获得支持的不在内"

SOURCES: Mapping[str, Source] = {
    "bh2024-t-agency": Source(
        ("wx2020-11-settle",),
        Measure.APPLICANTS,
        "approved_on",
        "已批准“高端知识产权服务机构落户”的机构数，同一机构只计一次",
        "本地机构和没有申报落户支持的不在内",
    ),
    "bh2024-t-platform": Source(
        ("wx2020-09-platform",),
        Measure.RIGHTS,
        "approved_on",
        "已批准“特色产业知识产权运营服务平台”的项目数，同一平台只计一次",
        _SUPPORTED_ONLY,
    ),
    "sz2021-t-21-highend": Source(
        ("sz2021-24-highend",),
        Measure.APPLICANTS,
        "approved_on",
        "当年批准“高端服务机构落户支持”的机构数",
        _SUPPORTED_ONLY,
        within_year=True,
    ),
    "sz2021-t-22-pledgefirms": Source(
        ("sz2021-25-fee",),
        Measure.APPLICANTS,
        "approved_on",
        "当年获得质押融资评估、担保费补贴的企业数，同一企业只计一次",
        "融资了而没有申报补贴的企业不在内",
        within_year=True,
    ),
    "sz2021-25-t-firms": Source(
        ("sz2021-25-fee",),
        Measure.APPLICANTS,
        "approved_on",
        "获得质押融资评估、担保费补贴的企业累计数，同一企业只计一次",
        "融资了而没有申报补贴的企业不在内",
    ),
    "sz2021-20-warn": Source(
        ("sz2021-20-warnsup",),
        Measure.APPLICANTS,
        "approved_on",
        "当年获得海外知识产权预警服务支持的企业数",
        _SUPPORTED_ONLY,
        within_year=True,
    ),
    **{
        f"sz2021-11-t-{level}": Source(
            (f"sz2021-11-r-{level}",),
            Measure.APPLICANTS,
            "awarded_on",
            f"在平台上获得“知识产权{name}企业”称号的企业累计数",
            "没有通过平台认定的不在内",
        )
        for level, name in (("growth", "成长型"), ("adv", "优势型"), ("lead", "引领型"))
    },
    "fj8-t-pct": Source(
        ("fj8-1-pct", "wx2020-01-pct"),
        Measure.RIGHTS,
        "granted_on",
        "获得支持的 PCT 途径国外授权专利累计件数，同一件只计一次",
        _SUPPORTED_ONLY,
    ),
    "fj8-t-madrid": Source(
        ("wx2020-01-madrid", "sz2021-01-madrid"),
        Measure.RIGHTS,
        "registered_on",
        "获得支持的马德里国际注册商标累计件数，同一件只计一次",
        _SUPPORTED_ONLY,
    ),
    "fj8-t-natl": Source(
        ("fj8-3-adv", "fj8-3-demo"),
        Measure.APPLICANTS,
        "awarded_on",
        "在平台上登记国家优势、示范称号的企业累计数，同一企业只计一次",
        "没有通过平台申报的不在内",
    ),
    "fj8-t-pledge": Source(
        ("wx2020-05-loan",),
        Measure.SUM,
        "drawn_on",
        "当年放款并获得贴息的知识产权质押贷款本金合计",
        "没有申报贴息的贷款不在内",
        within_year=True,
        fact="principal",
    ),
}


@dataclass(frozen=True, slots=True)
class PlatformFigure:
    """What the portal counted of a target: at least so much, as of a day."""

    value: Decimal
    text: str
    counted_on: date
    counted: str
    missing: str

    @property
    def source(self) -> str:
        """The source as a measurement keeps it."""
        return f"{self.counted}；{self.missing}。按 {self.counted_on.isoformat()} 的申报数据统计。"


def platform_figure(goal: Goal, document: PolicyDocument, *, year: int, on: date) -> PlatformFigure | None:
    """What the claims say of a target for a year, as known on a day; None where they say nothing. One query.

    A document that names no area has no claims of its own people: nothing can be counted for it.
    """
    source = SOURCES.get(goal.measured_as)
    if source is None or document.region_id is None or document.status == DocumentStatus.DRAFT:
        return None
    first = date(year, 1, 1) if source.within_year else date.min
    last = min(on, deadline(year))
    value = _measured(_granted_lines(source, region=document.region_id, first=first, last=last), source)
    return PlatformFigure(value, figure_text(value, goal.unit), last, source.counted, source.missing)


def _granted_lines(source: Source, *, region: str, first: date, last: date) -> QuerySet[ClaimLine]:
    # As text: a day as JSON would have to be compared with JSON, which the databases do each in its own way.
    dated = Cast(KT(f"facts__{source.day}"), TextField())
    return (
        ClaimLine.objects.filter(
            Q(claim__region_id=region) | Q(claim__city_id=region),
            claim__item__code__in=source.items,
            claim__status__in=GRANTED,
        )
        .alias(dated=dated)
        .filter(dated__range=(first.isoformat(), last.isoformat()))
        .order_by()
    )


def _measured(lines: QuerySet[ClaimLine], source: Source) -> Decimal:
    if source.measure is Measure.SUM:
        # Added up here and not by the database: what SQLite adds is no longer exact.
        figures = lines.annotate(figure=KT(f"facts__{source.fact}")).values_list("figure", flat=True)
        return sum((Decimal(figure) for figure in figures.iterator() if figure), Decimal(0))
    if source.measure is Measure.APPLICANTS:
        return Decimal(lines.values("claim__applicant_id").distinct().count())
    return Decimal(lines.exclude(subject_key="").values("subject_key").distinct().count())
