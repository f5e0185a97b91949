"""A person new to the editor writes a policy of six items from its text, and a second person publishes it."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from policies.drafting.enums import DraftState
from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.problems import draft_problems
from portal.accounts.enums import Role
from tests.factories import make_official, wuxi
from tests.policies.drafting.editor.pages import HEAD, Page, under

pytestmark = pytest.mark.django_db
MOST_SENDS = 60
DAY = "2030-03-01"


def own(name, label, kind="money", **more):
    return {"name": name, "label": label, "type": kind, **more}


# What each item of the invented 锡政办发〔2030〕18号 says: its words, the fact of its own, steps, limits, and a case.
ITEMS = [
    {
        "words": {"article": "第一条", "title": "授权件数分档奖励", "summary": "按授权件数分档。"},
        "fact": own("granted_count", "授权件数", "integer", unit="件"),
        "steps": [("tiers", {"field": "granted_count", "table": "5=20000\n10=50000\n30=100000", "unit": "件"})],
        "cases": [("10", "50000"), ("29", "50000")],
    },
    {
        "words": {"article": "第二条", "title": "境外授权奖励", "summary": "按国家和地区。"},
        "fact": own("office", "授权国家或地区", "choice", choices="major=美欧日韩\nother=其他"),
        "steps": [("sum_by", {"field": "office", "table": "major=30000\nother=10000"})],
        "limits": [("yuan", {"yuan": "600000", "per": "applicant year"})],
        "cases": [("major", "30000"), ("other", "10000")],
    },
    {
        "words": {"article": "第三条", "title": "质押贷款贴息", "summary": "利息的一半。"},
        "fact": own("interest", "已付利息"),
        "steps": [("rate_of", {"fields": ["interest"], "ratio": "50%"})],
        "limits": [("yuan", {"yuan": "500000", "per": "applicant year"})],
        "cases": [("999999.98", "499999.99"), ("1000002", "500000")],
    },
    {
        "words": {"article": "第四条", "title": "专利导航项目", "summary": "十个名额。"},
        "fact": own("project_cost", "项目支出"),
        "steps": [("rate_of", {"fields": ["project_cost"], "ratio": "50%"}), ("at_most", {"yuan": "300000"})],
        "limits": [("count", {"count": "10", "per": "programme year"})],
        "cases": [("599999.98", "299999.99"), ("600002", "300000")],
    },
    {
        "words": {"article": "第五条", "title": "专利产品奖励", "summary": "收入的百分之二。"},
        "fact": own("product_revenue", "专利产品收入"),
        "steps": [("rate_of", {"fields": ["product_revenue"], "ratio": "2%"}), ("at_most", {"yuan": "500000"})],
        "cases": [("24999950", "499999"), ("25000050", "500000")],
    },
    {
        "words": {"article": "第六条", "title": "示范企业奖励", "summary": "一次性奖励。"},
        "fact": own("named_on", "认定日期", "date"),
        "steps": [("standard", {"yuan": "300000", "nature": "exact"})],
        "cases": [(DAY, "300000")],
    },
]


class Sends:
    """A client that counts what it sends."""

    def __init__(self, user):
        self.client, self.count = Client(), 0
        self.client.force_login(user)

    def get(self, *args, **more):
        return self.client.get(*args, **more)

    def post(self, *args, **more):
        self.count += 1
        return self.client.post(*args, **more)


def write_item(sends, draft, number, item):
    """One item in four sends: begun, rows added, its own fact and words, its figures."""
    address = reverse("drafting:new_section", args=[draft.key])
    sends.post(address, {"kind": "per_item", "code": f"wx2030-{number:02d}"})
    draft.refresh_from_db()
    page = Page(sends, draft, len(draft.sections) - 1)
    first, *others = item["steps"]
    chosen = {"add-facts": ["granted_on"], "add-evidence": ["certificate"], "add-steps": first[0]}
    for kind, _ in item.get("limits", ()):
        chosen["add-limits"] = kind
    page.press("add:facts:", **under("", like="", **item["words"]), **chosen)
    fact = under("facts-1", **item["fact"])
    more = {"add-steps": others[0][0]} if others else {}
    page.press("drop:steps:0", **fact, **more)
    # What goes is the step that the kind began with; the added ones move up.
    figures = {"section-as_of": "granted_on"}
    for at, (_, keys) in enumerate(item["steps"]):
        figures |= under(f"steps-{at}", **keys)
    for at, (_, keys) in enumerate(item.get("limits", ())):
        figures |= under(f"limits-{at}", **keys)
    page.press("save", **figures)
    assert page.response.context["page"].problem_links == [], page.response.context["page"].problem_links


def test_a_policy_of_six_items_is_written_and_published_in_sixty_sends(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    author, second = (Sends(make_official(Role.POLICY_ADMIN, wuxi())) for _ in range(2))
    begun = {"key": uuid.uuid4(), "document": "new", "title": "2030 年政策", "code": "wx2030", "text": ""}
    author.post(reverse("drafting:new"), begun)
    draft = PolicyDraft.objects.get()
    Page(author, draft, 0).press("save", **HEAD, **{"section-document-effect-0-from": "2030-02-01"})
    for number, item in enumerate(ITEMS, start=1):
        write_item(author, draft, number, item)
    draft = PolicyDraft.objects.get()
    assert draft_problems(draft) == []

    def decide(by, name, **more):
        return by.post(reverse(f"drafting:{name}", args=[draft.key]), {"revision": draft.revision, **more}, follow=True)

    decide(author, "describe", title="2030 年政策", note="按锡政办发〔2030〕18号拟订")
    draft.refresh_from_db()
    refused = decide(author, "decide", action="propose")
    assert "6 个事项还没有案例" in " ".join(str(one) for one in refused.context["messages"])
    for number, item in enumerate(ITEMS, start=1):
        address = f"{reverse('drafting:new_case', args=[draft.key])}?item=wx2030-{number:02d}"
        for value, amount in item["cases"]:
            facts = {
                "lines": "1",
                "kind": "enterprise",
                "line-0-granted_on": DAY,
                f"line-0-{item['fact']['name']}": value,
            }
            said = {"sentence": f"{item['words']['title']} {value}", "outcome": "payable", "amount": amount}
            assert author.post(address, facts | said).status_code == 302, (number, value)
    cases = author.get(reverse("drafting:cases", args=[draft.key])).context
    assert (cases["waiting"], cases["bare"], len(cases["settled"].rows)) == ([], [], 11)
    decide(author, "decide", action="propose")
    decide(second, "decide", action="publish")
    draft.refresh_from_db()
    assert draft.state == DraftState.PUBLISHED
    assert author.count + second.count <= MOST_SENDS
