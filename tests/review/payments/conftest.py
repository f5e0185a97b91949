"""An approved claim whose city and district each pay a part, and two officers of each."""

from dataclasses import dataclass, field

import pytest

from applications.claims.models import Claim
from portal.accounts.models import User
from review.funding.awards import record_award
from review.funding.models import AwardPart
from tests.factories import act, binhu, wuxi
from tests.review.paying import treasurers
from tests.review.worlds import Office, approved


@dataclass
class Treasury:
    """The claim, and who pays it."""

    claim: Claim
    city: tuple[User, User] = field(default_factory=lambda: treasurers(wuxi()))
    district: tuple[User, User] = field(default_factory=lambda: treasurers(binhu()))

    def part(self, region: str = "320200") -> AwardPart:
        return AwardPart.objects.select_related("region", "award__claim").get(award__claim=self.claim, region=region)


def treasury_of(office):
    """A claim that the office approved, with its award."""
    claim = approved(office)
    record_award(claim, act=act())
    return Treasury(claim)


@pytest.fixture(scope="module")
def made(module_transaction):
    office = Office()
    return office, treasury_of(office)


@pytest.fixture
def office(own, made):
    return own(made[0])


@pytest.fixture
def treasury(own, made, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    return own(made[1])
