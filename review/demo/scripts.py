"""Which demo claims there are: who claims what, and how far each has come."""

from dataclasses import dataclass, field
from typing import Any

from applications.claims.enums import ClaimStatus
from policies.facts.identifiers import cn_patent_check

S = ClaimStatus


# What stands for the name of who claims; `with_own_name` puts the name there.
OWN_NAME = "本申报人"


def with_own_name(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Lines whose first holder is this applicant."""
    return [{key: name if value == OWN_NAME else value for key, value in row.items()} for row in rows]


def patent_no(serial: int, *, kind: int = 1, year: int = 2019) -> str:
    """A valid application number for the n-th made-up patent."""
    body = f"{year}{kind}{serial:07d}"
    return f"{body}.{cn_patent_check(body)}"


def inventions(first: int, *fees: str) -> list[dict[str, Any]]:
    """Lines of granted inventions, one for each sum of fees."""
    return [
        {
            "patent_no": patent_no(first + n),
            "patent_kind": "invention",
            "publication_no": f"CN{108000000 + first + n}B",
            "granted_on": f"2026-0{n % 6 + 1}-1{n % 9}",
            "holders": OWN_NAME,
            "fees": sum_of_fees,
        }
        for n, sum_of_fees in enumerate(fees)
    ]


def designs(first: int, *fees: str) -> list[dict[str, Any]]:
    """Lines of granted designs."""
    return [
        {
            "patent_no": patent_no(first + n, kind=3, year=2025),
            "patent_kind": "design",
            "granted_on": f"2026-0{n % 6 + 1}-2{n % 8}",
            "holders": OWN_NAME,
            "fees": sum_of_fees,
        }
        for n, sum_of_fees in enumerate(fees)
    ]


def annual_fee(serial: int, fee_year: int, fees: str) -> dict[str, Any]:
    """A line of an annual fee."""
    return {"patent_no": patent_no(serial, year=2018), "fee_year": fee_year, "paid_on": "2026-03-18", "fees": fees}


def pct_grant(serial: int, country: str, fees: str) -> dict[str, Any]:
    """A line of a foreign grant by the PCT route."""
    return {
        "pct_no": f"PCT/CN2022/{serial:06d}",
        "country": country,
        "foreign_no": f"US{11000000 + serial}B2",
        "granted_on": "2026-02-17",
        "holders": OWN_NAME,
        "route_of_filing": "pct",
        "fees": fees,
    }


def madrid(serial: int, name: str, fees: str) -> dict[str, Any]:
    """A line of a Madrid registration."""
    return {
        "madrid_no": str(1700000 + serial),
        "trademark_name": name,
        "registered_on": "2026-04-09",
        "countries": "6",
        "fees": fees,
    }


def loan(serial: int, principal: str, *interest: str) -> dict[str, Any]:
    """A line of a pledge loan with quarterly interest."""
    days = ("2025-06-21", "2025-09-21", "2025-12-21", "2026-03-20")
    return {
        "contract_no": f"锡银质借字2025第{serial:04d}号",
        "pledge_no": f"Y2025320000{serial:04d}",
        "pledged_on": "2025-03-10",
        "pledge_rights": patent_no(serial + 5000),
        "lender": "示范银行无锡分行",
        "principal": principal,
        "rate": "3.45%",
        "drawn_on": "2025-03-20",
        "due_on": "2026-03-20",
        "repaid_on": "2026-03-20",
        "interest_payments": [{"paid_on": day, "amount": amount} for day, amount in zip(days, interest, strict=False)],
    }


def insurance(serial: int, premium: str) -> dict[str, Any]:
    """A line of an insurance policy."""
    return {
        "policy_no": f"PIPR2026320200{serial:05d}",
        "insurer": "示范财产保险无锡分公司",
        "insurance_product": "overseas",
        "insured": "出口产品海外知识产权侵权责任",
        "signed_on": "2026-01-15",
        "premium": premium,
    }


def standard(serial: int, *, evaluation: str | None = None) -> dict[str, Any]:
    """A line of a management-standard certificate."""
    facts = {
        "certificate_no": f"165IP26{serial:04d}R0M",
        "certificate_standard": "gb29490_2023",
        "certificate_body": "示范认证有限公司",
        "certified_on": "2026-03-02",
        "valid_to": "2029-03-01",
    }
    return facts | ({"evaluation": evaluation} if evaluation else {})


def title(name: str) -> dict[str, Any]:
    """A line of a title that was awarded."""
    return {"title_name": name, "awarded_on": "2026-04-20", "title_document": "国知发运函字〔2026〕31号"}


def project(name: str, requested: str) -> dict[str, Any]:
    """A line of a project whose sum people decide."""
    return {"project_name": name, "approved_on": "2026-04-08", "requested": requested}


@dataclass(frozen=True)
class Script:
    """One demo claim: applicant (its place in the list of people), item, lines, status to reach.

    `lowered` is what the first line is cut to; `proposed` what officers propose where the document names no sum.
    """

    applicant: int
    item: str
    target: ClaimStatus
    lines: list[dict[str, Any]] = field(default_factory=list)
    lowered: str = ""
    proposed: str = ""


SCRIPTS = (
    # Decided weeks ago.
    Script(0, "wx2020-01-inv", S.PAID, inventions(100, "6200.00", "4999.99", "8030.00")),
    Script(1, "wx2020-05-loan", S.PAID, [loan(11, "5000000.00", "44083.33", "44083.33", "43604.17", "42645.83")]),
    Script(2, "wx2020-06-ins", S.PAID, [insurance(21, "86000.00")]),
    Script(3, "wx2020-01-pct", S.PAID, [pct_grant(31, "美国", "63800.50")]),
    Script(28, "wx2020-01-inv", S.PAID, inventions(130, "5600.00")),
    Script(0, "wx2020-04-gb", S.APPROVED, [standard(41)]),
    Script(4, "wx2020-01-design", S.APPROVED, designs(140, "900.00", "420.50")),
    Script(5, "wx2020-01-inv", S.APPROVED, inventions(150, "7000.00", "7100.00"), lowered="4000.00"),
    Script(11, "wx2020-01-madrid", S.APPROVED, [madrid(61, "东亭 DONGTING", "12800.00")]),
    Script(20, "wx2020-01-pct", S.APPROVED, [pct_grant(71, "美国", "48000.00"), pct_grant(72, "美国", "52300.00")]),
    Script(7, "wx2020-04-excel", S.APPROVED, [standard(81, evaluation="excellent")]),
    Script(6, "wx2020-05-loan", S.REJECTED, [loan(82, "3000000.00", "26450.00")]),
    Script(12, "wx2020-01-inv", S.REJECTED, inventions(190, "3000.00")),
    Script(13, "wx2020-06-ins", S.NOT_ACCEPTED, [insurance(91, "12000.00")]),
    # On the public list now.
    Script(8, "wx2020-01-inv", S.PUBLICITY, inventions(200, *["5800.00"] * 6)),
    Script(
        15, "wx2020-05-loan", S.PUBLICITY, [loan(101, "8000000.00", "70533.33", "70533.33", "69766.67", "68233.33")]
    ),
    Script(22, "wx2020-01-inv", S.PUBLICITY, inventions(220, "4700.00", "5200.00")),
    Script(29, "wx2020-01-design", S.PUBLICITY, designs(230, "460.00")),
    Script(10, "wx2020-01-madrid", S.OBJECTION, [madrid(102, "河埒 HELIE", "9600.00")]),
    Script(24, "wx2020-06-ins", S.AWAITING_PUBLICITY, [insurance(103, "45000.00")]),
    Script(25, "wx2020-01-inv", S.AWAITING_PUBLICITY, inventions(240, "6000.00")),
    # In the officers' queues.
    Script(0, "wx2020-01-design", S.FINAL_DECISION, designs(250, "800.00", "650.00")),
    Script(16, "wx2020-04-gb", S.FINAL_DECISION, [standard(111)]),
    Script(2, "wx2020-01-inv", S.CITY_REVIEW, inventions(260, "5100.00", "6900.00")),
    Script(1, "wx2020-01-maint", S.CITY_REVIEW, [annual_fee(270, 7, "2000.00"), annual_fee(271, 8, "2000.00")]),
    Script(12, "wx2020-05-loan", S.CITY_REVIEW, [loan(121, "2000000.00", "17633.33", "17633.33")]),
    Script(3, "wx2020-06-ins", S.DISTRICT_CONFIRMATION, [insurance(131, "30000.00")]),
    Script(13, "wx2020-01-inv", S.DISTRICT_CONFIRMATION, inventions(280, "4400.00")),
    Script(0, "wx2020-05-loan", S.DISTRICT_REVIEW, [loan(141, "4000000.00", "35266.67", "35266.67", "34883.33")]),
    Script(4, "wx2020-01-inv", S.DISTRICT_REVIEW, inventions(290, "6100.00", "5000.00", "2350.80")),
    Script(9, "wx2020-06-ins", S.DISTRICT_REVIEW, [insurance(142, "18000.00")]),
    Script(28, "wx2020-01-design", S.DISTRICT_REVIEW, designs(300, "900.00")),
    Script(14, "wx2020-01-madrid", S.DISTRICT_REVIEW, [madrid(151, "鹅湖 EHU", "15200.00")]),
    Script(5, "wx2020-01-pct", S.SUBMITTED, [pct_grant(161, "日本", "38800.00")]),
    Script(6, "wx2020-01-inv", S.SUBMITTED, inventions(310, "5400.00", "5500.00")),
    Script(11, "wx2020-01-inv", S.SUBMITTED, inventions(320, "6500.00")),
    # With the applicants.
    Script(0, "wx2020-01-pct", S.CORRECTION, [pct_grant(171, "德国", "61200.00")]),
    Script(1, "wx2020-01-inv", S.CORRECTION, inventions(330, "5900.00")),
    Script(0, "wx2020-06-ins", S.WITHDRAWN, [insurance(181, "20000.00")]),
    Script(0, "wx2020-01-inv", S.DRAFT, inventions(340, "5300.00", "7200.00")),
    Script(2, "wx2020-05-loan", S.DRAFT, [loan(191, "6000000.00", "52900.00")]),
    # Titles, sums that a meeting sets, and what the district decides.
    Script(5, "wx2020-14-natl", S.RECOGNISED, [title("国家知识产权示范企业")]),
    Script(1, "wx2020-14-natl", S.PUBLICITY, [title("国家知识产权优势企业")]),
    Script(2, "wx2020-16-event", S.PUBLICITY, [project("太湖知识产权国际论坛", "300000.00")], proposed="200000.00"),
    Script(0, "wx2020-16-event", S.FINAL_DECISION, [project("长三角设计博览会", "500000.00")], proposed="260000.00"),
    Script(1, "wx2020-14-natl", S.FINAL_DECISION, [title("国家知识产权示范企业")]),
    Script(0, "bh2024-s-projects", S.FINAL_DECISION, [project("商标品牌培育项目", "120000.00")], proposed="80000.00"),
    Script(1, "bh2024-s-train", S.DISTRICT_REVIEW, [project("知识产权实务人才培训", "60000.00")]),
)
# Projects of last year that experts judge.
PANEL_SCRIPTS = tuple(
    Script(
        applicant,
        "wx2020-03-hvcenter",
        S.FINAL_DECISION,
        [{"project_name": name, "approved_on": "2025-04-08", "requested": "600000.00"}],
        proposed="500000.00",
    )
    for applicant, name in (
        (0, "智能装备高价值专利培育中心"),
        (1, "功率半导体高价值专利培育中心"),
        (6, "精密铸造高价值专利培育中心"),
        (10, "船舶推进高价值专利培育中心"),
        (12, "纺机数控高价值专利培育中心"),
        (20, "射频芯片高价值专利培育中心"),
    )
)
