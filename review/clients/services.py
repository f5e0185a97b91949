"""One sheet for many clients: its lines fall into a draft for each."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.db import transaction

from applications.claims.models import Claim
from applications.claims.services.drafts import start_filled_claim
from policies.published.models import SupportItem
from portal.accounts.models import Applicant
from portal.audit.services import recorded_together
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError

# One sheet may name so many clients.
MOST_CLIENTS = 50


def start_for_clients(
    item: SupportItem,
    lines: Mapping[Applicant, Sequence[Mapping[str, object]]],
    *,
    key: uuid.UUID,
    act: ActorContext,
) -> list[Claim]:
    """Begin a draft of the item for each client with its lines; all or none. The same `key` again gives those drafts.

    Raises RefusedError, naming the client, as `start_claim` does.
    """
    if len(lines) > MOST_CLIENTS:
        raise RefusedError(f"一次最多 {MOST_CLIENTS} 个委托人，表中有 {len(lines)} 个。请分成几张表。")
    drafts = []
    with transaction.atomic(), recorded_together():
        for client, rows in lines.items():
            own = uuid.uuid5(key, str(client.pk))
            try:
                drafts.append(start_filled_claim(client, item=item, key=own, act=act, rows=rows))
            except RefusedError as error:
                raise RefusedError(f"{client.name}：{error}没有导入任何内容。") from None
    return drafts
