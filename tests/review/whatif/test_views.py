"""The pages: choosing, asking, waiting, reading, comparing, exporting; each for those whose work it is."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.navigation import menu_for
from review.whatif.enums import ChangeKind, RunState
from review.whatif.models import SimulationRun
from tests.applications.worlds import patent_facts
from tests.factories import make_official, suzhou
from tests.review.whatif.worlds import ITEM, ask_url, done, lower, made, page, posted, published, simulator, started
from tests.review.worlds import submitted

pytestmark = pytest.mark.django_db


def item_figures(**given):
    """The form of the item as a browser sends it: every figure as it stands."""
    return posted(
        **{"steps.0.yuan": "5000", "steps.2.ratio": "1/2", "steps.3.ratio": "1/2", "split.city": "60%", **given}
    )


# ---- list and menu -----------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do(client, user):
    text = client.get(reverse("whatif:runs")).content.decode()
    assert "还没有模拟" in text
    assert reverse("whatif:new") in text


@pytest.mark.parametrize(
    ("role", "sees"),
    [(Role.POLICY_ADMIN, True), (Role.DECISION_MAKER, True), (Role.AUDITOR, True), (Role.FINANCE, False)],
)
def test_the_menu_leads_those_whose_work_it_is(user, role, sees):
    labels = [entry.label for entry in menu_for(simulator(role))]
    assert ("政策模拟" in labels) is sees


def test_an_auditor_reads_and_is_offered_nothing_to_start(client, user):
    run = done(user, made(20))
    client.force_login(simulator(Role.AUDITOR))
    text = client.get(reverse("whatif:runs")).content.decode()
    assert run.title in text
    assert reverse("whatif:new") not in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long(client, user, count, django_assert_num_queries):
    for _ in range(count):
        started(user, made(10))
    client.get(reverse("whatif:runs"))
    with django_assert_num_queries(6):
        client.get(reverse("whatif:runs"))


def test_other_cities_runs_are_not_there(client, user):
    run = done(user, made(10))
    client.force_login(make_official(Role.CITY_OFFICER, suzhou()))
    assert run.title not in client.get(reverse("whatif:runs")).content.decode()
    for name in ("run", "progress", "export"):
        assert client.get(reverse(f"whatif:{name}", args=[run.key])).status_code == 404
    assert client.post(reverse("whatif:cancel", args=[run.key])).status_code == 404


# ---- asking ------------------------------------------------------------------------------------------


def test_every_kind_of_change_can_be_chosen_and_its_form_opens(client, whole):
    text = client.get(reverse("whatif:new")).content.decode()
    for change, target in (("item", ITEM), ("readings", "sz2021"), ("issue", "lyg"), ("published", "")):
        assert reverse("whatif:ask", args=[change]) in text
        assert client.get(ask_url(change, target)).status_code == 200


@pytest.mark.parametrize(
    ("change", "target"),
    [("item", "no-such"), ("readings", "no-such"), ("issue", "wx2020"), ("draft", "x"), ("sideways", ITEM)],
)
def test_what_is_not_there_is_not_found(client, whole, change, target):
    assert client.get(ask_url(change, target)).status_code == 404


def test_a_changed_figure_starts_a_run_that_says_what_it_tries(client, user):
    response = client.post(ask_url(), item_figures(**{"steps.0.yuan": "4,000.00"}))
    run = SimulationRun.objects.get()
    assert response.url == reverse("whatif:run", args=[run.key])
    assert run.words == ["每件最高：5,000 元 → 4,000 元"]
    assert (run.change, run.target, run.scope["size"], run.asked_by) == (ChangeKind.ITEM, ITEM, 200, user)
    assert run.rules["replaced"][0]["steps"][0]["yuan"] == "4000.00"


def test_nothing_changed_is_refused_and_nothing_typed_is_lost(client, user):
    response = client.post(ask_url(), item_figures(title="我的名称"))
    text = response.content.decode()
    assert response.status_code == 422
    assert "还没有改动任何数值" in text
    assert "我的名称" in text
    assert not SimulationRun.objects.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"steps.0.yuan": "abc"}, "不是金额"),
        ({"steps.0.yuan": ""}, "请填写每件最高"),
        ({"split.city": "160%"}, "比例应在 0 到 100% 之间"),
        ({"size": "1000001"}, "1000000"),
        ({"size": ""}, "请填写这一项"),
        ({"budget": "-5"}, "预算应大于零"),
        ({"budget": "99999999999999"}, "预算过大"),
        ({"documents": ["zz"]}, "zz"),
        ({"key": "x"}, ""),
    ],
)
def test_what_cannot_be_read_is_named_beside_its_field(client, user, given, words):
    response = client.post(ask_url(), item_figures(**{"steps.0.yuan": "4000", **given}))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not SimulationRun.objects.exists()


def test_a_double_click_is_one_run(client, user):
    fields = item_figures(**{"steps.0.yuan": "4000"})
    first, second = (client.post(ask_url(), fields) for _ in range(2))
    assert first.url == second.url
    assert SimulationRun.objects.count() == 1


def test_the_same_wish_again_is_shown_what_is_there_and_may_insist(client, user):
    client.post(ask_url(), item_figures(**{"steps.0.yuan": "4000"}))
    (run,) = SimulationRun.objects.all()
    text = client.post(ask_url(), item_figures(**{"steps.0.yuan": "4000"})).content.decode()
    assert "条件相同的模拟已经有了" in text
    assert reverse("whatif:run", args=[run.key]) in text
    assert SimulationRun.objects.count() == 1
    client.post(ask_url(), item_figures(**{"steps.0.yuan": "4000", "again": "on"}))
    assert SimulationRun.objects.count() == 2


def test_readings_and_unissued_documents_are_tried(client, whole):
    assert client.post(ask_url("readings", "wx2020"), posted()).status_code == 422
    form = client.get(ask_url("readings", "wx2020")).context["form"]
    stated = {name: form[name].value() for name in form.tried}
    client.post(ask_url("readings", "wx2020"), posted(**(stated | {"half_after_ceiling": "false"})))
    form = client.get(ask_url("issue", "lyg")).context["form"]
    stated = {name: form[name].value() or "" for name in form.tried}
    client.post(ask_url("issue", "lyg"), posted(**stated, documents=["lyg"]))
    issue, readings = SimulationRun.objects.order_by("-pk")
    assert readings.words == ["先比费用再减半：是 → 否"]
    assert {content["document"]["id"] for content in issue.rules["replaced"]} == {"lyg"}
    assert "按已施行测算" in issue.words[0]


def test_an_auditor_and_a_stranger_start_nothing(client, user):
    client.force_login(simulator(Role.AUDITOR))
    assert client.post(ask_url(), item_figures(**{"steps.0.yuan": "4000"})).status_code == 403
    client.logout()
    assert client.post(ask_url(), item_figures(**{"steps.0.yuan": "4000"})).status_code == 401
    assert not SimulationRun.objects.exists()


# ---- waiting -----------------------------------------------------------------------------------------


def test_the_bar_shows_how_far_it_is_and_asks_again(client, user):
    run = started(user, made())
    Job.objects.update(
        state=JobState.RUNNING, progress_done=40, progress_total=100, lease_until=timezone.now() + timedelta(minutes=1)
    )
    SimulationRun.objects.update(state=RunState.RUNNING)
    for text in (
        page(client, run).content.decode(),
        client.get(reverse("whatif:progress", args=[run.key]), headers={"HX-Request": "true"}).content.decode(),
    ):
        assert "40%" in text
        assert 'hx-trigger="every 1s"' in text
        assert reverse("whatif:cancel", args=[run.key]) in text


def test_the_bar_loads_the_report_once_the_run_has_ended(client, user):
    run = done(user, made(10))
    url = reverse("whatif:progress", args=[run.key])
    assert client.get(url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert client.get(url).url == reverse("whatif:run", args=[run.key])


def test_a_run_is_cancelled_by_its_button_and_says_so(client, user):
    run = started(user, made())
    text = client.post(reverse("whatif:cancel", args=[run.key]), follow=True).content.decode()
    assert "已取消" in text
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert "不能再取消" in client.post(reverse("whatif:cancel", args=[run.key]), follow=True).content.decode()


def test_a_run_whose_worker_gave_up_says_who_can_help(client, user):
    run = started(user, made())
    Job.objects.update(state=JobState.DEAD)
    text = page(client, run).content.decode()
    assert "系统管理员" in text
    assert "hx-trigger" not in text


def test_a_failed_run_says_why_and_what_to_do(client, user):
    run = started(user, made())
    SimulationRun.objects.update(state=RunState.FAILED, error="现行政策有新的发布。", finished_at=timezone.now())
    text = page(client, run).content.decode()
    assert "现行政策有新的发布。" in text
    assert reverse("whatif:new") in text


# ---- reading -----------------------------------------------------------------------------------------


def test_a_report_shows_both_sides_the_change_and_what_it_leaves_out(client, user):
    submitted(lines=[patent_facts(1)])
    run = done(user, lower())
    text = page(client, run).content.decode()
    for words in ("5,000.00", "4,000.00", "-1,000.00", "-20.0%", "已存申报只包括有人申报过的事情", "滨湖区"):
        assert words in text


def test_the_take_up_slider_and_the_budget_work_by_a_plain_form(client, user):
    submitted(lines=[patent_facts(1)])
    run = done(user, lower())
    response = page(client, run, take_up="50", budget="0.3万元")
    text = response.content.decode()
    assert 'type="range"' in text
    assert response.context["take_up"].lines[1][1].after == Decimal("2000.00")
    (year,) = response.context["budget_years"]
    assert (year.after.left, year.after.out_on) == (Decimal("-1000.00"), timezone.localdate())
    assert "不够用" in text


def test_claims_of_a_call_stand_against_its_own_budget(client, user):
    claim = submitted(lines=[patent_facts(1)])
    type(claim.call).objects.filter(pk=claim.call_id).update(budget=Decimal("4500.00"))
    response = page(client, done(user, lower()))
    (row,) = response.context["report"].call_rows
    assert (row.title, row.claims) == (claim.call.title, 1)
    assert (row.left.before, row.left.after) == (Decimal("-500.00"), Decimal("500.00"))
    assert "申报通知的预算" in response.content.decode()


@pytest.mark.parametrize("query", [{"take_up": "x"}, {"take_up": "201"}, {"budget": "x"}, {"take_up": "-1"}])
def test_a_slider_that_cannot_be_read_is_refused_with_the_form_to_correct(client, user, query):
    response = page(client, done(user, made(10)), **query)
    assert response.status_code == 400
    assert "invalid-feedback" in response.content.decode()


def test_numbers_of_claims_are_for_those_who_may_see_the_claims(client, user):
    claim = submitted(lines=[patent_facts(1)])
    run = done(user, lower())
    assert claim.number in page(client, run).content.decode()
    client.force_login(simulator(Role.POLICY_ADMIN))
    text = page(client, run).content.decode()
    assert claim.number not in text
    assert claim.applicant.name not in text
    assert "-1,000.00" in text


def test_a_scope_without_claims_says_so(client, user):
    text = page(client, done(user, published())).content.decode()
    assert "范围内没有申报" in text


@pytest.mark.parametrize("count", [1, 3])
def test_a_report_costs_the_same_however_many_claims_moved(client, user, count, django_assert_num_queries):
    for number in range(count):
        submitted(lines=[patent_facts(number + 1)])
    run = done(user, lower())
    page(client, run)
    with django_assert_num_queries(8):
        page(client, run)
