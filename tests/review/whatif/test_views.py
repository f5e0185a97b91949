"""The pages: choosing, asking, waiting, reading, comparing, exporting; each for those whose work it is."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from policies.drafting.authored import name_of, plain
from policies.drafting.models import PolicyDraft
from policies.drafting.services.drafts import save_section, start_draft
from policies.models import PolicyDocument
from policies.services import publish_catalogue
from portal.accounts.enums import Role
from portal.jobs.models import Job, JobState
from portal.navigation import menu_for
from review.whatif.enums import ChangeKind, RunState
from review.whatif.models import SimulationRun
from review.whatif.services.work import simulate_run
from tests.applications.worlds import patent_facts
from tests.factories import act, binhu, make_official, suzhou
from tests.review.whatif.worlds import ITEM, done, lower, made, published, simulator, started
from tests.review.worlds import fresh, publish_items, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    """Somebody of Wuxi signed in, with the few items that claims here are about."""
    binhu()
    publish_items()
    user = simulator()
    client.force_login(user)
    return user


@pytest.fixture
def whole(user):
    """The whole catalogue with its documents."""
    publish_catalogue(act())


def ask_url(change="item", target=ITEM):
    return reverse("whatif:ask", args=[change]) + f"?target={target}"


def posted(**given):
    fields = {"key": str(uuid.uuid4()), "source": "generated", "size": "200", "seed": "1", "documents": ["wx2020"]}
    return fields | given


def item_figures(**given):
    """The form of the item as a browser sends it: every figure as it stands."""
    return posted(
        **{"steps.0.yuan": "5000", "steps.2.ratio": "1/2", "steps.3.ratio": "1/2", "split.city": "60%", **given}
    )


def page(client, run, **query):
    return client.get(reverse("whatif:run", args=[run.key]), query)


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
    with django_assert_num_queries(7):
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
        ({"size": ""}, "必填"),
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
    assert client.post(ask_url(), item_figures(**{"steps.0.yuan": "4000"})).status_code == 302
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
def test_a_slider_that_cannot_be_read_changes_nothing_and_says_so(client, user, query):
    response = page(client, done(user, made(10)), **query)
    assert response.status_code == 200
    assert response.context["take_up"].per_cent == 100
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
    with django_assert_num_queries(9):
        page(client, run)


# ---- exporting and comparing -------------------------------------------------------------------------


def workbook(client, run):
    response = client.get(reverse("whatif:export", args=[run.key]))
    return load_workbook(io.BytesIO(response.content))


def test_the_sheets_add_up_to_the_page_and_to_each_other_to_the_fen(client, user):
    submitted(lines=[patent_facts(1), patent_facts(2, fees="4321.09")])
    submitted(lines=[patent_facts(3, fees="0.03")])
    run = done(user, lower())
    total = page(client, run).context["report"].total
    book = workbook(client, run)
    for name in ("按事项", "按文件", "按区县", "按规模", "按主体类型", "按年度"):
        rows = list(book[name].iter_rows(values_only=True))
        heads, body, last = rows[2], rows[3:-1], rows[-1]
        for head, expected in (("现行：金额（元）", total.before.amount), ("方案：金额（元）", total.after.amount)):
            at = heads.index(head)
            assert sum(Decimal(str(row[at])) for row in body) == expected
            assert last[at].startswith("=SUM(")
        assert sum(row[heads.index("申报（件）")] for row in body) == total.before.claims
    losers = list(book["减少的申报"].iter_rows(values_only=True))[3:-1]
    assert sum(Decimal(str(row[5])) for row in losers) == total.change


def test_a_workbook_for_the_policy_administrator_names_no_claim(client, user):
    claim = submitted(lines=[patent_facts(1)])
    run = done(user, lower())
    client.force_login(simulator(Role.POLICY_ADMIN))
    cells = [str(cell) for sheet in workbook(client, run) for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not any(claim.number in cell or claim.applicant.name in cell for cell in cells)
    assert "无权查看" in cells


def test_a_name_that_looks_like_a_formula_stays_text(client, user):
    claim = submitted(lines=[patent_facts(1)])
    type(claim.applicant).objects.update(name="=1+1")
    cells = list(workbook(client, done(user, lower()))["减少的申报"].iter_rows(min_row=4, max_row=4, values_only=True))
    assert cells[0][1] == "'=1+1"


def test_what_is_not_finished_is_not_exported(client, user):
    run = started(user, made())
    assert client.get(reverse("whatif:export", args=[run.key])).url == reverse("whatif:run", args=[run.key])


def test_two_runs_stand_side_by_side(client, user):
    submitted(lines=[patent_facts(1)])
    first, second, other = done(user, lower()), done(user, lower("3000")), done(user, made(10))
    url = reverse("whatif:compare")
    text = client.get(url, {"a": first.key, "b": second.key}).content.decode()
    for words in ("4,000.00", "3,000.00", "-1,000.00"):
        assert words in text
    assert "范围不同" not in text
    assert "范围不同" in client.get(url, {"a": first.key, "b": other.key}).content.decode()
    assert "两次不同的模拟" in client.get(url, {"a": first.key, "b": first.key}).content.decode()
    assert "unknown" not in client.get(url, {"a": uuid.uuid4(), "b": first.key}).content.decode()


def test_a_comparison_needs_two_finished_runs(client, user):
    assert "至少有两次完成的模拟" in client.get(reverse("whatif:compare")).content.decode()


# ---- drafts of policy --------------------------------------------------------------------------------


@pytest.fixture
def draft(user):
    admin = simulator(Role.POLICY_ADMIN)
    now = timezone.now()
    return PolicyDraft.objects.create(
        document_code="wx2020", title="降低标准", created_by=admin, created_at=now, saved_at=now, revision=3
    )


def effect(client, draft, *, htmx=True):
    headers = {"HX-Request": "true"} if htmx else {}
    return client.get(reverse("whatif:draft_effect", args=[draft.key]), headers=headers).content.decode()


def test_the_panel_of_a_draft_offers_a_run_and_later_shows_its_result(client, draft):
    admin = fresh(draft.created_by)
    client.force_login(admin)
    assert "还没有测算过" in effect(client, draft)
    submitted(lines=[patent_facts(1)])
    plan = lower(change=ChangeKind.DRAFT, target=str(draft.key), target_revision=3)
    waiting = started(admin, plan)
    assert reverse("whatif:run", args=[waiting.key]) in effect(client, draft)
    done(admin, plan)
    for text in (effect(client, draft), effect(client, draft, htmx=False)):
        assert "-1,000.00" in text
    PolicyDraft.objects.update(revision=4)
    assert "还没有测算过" in effect(client, draft)


def test_the_panel_is_a_page_without_script_and_a_fragment_with_it(client, draft):
    client.force_login(fresh(draft.created_by))
    assert "<html" in effect(client, draft, htmx=False)
    assert "<html" not in effect(client, draft)


def test_a_draft_is_simulated_in_the_revision_in_which_it_was_asked(client, whole):
    admin = simulator(Role.POLICY_ADMIN)
    client.force_login(admin)
    document = PolicyDocument.objects.get(code="wx2020")
    changing = start_draft(document, key=uuid.uuid4(), title="提高到 6,000 元", act=act(admin))
    index = [name_of(section) for section in changing.sections].index(ITEM)
    section = plain(changing.sections[index])
    section["steps"][0]["yuan"] = "6000"
    changing = save_section(changing, index, section, revision=changing.revision, act=act(admin))
    submitted(lines=[patent_facts(1)])
    url = ask_url("draft", str(changing.key))
    client.post(url, posted(source="stored", documents=[], as_if="on"))
    run = SimulationRun.objects.get()
    assert (run.target, run.target_revision) == (str(changing.key), changing.revision)
    assert run.words[0] == "修改 1 项：发明专利授权奖补"
    section["steps"][0]["yuan"] = "9000"
    save_section(changing, index, section, revision=changing.revision, act=act(admin))
    simulate_run(run.pk)
    text = page(client, run).content.decode()
    assert "6,000.00" in text
    assert "9,000.00" not in text


def test_a_draft_with_problems_sends_back_with_words(client, draft):
    client.force_login(fresh(draft.created_by))
    response = client.get(ask_url("draft", str(draft.key)), follow=True)
    assert "改正后才能测算" in response.content.decode()


def test_a_draft_is_nobodys_who_may_not_see_drafts(client, draft, user):
    assert client.get(reverse("whatif:draft_effect", args=[draft.key])).status_code == 404
    assert client.get(ask_url("draft", str(draft.key))).status_code == 404
