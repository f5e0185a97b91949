"""From the queue to the decision and on: the next claim in one's own filter, skipping, saved filters."""

import pytest
from django.urls import reverse

from review.desk.models import SavedFilter
from review.desk.services import MOST_FILTERS
from tests.applications.worlds import patent_facts
from tests.review.decisions.pages import as_, page_of, post
from tests.review.worlds import accepted, expected, reviewed, submitted

pytestmark = pytest.mark.django_db
DESK = "acceptance-320211"


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


def test_next_skips_within_the_filter_and_begins_again_at_the_end(client, office):
    one, two, three = (submitted(lines=[patent_facts(number)]) for number in (1, 2, 3))
    as_(client, office.acceptance)

    def goes(beside=None, **query):
        given = {"desk": DESK} | query | ({"from": beside.key} if beside else {})
        return client.get(reverse("review:next"), given).url

    def page(claim, query=f"desk={DESK}"):
        return f"{reverse('review:claim', args=[claim.key])}?{query}#claim-title"

    assert goes() == page(one)
    assert [goes(one), goes(two), goes(three)] == [page(two), page(three), page(one)]
    assert [goes(three, way="back"), goes(one, way="back")] == [page(two), page(three)]
    filtered = f"desk={DESK}&q={two.number}"
    assert goes(q=two.number) == page(two, filtered)
    assert goes(two, q=two.number) == f"{reverse('review:queue')}?{filtered}"
    assert reverse("review:claim", args=[two.key]) + f"?desk={DESK}&amp;q=" in (
        client.get(reverse("review:queue"), {"desk": DESK, "q": two.number}).content.decode()
    )


def test_conclusion_leads_on_in_the_filter_to_the_top_of_the_next_claim(client, office):
    one, _, three = (submitted(lines=[patent_facts(number)]) for number in (1, 2, 3))
    as_(client, office.acceptance)
    seen = expected(one)
    sent = {"conclusion": "support", "status": seen.status, "round": seen.round, "next": "1"}
    address = f"{reverse('review:conclude', args=[one.key])}?desk={DESK}&q={three.number}"
    assert client.post(address, sent).url.endswith(f"{three.key}/?desk={DESK}&q={three.number}#claim-title")
    page = client.get(f"{reverse('review:claim', args=[three.key])}?desk={DESK}&q={three.number}").content.decode()
    assert f"from={three.key}&way=back" in page
    assert 'id="claim-title" tabindex="-1"' in page


def test_officer_sees_what_happened_since_the_own_last_step(client, office):
    claim = reviewed(office)
    assert "您上次办理以后" not in page_of(as_(client, office.second), claim).content.decode()
    post(client, claim, "send_back", text="请核实")
    html = page_of(as_(client, office.first), claim).content.decode()
    assert html[html.index("您上次办理以后") :].split("</p>")[0].count("退回") == 1


@pytest.mark.parametrize(("stage", "asked"), [("acceptance", 2), ("first", 0), ("second", 2)])
def test_every_button_of_a_conclusion_without_way_back_asks_first(client, office, stage, asked):
    claim = submitted() if stage == "acceptance" else accepted(office)
    if stage == "second":
        post(as_(client, office.first), claim, "refuse", grounds="other", text="不符")
    as_(client, getattr(office, stage))

    def questions(conclusion):
        html = page_of(client, claim, open=conclusion).content.decode()
        return html[html.index(f'name="conclusion" value="{conclusion}"') :].split("</form>")[0].count("data-confirm")

    assert questions("refuse") == asked
    if stage == "second":
        assert questions("support") == 2


def test_saved_filters_are_ones_own_named_and_one_is_the_default(client, office):
    submitted()
    as_(client, office.acceptance)
    queue, save = reverse("review:queue"), reverse("desk:save_filter")
    client.post(f"{save}?desk={DESK}&overdue=on", {"name": "超期", "is_default": "on"})
    client.post(f"{save}?desk={DESK}&q=abc", {"name": "查找", "is_default": "on"})
    client.post(f"{save}?desk={DESK}&q=abcd", {"name": "查找", "is_default": "on"})
    assert [(each.name, each.query, each.is_default) for each in SavedFilter.objects.order_by("pk")] == [
        ("超期", f"desk={DESK}&overdue=on", False),
        ("查找", f"desk={DESK}&q=abcd", True),
    ]
    assert client.get(queue).url == f"{queue}?desk={DESK}&q=abcd"
    assert "查找（默认）" in client.get(queue, {"desk": DESK}).content.decode()
    client.post(save, {"name": "没有条件"})
    client.post(f"{save}?desk={DESK}", {"name": ""})
    assert SavedFilter.objects.count() == 2
    mine = SavedFilter.objects.get(is_default=True)
    assert as_(client, office.first).post(reverse("desk:delete_filter", args=[mine.pk])).status_code == 404
    as_(client, office.acceptance).post(reverse("desk:delete_filter", args=[mine.pk]))
    assert client.get(queue).status_code == 200
    for number in range(MOST_FILTERS + 1):
        client.post(f"{save}?desk={DESK}", {"name": f"第 {number} 个"})
    assert SavedFilter.objects.count() == MOST_FILTERS
