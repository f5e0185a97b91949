"""One upload for many clients: lines fall into a draft for each, files into the claims whose numbers they name."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim, ClaimLine
from applications.claims.selectors.scope import item_of
from applications.claims.services.drafts import start_filled_claim
from applications.intake.selectors.matching import Key, Text, line_keys
from applications.intake.services.archives import read_archive
from applications.intake.services.reading import text_of
from applications.intake.services.receiving import take_file
from applications.mandates.enums import Right
from applications.mandates.selectors import mandated_claims
from policies.facts.values import facts_of
from policies.published.models import SupportItem
from portal.accounts.models import Applicant, User
from portal.audit.services import recorded_together
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError

# One upload may name so many clients, bring so many files, and fall into so many claims, the latest.
MOST_CLIENTS = 50
MOST_FILES = 60
MOST_CLAIMS = 200


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


@dataclass(slots=True)
class Sorted:
    """What became of files: into which claims each went, those that fit nowhere, and what was refused, in words."""

    taken: list[tuple[str, Claim]] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def sort_files(files: Iterable[UploadedFile[bytes]], *, act: ActorContext) -> Sorted:
    """Put files, and those in ZIP archives, into the clients' open claims of whose lines they name a number.

    By the file's name, else by the text of its pages. There each waits for its place to be confirmed, as any file does.
    """
    found = Sorted()
    candidates = _candidates(act.user) if act.user else []
    for count, (name, content) in enumerate(_unpacked(files, found.refused), start=1):
        if count > MOST_FILES:
            found.refused.append(f"一次最多 {MOST_FILES} 个文件，“{name}”及以后的没有读取，请再传一次。")
            break
        claims = _matching(candidates, name, content)
        if not claims:
            found.unmatched.append(name)
        for claim in claims:
            try:
                take_file(claim, act=act, filename=name, content=content)
                found.taken.append((name, claim))
            except RefusedError as error:
                found.refused.append(f"{claim.applicant.name}：{error}")
    return found


def _unpacked(files: Iterable[UploadedFile[bytes]], told: list[str]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        name, content = PurePath(file.name or "未命名").name, file.read()
        if not name.lower().endswith(".zip"):
            yield name, content
            continue
        try:
            yield from read_archive(io.BytesIO(content), told)
        except RefusedError as error:
            told.append(f"“{name}”：{error}")


def _candidates(user: User) -> list[tuple[Claim, tuple[Key, ...]]]:
    """The clients' claims that the person may write now, with what identifies their lines. Four queries."""
    drafts = mandated_claims(user, right=Right.FILL) & Q(status=ClaimStatus.DRAFT)
    corrections = mandated_claims(user, right=Right.CORRECT) & Q(status=ClaimStatus.CORRECTION)
    claims = Claim.objects.filter(drafts | corrections).select_related("applicant", "item", "version")
    open_claims = {claim.pk: claim for claim in claims.order_by("-pk")[:MOST_CLAIMS]}
    keys: dict[int, tuple[Key, ...]] = dict.fromkeys(open_claims, ())
    for line in ClaimLine.objects.filter(claim__in=open_claims, is_defence=False).order_by("pk"):
        item = item_of(open_claims[line.claim_id])
        keys[line.claim_id] += line_keys(facts_of(item), item.subject, line.facts)
    return [(open_claims[pk], found) for pk, found in keys.items()]


def _matching(candidates: Sequence[tuple[Claim, tuple[Key, ...]]], name: str, content: bytes) -> list[Claim]:
    for written in (name.rpartition(".")[0] or name, text_of(content) if name.lower().endswith(".pdf") else ""):
        text = Text.of(written)
        if claims := [claim for claim, keys in candidates if any(key.is_in(text) for key in keys)]:
            return claims
    return []
