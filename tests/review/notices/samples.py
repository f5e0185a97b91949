"""Snapshots for tests and measurements: a common notice, and the awkward ones."""

from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

RARE = "㐂䶮𠮷"

_COMMON: dict[str, Any] = {
    "layout": 1,
    "number": "无锡知资〔2026〕1号",
    "issuer": "无锡市知识产权局",
    "issued_on": "2026-11-21",
    "party": {
        "name": "无锡示例智能科技有限公司",
        "id_label": "统一社会信用代码",
        "id": "91320211MA1N000013",
        "is_person": False,
    },
    "claim": {"number": "WX2026000123", "item": "发明专利授权资助", "submitted_on": "2026-09-01"},
    "basis": [
        {
            "number": "锡政办发〔2020〕11号",
            "title": "关于推进知识产权运营服务体系建设的若干政策意见",
            "article": "第一条第（一）项",
        }
    ],
    "minutes": {"number": "锡知专资会〔2026〕9号", "held_on": "2026-10-28"},
    "publicity": {"starts_on": "2026-11-02", "ends_on": "2026-11-06"},
    "reduction": None,
    "recognised": "",
    "subjects": [],
    "decision_no": "",
    "stages": [],
    "files": [],
    "due_on": None,
    "previous": None,
    "clause": "",
    "grant_number": "",
    "demand": None,
    "transfer": None,
    "wording": {},
    "template": None,
    "line_changes": [],
    "payer_changes": [],
    "remedies": {"reconsideration": "无锡市人民政府", "court": "有管辖权的人民法院"},
    "contact": {"office": "无锡市知识产权局", "phone": "0510-12345678", "address": ""},
    "verification": {
        "code": "7KQM9X4TWB2HFN6RJ3PD",
        "url": "https://fund.example.gov.cn/v/7KQM9X4TWB2HFN6RJ3PD",
    },
}


def grant(*, lines: int = 3, split: bool = True, **changes: Any) -> dict[str, Any]:
    """A grant of so many lines of 4,999.99 yuan, split 60 to 40 unless told otherwise."""
    total = Decimal("4999.99") * lines
    city = (total * Decimal("0.6")).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
    shares = {"city": str(city), "district": str(total - city), "basis": "锡政办发〔2020〕11号第一条", "others": []}
    return deepcopy(_COMMON) | {
        "kind": "grant",
        "lines": [
            {
                "right": f"ZL20171060{number:04d}.3",
                "key_date": (date(2026, 1, 5) + timedelta(days=number)).isoformat(),
                "standard": "每件最高5,000.00元",
                "approved": "4999.99",
                "explanation": "不超过实际费用4,999.99元",
            }
            for number in range(1, lines + 1)
        ],
        "total": str(total),
        "shares": shares if split else None,
        "reasons": [],
        **changes,
    }


def refusal(**changes: Any) -> dict[str, Any]:
    """A refusal with two reasons."""
    return deepcopy(_COMMON) | {
        "kind": "refusal",
        "number": "无锡知不支〔2026〕1号",
        "publicity": None,
        "lines": [],
        "total": None,
        "shares": None,
        "reasons": [
            {"text": "专利201710601862.3的授权公告日为2019年12月31日，不在本次申报的期间内。", "basis": "第一条"},
            {"text": "专利201310699744.2授权时的第一专利权人不是申报单位。", "basis": ""},
        ],
        **changes,
    }


def recognition(**changes: Any) -> dict[str, Any]:
    """A title for two projects, without money."""
    return deepcopy(_COMMON) | {
        "kind": "recognise",
        "number": "无锡知认〔2026〕1号",
        "lines": [],
        "total": None,
        "shares": None,
        "reasons": [],
        "recognised": "“创新之星”二星级",
        "subjects": ["智能传感器专利组合", "微流控芯片专利组合"],
        **changes,
    }
