"""Take a provider's word for an organisation, in place of papers."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from portal.accounts.enums import VerificationAction
from portal.accounts.models import Applicant
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.ownership.enums import CheckOutcome
from portal.ownership.models import OrganisationCheck
from portal.ownership.selectors import refuse_disputed
from portal.ownership.services.papers import move_verification
from portal.ownership.vouchers import Statement


def accept_statement(applicant: Applicant, statement: Statement, *, act: ActorContext) -> bool:
    """Verify a member's organisation by what a provider states of it; returns whether it was not verified before.

    Raises PermissionDenied for who does not act for it, RefusedError where a field differs or it is contested: papers
    decide then.
    """
    with transaction.atomic():
        locked = Applicant.objects.select_for_update(of=("self",)).get(pk=applicant.pk)
        if act.user is None or not locked.memberships.filter(user=act.user).exists():
            raise PermissionDenied("只有本单位成员可以核验本单位。")
        if problem := statement.problem(locked):
            raise RefusedError(f"{statement.source}返回的{problem}。也可以上传营业执照和授权委托书核验。")
        if locked.is_verified:
            return False
        refuse_disputed(locked.pk)
        check = OrganisationCheck.objects.create(
            applicant=locked,
            outcome=CheckOutcome.CONFIRMED,
            name=locked.name,
            legal_representative=locked.legal_representative,
            source=statement.source,
            at=act.at,
        )
        move_verification(locked, VerificationAction.VOUCH, check=check, act=act)
    return True
