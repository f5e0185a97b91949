"""Documents that give money to districts: drafted, checked by another, issued with a number, received, recalled."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import to_yuan
from review.appropriations.enums import Action, AppropriationState
from review.appropriations.models import Allocation, Appropriation, AppropriationLine, Receipt
from review.appropriations.permissions import CHECKERS, MAKERS, acting, second_person
from review.appropriations.workflow import APPROPRIATION
from review.notices.compose import document_number
from review.notices.services import take_number
from review.treasury.models import BudgetLine
from review.treasury.services.books import reverse_entry
from review.treasury.services.lines import give_to_districts

# The series of the numbers of these documents, and the word that stands for it in them.
SERIES, SERIES_WORD = "appropriation", "知指"


def draft_appropriation(
    line: BudgetLine, *, title: str, sums: Mapping[str, int], key: uuid.UUID, act: ActorContext
) -> Appropriation:
    """A document that gives sums in fen of a city's line to its districts. The same key again is the same one."""
    user = acting(act, line.region_id, *MAKERS)
    if not line.is_controlled or line.given_from_id:
        raise RefusedError("请选择本级已下达的指标。", field="line")
    _check_sums(line.region_id, sums)
    with transaction.atomic():
        made, is_new = Appropriation.objects.get_or_create(
            key=key,
            defaults={
                "region_id": line.region_id,
                "line": line,
                "title": title,
                "drafted_by": user,
                "drafted_at": act.at,
            },
        )
        if is_new:
            _set_lines(made, sums)
            _record(made, "draft", act, _sums_words(sums))
    return made


def change_appropriation(
    appropriation_id: int, *, title: str, sums: Mapping[str, int], act: ActorContext
) -> Appropriation:
    """Change a document that is not checked; who changes it has drafted it."""
    with transaction.atomic():
        found, user = _locked(appropriation_id, act, *MAKERS)
        _check_sums(found.region_id, sums)
        if found.state != AppropriationState.DRAFT:
            raise RefusedError(f"该文件现为“{found.get_state_display()}”，不能修改；需要修改的请先退回。")
        found.title, found.drafted_by, found.drafted_at = title, user, act.at
        found.save(update_fields=["title", "drafted_by", "drafted_at"])
        _set_lines(found, sums)
        _record(found, "draft", act, _sums_words(sums))
    return found


def check_appropriation(appropriation_id: int, *, act: ActorContext) -> Appropriation:
    """Confirm what another person drafted."""
    with transaction.atomic():
        found, user = _locked(appropriation_id, act, *CHECKERS)
        second_person(user, first_id=found.drafted_by_id, deed="复核")
        APPROPRIATION.move(found, Action.CHECK, changes={"checked_by": user})
        _record(found, Action.CHECK, act, {"title": found.title})
    return found


def return_appropriation(appropriation_id: int, *, reason: str, act: ActorContext) -> Appropriation:
    """Send a checked document back to be changed, with the reason."""
    with transaction.atomic():
        found, _ = _locked(appropriation_id, act, *CHECKERS)
        APPROPRIATION.check(found, Action.RETURN, reason=reason)
        APPROPRIATION.move(found, Action.RETURN, changes={"checked_by": None, "reason": reason.strip()})
        _record(found, Action.RETURN, act, {"reason": reason.strip()})
    return found


def issue_appropriation(appropriation_id: int, *, act: ActorContext) -> Appropriation:
    """Number a checked document and move its sums in the books.

    Raises BudgetShortError, with nothing written and no number taken, where a line has too little.
    """
    with transaction.atomic():
        found, user = _locked(appropriation_id, act, *MAKERS)
        APPROPRIATION.check(found, Action.ISSUE)
        year = timezone.localdate(act.at).year
        sequence = take_number(found.region, SERIES, year=year)
        number = document_number(found.region, SERIES_WORD, year=year, sequence=sequence)
        sums = {line.region_id: line.fen for line in found.lines.all()}
        entry = give_to_districts(found.line, sums, deed=found.key, paper_no=number, act=act)
        changes = {"number": number, "entry": entry, "issued_by": user, "issued_at": act.at}
        APPROPRIATION.move(found, Action.ISSUE, changes=changes)
        _record(found, Action.ISSUE, act, {"number": number, **_sums_words(sums)})
    return found


