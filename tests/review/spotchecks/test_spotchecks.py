"""A sample of conclusions is drawn by seed, judged blind by another person, and compared by office."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from applications.claims.models import Claim, Evidence
from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from portal.notifications.models import Message
from review.decisions.enums import Conclusion
from review.decisions.services.decisions import refuse_claim
from review.followup.enums import Kind
from review.followup.models import FollowUp
from review.followup.services.matters import Matter, begin_matter
from review.notices.enums import NoticeKind
from review.notices.models import Notice
from review.notices.services import issue_notice
from review.spotchecks.enums import Confidence, Source
from review.spotchecks.models import Case, Sample
from review.spotchecks.selectors import agreements, cases_of
from review.spotchecks.services import SamplePlan, draw_sample, give_back, judge_case, take_case
from tests.applications.worlds import patent_facts
from tests.factories import act, binhu, give_role, make_official, suzhou, wuxi
from tests.review.decisions.pages import as_
from tests.review.worlds import confirmed, expected, fresh, reviewed

pytestmark = pytest.mark.django_db


def plan(**given) -> SamplePlan:
    today = timezone.localdate()
    period = {"since": today - timedelta(days=1), "until": today + timedelta(days=1)}
    return SamplePlan(**{**period, "confidence": Confidence.NINETY_FIVE, "margin": 5, **given})


def judged(case, officer, amount="5000", conclusion=Conclusion.SUPPORT, words="与材料相符"):
    take_case(case, act=act(officer))
    return judge_case(case, conclusion=conclusion, amount=Decimal(amount), words=words, act=act(officer))


def test_sample_is_drawn_from_the_regions_conclusions_told_and_repeated_by_its_seed(office):
    confirmed(office)
    reviewed(office, lines=[patent_facts(2)])
    for user, region, error in (
        (office.city, wuxi(), PermissionDenied),
        (make_official(Role.DECISION_MAKER, suzhou()), wuxi(), PermissionDenied),
    ):
        with pytest.raises(error):
            draw_sample(region, plan(), act=act(user))
    with pytest.raises(RefusedError, match="没有可以抽取"):
        draw_sample(wuxi(), plan(source=Source.RULE), act=act(office.decider))
    first, again = (draw_sample(wuxi(), plan(seed="7"), act=act(office.decider)) for _ in range(2))
    assert (first.population, first.size) == (3, 3)
    order = [list(each.cases.values_list("decision_id", flat=True)) for each in (first, again)]
    assert order[0] == order[1]
    assert (
        draw_sample(binhu(), plan(stage="district_first"), act=act(make_official(Role.DECISION_MAKER, binhu()))).size
        == 2
    )
    told = Message.objects.filter(key=f"sample:{first.pk}").values_list("user_id", flat=True)
    assert {office.city.pk, office.decider.pk} <= set(told)
    assert office.first.pk not in told


def test_second_look_is_another_persons_and_rates_count_what_was_judged(office):
    confirmed(office)
    sample = draw_sample(wuxi(), plan(), act=act(office.decider))
    own, other = sample.cases.all()
    with pytest.raises(RefusedError, match="职责"):
        judged(own, make_official(Role.CITY_OFFICER, suzhou()))
    give_role(office.second, Role.CITY_OFFICER, wuxi())
    with pytest.raises(RefusedError, match="区级复核"):
        judged(own, fresh(office.second))
    with pytest.raises(RefusedError, match="依据"):
        judged(own, office.city, words=" ")
    assert judged(own, office.city).state == "agreed"
    with pytest.raises(RefusedError):
        judged(own, office.hearer)
    assert judged(other, office.hearer, amount="4999.99").state == "differed"
    rates = {one.office: (one.judged, one.agreed) for one in agreements(cases_of(sample, office.city), confidence=95)}
    assert rates["合计"] == (2, 1)
    assert sorted(rates.values()) == [(1, 0), (1, 1), (2, 1)]
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=own.pk).update(words="")


def test_page_shows_the_first_conclusion_only_after_the_second(client, office, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    confirmed(office)
    as_(client, office.decider)
    today = timezone.localdate()
    given = {"region": "320200", "source": "people", "stage": "district_first", "since": today, "until": today}
    drawn = client.post(reverse("spotchecks:samples"), given | {"confidence": 95, "margin": 5})
    sample = Sample.objects.get()
    assert drawn.url == reverse("spotchecks:sample", args=[sample.key])
    page = reverse("spotchecks:case", args=[sample.cases.get().key])
    as_(client, office.city)
    shown = client.get(page).content.decode()
    assert (office.first.name in shown, "领取并开始复核" in shown, "您的独立结论" in shown) == (False, True, False)
    assert client.post(page, {"conclusion": "refuse", "words": "没有领取"}).status_code == 200
    assert client.post(page, {"intent": "take"}).status_code == 302
    shown = client.get(page).content.decode()
    assert (office.first.name in shown, "您的独立结论" in shown) == (False, True)
    sheet = client.get(reverse("spotchecks:sheet", args=[sample.key]))
    assert sheet.status_code == 200
    assert client.post(page, {"conclusion": "refuse", "words": ""}).status_code == 422
    assert client.post(page, {"conclusion": "refuse", "words": "发票金额不符"}).status_code == 302
    shown = client.get(page).content.decode()
    assert (office.first.name in shown, "发票金额不符" in shown) == (True, True)
    assert "0.0%（0.0% 至" in client.get(reverse("spotchecks:sample", args=[sample.key])).content.decode()


def test_who_looks_anew_sees_the_claim_nowhere_else_until_the_own_conclusion_is_in(client, office, settings, tmp_path):
    settings.OFFICIALS_NEED_SECOND_FACTOR, settings.PRIVATE_DIR = False, tmp_path
    claim = confirmed(office)
    refuse_claim(claim.pk, expected=expected(claim), reason="不符", act=act(office.city))
    notice = issue_notice(claim.pk, kind=NoticeKind.REFUSAL, act=act())
    matter = begin_matter(claim, Matter(kind=Kind.SUIT, title="起诉", party="甲"), act=act(office.first))
    case = draw_sample(wuxi(), plan(stage="city"), act=act(office.decider)).cases.get()
    pages = [
        reverse("review:claim", args=[claim.key]),
        reverse("review:panel", args=[claim.key, "history"]),
        reverse("review:archive", args=[claim.key]),
        reverse("documents:claim_form", args=[claim.key]),
        reverse("notices:download", args=[notice.code]),
        reverse("followup:matter", args=[matter.key]),
    ]
    search, sheet = reverse("review:claims"), reverse("review:claims_export")

    def seen():
        user = fresh(office.hearer)
        rows = [model.objects.visible_to(user).exists() for model in (Claim, Notice, FollowUp)]
        named = claim.number in client.get(search).content.decode()
        book = client.get(sheet).getvalue()
        return [*rows, named, len(book) > 0], [client.get(page).status_code for page in pages]

    as_(client, office.hearer)
    before = seen()
    assert before[0] == [True] * 5
    assert before[1][:2] == [200, 200]
    look = take_case(case, act=act(office.hearer))
    assert take_case(case, act=act(office.hearer)) == look
    rows, answers = seen()
    assert not any(rows[:4])
    assert set(answers) <= {403, 404}
    assert "您正在复核抽取的该申报" in client.get(pages[0]).content.decode()
    # What was filed is what the second look is about.
    assert Evidence.objects.visible_to(fresh(office.hearer)).filter(claim=claim).exists()
    assert client.get(reverse("spotchecks:case", args=[case.key])).status_code == 200
    # Nobody else is kept from the claim, and nobody else takes the case.
    assert Claim.objects.visible_to(office.decider).exists()
    other = make_official(Role.CITY_OFFICER, wuxi())
    with pytest.raises(RefusedError, match="领取"):
        take_case(case, act=act(other))
    second = {"conclusion": Conclusion.REFUSE, "amount": None, "words": "不符"}
    with pytest.raises(RefusedError, match="先领取"):
        judge_case(case, **second, act=act(other))
    judge_case(case, **second, act=act(office.hearer))
    assert seen() == before
    with pytest.raises(RefusedError):
        take_case(case, act=act(other))


def test_a_look_that_is_given_back_opens_the_claim_and_is_anothers(office):
    confirmed(office)
    case = draw_sample(wuxi(), plan(stage="district_first"), act=act(office.decider)).cases.get()
    take_case(case, act=act(office.city))
    other = make_official(Role.CITY_OFFICER, wuxi())
    for user, reason, error in ((other, "代为交回", PermissionDenied), (office.city, " ", RefusedError)):
        with pytest.raises(error):
            give_back(case, reason=reason, act=act(user))
    # Of an officer who is away, whoever draws samples there takes it back.
    give_back(case, reason="长期病假", act=act(office.decider))
    assert Claim.objects.visible_to(fresh(office.city)).exists()
    with pytest.raises(RefusedError, match="领取过"):
        take_case(case, act=act(office.city))
    with pytest.raises(RefusedError, match="没有人领取"):
        give_back(case, reason="再交", act=act(office.decider))
    assert judged(case, other).state == "agreed"
