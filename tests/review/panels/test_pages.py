"""The pages of a panel: blind until all is in, and for experts without what they need not know."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from review.panels.enums import PanelState, SeatState
from review.panels.models import Panel, Scheme, ScoreSheet, Seat
from review.panels.services.judging import hand_in
from tests.factories import make_official, wuxi
from tests.review.decisions.pages import as_
from tests.review.panels.worlds import at_panel, by, drawn, fill, make_pool, organiser, scheme, scored, scoring

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


def html_of(client, name, *args):
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_an_expert_declares_scores_and_hands_in_and_nobody_reads_a_score_before_the_last(client, office):
    make_pool(3)
    user = organiser()
    panel, (seat, *others) = drawn(office, user, claims=1)
    entry = panel.entries.select_related("claim__applicant").get()
    applicant = entry.claim.applicant
    expert = as_(client, seat.expert.user)
    assert applicant.name in html_of(expert, "panels:seat", seat.key)
    score = reverse("panels:score", args=[seat.key, entry.key])
    assert expert.get(score).status_code == 404, "papers open after everybody has declared"
    expert.post(reverse("panels:declare", args=[seat.key]), {"promise": "on"})
    for other in others:
        client.force_login(other.expert.user)
        client.post(reverse("panels:declare", args=[other.key]), {"promise": "on"})
    step = reverse("panels:act", args=[panel.key])
    as_(client, user).post(step, {"intent": "open"})
    as_(client, seat.expert.user)
    paper = html_of(client, "panels:score", seat.key, entry.key)
    secrets = (applicant.name, applicant.account_number, applicant.contact_phone, applicant.uscc, entry.claim.number)
    assert not any(secret in paper for secret in secrets)
    refused = client.post(score, {"point_0": "", "point_1": "", "comment": "可", "revision": "0"})
    assert refused.status_code == 422
    client.post(score, {"point_0": "77.31", "none_1": "on", "comment": "方案清楚", "revision": "0"})
    assert ScoreSheet.objects.get().total == Decimal("77.31")
    client.post(reverse("panels:hand_in", args=[seat.key]))
    assert Seat.objects.get(pk=seat.pk).state == SeatState.HANDED_IN
    for other in (user, others[0].expert.user):
        name, key = ("panels:panel", panel.key) if other == user else ("panels:seat", others[0].key)
        assert "77.31" not in html_of(as_(client, other), name, key)
    for other in others:
        fill(panel, other, (60, 40))
        hand_in(other, act=by(other))
    assert Panel.objects.get(pk=panel.pk).state == PanelState.SCORED
    assert "77.31" in html_of(as_(client, user), "panels:panel", panel.key)


def test_the_chair_confirms_and_the_auditor_draws_again(client, office):
    make_pool(4)
    user = organiser()
    panel, (chair, *_) = scored(office, user)
    as_(client, chair.expert.user)
    assert "偏离" in html_of(client, "panels:seat", chair.key)
    for typed, words in (("", "invalid-feedback"), ("好" * 2001, "2000"), ("好\ue000", "无法印")):
        refused = client.post(reverse("panels:result", args=[chair.key]), {"opinion": typed})
        page = refused.content.decode()
        assert (refused.status_code, words in page, typed in page) == (422, True, True)
    client.post(reverse("panels:result", args=[chair.key]), {"opinion": "同意"})
    as_(client, make_official(Role.AUDITOR, wuxi()))
    assert "重新演算一致" in html_of(client, "panels:draws", panel.key)
    report = client.get(reverse("panels:report", args=[panel.key]))
    assert b"".join(report.streaming_content).startswith(b"%PDF-")


def test_files_open_to_the_members_who_score_the_claim_where_the_scheme_gives_them(client, office):
    make_pool(3)
    panel, (seat, *_) = scoring(office, organiser(), claims=1, shows_files=False)
    entry = panel.entries.get()
    evidence = entry.claim.evidence.first()
    address = reverse("panels:file", args=[seat.key, entry.key, evidence.key])
    assert as_(client, seat.expert.user).get(address).status_code == 404


def test_a_scheme_is_written_a_line_a_criterion_and_changed_by_another_in_its_place(client, office):
    as_(client, make_official(Role.POLICY_ADMIN, wuxi()))
    given = {
        "region": "320200",
        "title": "标准",
        "minimum": "3",
        "trimmed": "1",
        "outlier_distance": "15",
        "tie": "filed",
    }
    lines = "创新性 100 60% 必评 新颖程度\n效益，50，0.3"
    page = client.post(reverse("panels:scheme_new"), given | {"criteria": lines})
    assert "权重之和应为 1，现为 0.9" in page.content.decode()
    client.post(reverse("panels:scheme_new"), given | {"criteria": f"{lines}\n资金使用 10 0.1"})
    first = Scheme.objects.get()
    assert [(one.name, one.most, one.weight, one.may_not_apply) for one in first.criterion_rows] == [
        ("创新性", Decimal(100), Decimal("0.6"), False),
        ("效益", Decimal(50), Decimal("0.3"), True),
        ("资金使用", Decimal(10), Decimal("0.1"), True),
    ]
    address = f"{reverse('panels:scheme_new')}?replaces={first.pk}"
    form = client.get(address).context["form"]
    client.post(address, given | {"criteria": form.initial["criteria"], "title": "新标准"})
    (kept,) = Scheme.objects.in_force()
    assert (kept.replaces_id, kept.criteria) == (first.pk, first.criteria)


def test_an_organiser_forms_a_panel_over_what_waits(client, office):
    make_pool(3)
    claim, user, made = at_panel(office, 1), organiser(), scheme()
    as_(client, user)
    assert claim.number in html_of(client, "panels:new")
    until = (timezone.localdate() + timedelta(days=9)).isoformat()
    given = {"title": "评审", "scheme": made.pk, "size": "3", "needs": "专利 1", "score_until": until}
    client.post(reverse("panels:new"), given | {"claims": [str(claim.key)]})
    panel = Panel.objects.get()
    assert (panel.needs, panel.entries.get().claim_id) == ({"专利": 1}, claim.pk)
    assert "没有待评审的申报" in html_of(client, "panels:new")
