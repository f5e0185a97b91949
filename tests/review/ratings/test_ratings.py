"""A finished matter is rated once; a bad rating is answered by somebody of the office who did not handle it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from portal.notifications.models import Message
from portal.workdays.selectors import add_workdays
from review.decisions.services.decisions import refuse_claim
from review.ratings.enums import Level, RatingState
from review.ratings.models import Rating
from review.ratings.services import answer_rating, rate_claim
from tests.factories import ClaimFactory, act, binhu, make_member, make_official, suzhou, wuxi
from tests.review.worlds import Office, confirmed, expected, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def finished():
    claim = ClaimFactory(status=ClaimStatus.PAID, approved_amount=1000, region=binhu(), city=wuxi())
    return claim, make_member(claim.applicant)


def test_only_what_an_office_finished_is_rated(finished):
    claim, member = finished
    for status in set(ClaimStatus) - {"paid", "recognised", "rejected", "not_accepted", "terminated"}:
        Claim.objects.filter(pk=claim.pk).update(status=status, returned_from="submitted")
        with pytest.raises(RefusedError, match="尚未办结"):
            rate_claim(claim, level=Level.GOOD, text="", act=act(member))


def test_a_matter_is_rated_once_by_its_own_applicant_and_a_bad_rating_says_why(finished):
    claim, member = finished
    with pytest.raises(PermissionDenied):
        rate_claim(claim, level=Level.GOOD, text="", act=act(make_member()))
    with pytest.raises(RefusedError, match="不满意之处"):
        rate_claim(claim, level=Level.BAD, text="  ", act=act(member))
    rating = rate_claim(claim, level=Level.FAIR, text="", act=act(member))
    assert (rating.state, rating.due_on) == (RatingState.RECEIVED, None)
    with pytest.raises(RefusedError, match="只评价一次"):
        rate_claim(claim, level=Level.VERY_BAD, text="慢", act=act(member))
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.filter(pk=rating.pk).update(state=RatingState.ANSWERED)


def test_a_bad_rating_is_due_in_fifteen_working_days_and_answered_once_by_another():
    office = Office()
    claim = confirmed(office)
    refuse_claim(claim.pk, expected=expected(claim), reason="与事实不符", act=act(office.city))
    member = claim.created_by
    rating = rate_claim(claim, level=Level.VERY_BAD, text="等了两个月", act=act(member))
    assert rating.due_on == add_workdays(timezone.localdate() + timedelta(days=1), days=15)
    told = Message.objects.filter(key=f"rating:{rating.pk}")
    assert set(told.values_list("user_id", flat=True)) == {office.city.pk, office.hearer.pk, office.decider.pk}
    for user, error in ((office.second, PermissionDenied), (office.city, RefusedError)):
        with pytest.raises(error):
            answer_rating(rating, answer="已核实", act=act(fresh(user)))
    stranger = make_official(Role.CITY_OFFICER, suzhou())
    with pytest.raises(PermissionDenied):
        answer_rating(rating, answer="已核实", act=act(fresh(stranger)))
    answer_rating(rating, answer="已核实，今后按期办理。", act=act(fresh(office.hearer)))
    with pytest.raises(RefusedError, match="已回复"):
        answer_rating(rating, answer="再答", act=act(fresh(office.hearer)))
    assert Message.objects.filter(user=member, key=f"rating:{rating.pk}:answered").exists()


def test_pages_rate_answer_and_keep_to_the_region(client, finished, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claim, member = finished
    client.force_login(member)
    assert claim.number in client.get(reverse("ratings:own")).content.decode()
    address = reverse("ratings:rate", args=[claim.key])
    refused = client.post(address, {"level": 1})
    assert (refused.status_code, "请写明不满意之处" in refused.content.decode()) == (422, True)
    assert client.post(address, {"level": 1, "text": "材料重复提交"}).status_code == 302
    rating = Rating.objects.get()
    assert client.get(address).status_code == 404
    page = reverse("ratings:rating", args=[rating.key])
    assert "待回复" in client.get(page).content.decode()

    hearer = make_official(Role.CITY_OFFICER, wuxi())
    client.force_login(hearer)
    desk = client.get(reverse("ratings:desk"), {"state": "open"}).content.decode()
    assert (rating.text in desk, "0.0%" in desk) == (True, True)
    assert member.name not in client.get(page).content.decode()
    assert client.post(page, {"answer": "已改为一次收齐。"}).status_code == 302
    assert "已改为一次收齐" in client.get(page).content.decode()
    client.force_login(make_official(Role.CITY_OFFICER, suzhou()))
    assert client.get(page).status_code == 404
    assert rating.text not in client.get(reverse("ratings:desk")).content.decode()
