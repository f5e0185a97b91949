"""Rows of mandates: what one is about stays as it was asked for, and the rest is held by the chain."""

from applications.mandates.models import MandateItem
from tests.applications.mandates.worlds import give_mandate, make_agent
from tests.factories import ApplicantFactory, SupportItemFactory


def _mandate():
    return give_mandate(ApplicantFactory(), make_agent(), SupportItemFactory())


def _item():
    return MandateItem.objects.get(mandate=_mandate())


MANDATE_ROWS = {"mandates.mandateitem": (_item, {"item_id": 999_999})}
OPEN_MANDATE_ROWS = {"mandates.mandate": (_mandate, {"may_submit": False})}
