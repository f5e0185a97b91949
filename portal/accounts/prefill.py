"""What the registers of companies and banks state of an organisation, for its form: filled in, or shown beside."""

from datetime import date
from typing import TYPE_CHECKING

from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.accounts.enums import SizeClass
from portal.accounts.models import Region
from portal.core.identifiers import IdentifierError, read_cnaps, read_uscc
from portal.core.registers import RegisterKind, Stated, stated_by

if TYPE_CHECKING:
    from collections.abc import Callable

# The control that asks the registers instead of saving, and what it asks for: all that is empty, or one field.
ASK, FILL, TAKE = "register", "fill", "take:"
_OF_COMPANY = {"name": "name", "representative": "legal_representative", "address": "address", "size": "size_class"}
_OF_BANK = {"name": "bank_name"}
# A credit code names the region of its registration (GB 32100-2015, places 3 to 8).
_REGION_PLACES = slice(2, 8)


def stated_of(uscc: str, cnaps_code: str, *, region_code: str, on: date) -> list[Stated]:
    """What the registers of the organisation's city state of it and of its bank; nothing of what cannot be read."""
    code = _read(read_uscc, uscc)
    home = region_code or code[_REGION_PLACES]
    region = Region.objects.select_related("parent__parent").filter(pk=home).first() if home else None
    city = region.city if region else None
    companies = stated_by(RegisterKind.COMPANIES, [code], _OF_COMPANY, city=city, on=on)
    banks = stated_by(RegisterKind.BANKS, [_read(read_cnaps, cnaps_code)], _OF_BANK, city=city, on=on)
    return [*companies.values(), *banks.values()]


def beside_field(name: str, value: str, source: str) -> SafeString:
    """What a register says otherwise than a field, with the button that takes it over."""
    shown = SizeClass(value).label if name == "size_class" else value
    return format_html(
        '<span class="d-block">登记信息为“{}”（{}）'
        '<button class="btn btn-sm btn-outline-primary ms-2" type="submit" formnovalidate name="{}" value="{}{}">采用'
        '<span class="visually-hidden">：{}</span></button></span>',
        shown,
        source,
        ASK,
        TAKE,
        name,
        shown,
    )


def _read(read: "Callable[[str], str]", text: str) -> str:
    try:
        return read(text) if text else ""
    except IdentifierError:
        return ""
