"""Rows of objections filed online: rules that are written once, and filings of which the chain holds each state."""

from datetime import date

from review.decisions.models import PublicityList
from review.objections.models import EndRule, Filing
from tests.factories import ClaimFactory, make_official, wuxi

_DAY = date(2026, 3, 2)


def _rule():
    return EndRule.objects.create(region=wuxi(), approves=True, set_by=make_official("decision_maker", wuxi()))


def _filing():
    officer = make_official("city_officer", wuxi())
    listed = PublicityList.objects.create(
        region=wuxi(), title="公示", starts_on=_DAY, ends_on=_DAY, workdays=1, contact="电话", created_by=officer
    )
    names = {"applicant_name": "甲", "district_name": "滨湖区", "item_title": "乙"}
    entry = listed.entries.create(claim=ClaimFactory(), count=1, amount=1, **names)
    return Filing.objects.create(code="A", entry=entry, name="甲", contact="电话", text="不符")


OBJECTION_ROWS = {"objections.endrule": (_rule, {"approves": False})}
OPEN_OBJECTION_ROWS = {"objections.filing": (_filing, {"text": "相符"})}
