"""Who is kept from work on an applicant's matters."""

from portal.accounts.models import User
from portal.core.errors import RefusedError


def refuse_recused(user: User, applicant_id: int) -> None:
    """Raise RefusedError for a member of the applicant, of its agency, and whoever is recused from it."""
    if applicant_id in user.recused_from:
        raise RefusedError("您与该单位存在应当回避的情形，请由其他人员办理。")
