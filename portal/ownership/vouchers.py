"""Providers that vouch for an organisation: what each states, and how a statement verifies an organisation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.http import HttpRequest

from portal.accounts.models import Applicant
from portal.core.identifiers import normalise_identifier, same_name
from portal.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Statement:
    """What a provider says of an organisation, authenticated by the provider's own rules."""

    uscc: str
    name: str
    legal_representative: str
    source: str
    issued_at: datetime

    def problem(self, applicant: Applicant) -> str:
        """Why this does not verify the organisation; "" where it does. Every field must agree."""
        if normalise_identifier(self.uscc) != applicant.uscc:
            return "统一社会信用代码与本单位不一致"
        if not same_name(self.name, applicant.name):
            return f"名称为“{self.name}”，与登记的名称不一致，请先修改单位信息"
        if not same_name(self.legal_representative, applicant.legal_representative):
            return "法定代表人与登记的不一致，请先修改单位信息"
        return ""


class OrganisationVoucher(Protocol):
    """A provider that a person may ask to vouch for their organisation."""

    label: str

    def is_enabled(self) -> bool:
        """Whether the settings switch it on."""

    def begin(self, request: HttpRequest, *, return_to: str) -> str:
        """The address where the person goes. Raises RefusedError where the provider cannot be reached."""

    def finish(self, request: HttpRequest) -> Statement:
        """What the provider states, once the person is back. Raises RefusedError with the reason."""


VOUCHERS: Registry[OrganisationVoucher] = Registry("voucher for organisations")


def enabled_vouchers() -> dict[str, OrganisationVoucher]:
    """Those that the settings switch on."""
    return {code: voucher for code, voucher in VOUCHERS.items() if voucher.is_enabled()}