def issue_shares(allocation: Allocation, *, sums: Mapping[str, int], officer: User, act: ActorContext) -> Appropriation:
    """The document by which an allocation that two people made is issued: drafted and checked by them."""
    if not sums:
        raise RefusedError("各区县份额没有变化，无需下达。")
    made = Appropriation.objects.create(
        region=allocation.region,
        line=allocation.line,
        allocation=allocation,
        title=allocation.title,
        state=AppropriationState.CHECKED,
        drafted_by_id=allocation.computed_by_id or officer.pk,
        checked_by_id=allocation.checked_by_id,
        drafted_at=act.at,
    )
    _set_lines(made, sums)
    return issue_appropriation(made.pk, act=act)


def receive_appropriation(line_id: int, *, note: str, act: ActorContext) -> Receipt:
    """The district's finance confirms a sum's arrival (回执), once. Raises RefusedError where it was recalled."""
    with transaction.atomic():
        line = AppropriationLine.objects.select_related("region").get(pk=line_id)
        # Locked: a document that is being recalled is not received beside it.
        document = Appropriation.objects.select_for_update(of=("self",)).get(pk=line.appropriation_id)
        user = act.user
        if user is None or line.region_id not in user.regions_for(Role.FINANCE):
            raise PermissionDenied(f"只有{line.region.name}的财务人员可以签收。")
        if document.state != AppropriationState.ISSUED:
            raise RefusedError(f"该文件现为“{document.get_state_display()}”，不能签收。")
        receipt, is_new = Receipt.objects.get_or_create(
            line=line, defaults={"officer": user, "note": note.strip(), "at": act.at}
        )
        if is_new:
            _record(document, "receive", act, {"number": document.number, "region": line.region_id, "note": note})
    return receipt


def recall_appropriation(appropriation_id: int, *, reason: str, act: ActorContext) -> Appropriation:
    """Take an issued document back by a reversing entry; by another person than who issued it, with the reason.

    Raises BudgetShortError where a district has used what it was given.
    """
    with transaction.atomic():
        found, user = _locked(appropriation_id, act, *CHECKERS)
        APPROPRIATION.check(found, Action.RECALL, reason=reason)
        second_person(user, first_id=found.issued_by_id, deed="收回")
        if found.entry is None:
            raise ValueError(f"appropriation {found.pk} is issued without an entry")
        reverse_entry(found.entry, reason=reason, act=act)
        APPROPRIATION.move(found, Action.RECALL, changes={"recalled_by": user, "reason": reason.strip()})
        _record(found, Action.RECALL, act, {"number": found.number, "reason": reason.strip()})
    return found


def _check_sums(city_id: str, sums: Mapping[str, int]) -> None:
    if not any(sums.values()):
        raise RefusedError("请至少为一个区县填写金额。")
    if Region.objects.filter(parent_id=city_id, pk__in=sums).count() < len(sums):
        raise RefusedError("只能下达到本市所辖区县，请重新填写。")


def _set_lines(found: Appropriation, sums: Mapping[str, int]) -> None:
    found.lines.all().delete()
    rows = [
        AppropriationLine(appropriation=found, region_id=code, fen=fen) for code, fen in sorted(sums.items()) if fen
    ]
    record_contents(AppropriationLine.objects.bulk_create(rows))


def _locked(appropriation_id: int, act: ActorContext, *roles: Role) -> tuple[Appropriation, User]:
    rows = Appropriation.objects.select_for_update(of=("self",)).select_related("region", "line__region", "entry")
    found = rows.get(pk=appropriation_id)
    return found, acting(act, found.region_id, *roles)


def _sums_words(sums: Mapping[str, int]) -> dict[str, Any]:
    return {code: to_yuan(fen) for code, fen in sums.items() if fen}


def _record(found: Appropriation, action: str, act: ActorContext, after: Mapping[str, Any]) -> None:
    record_audit(act, action=f"appropriation.{action}", target=found, region_code=found.region_id, after=after)
