"""Make a claim's package: form, evidence, decisions, notices, letters, time line, and the audit record with its proof.

A ZIP archive; every file stands in `清单.json` with its size, SHA-256 and SM3, and the manifest's own SHA-256 in the
audit record. `index.html` shows it all in any browser. Source: GB/T 42727-2023 政务服务事项电子文件归档规范.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from applications.claims.enums import ENDED
from applications.claims.models import Claim
from applications.claims.services.transitions import lock_claim
from policies.facts.values import facts_of, show_fact
from policies.published.selectors import compiled_item
from portal.audit import offline
from portal.audit.chain import fields_of
from portal.audit.models import AuditRecord
from portal.audit.offline import HASHES, text_of
from portal.audit.roots import proof_of
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.files import FileChangedError, open_file
from review.letters.models import Letter
from review.notices.archive.checking import LETTERS, MANIFEST
from review.notices.models import Notice
from review.notices.selectors import NoticeFileError, open_notice

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def archive_claim(claim_id: int, *, act: ActorContext) -> bytes:
    """The package of a claim that has ended, with its manifest's hash in the audit record.

    Raises RefusedError where it has not ended, or a file is missing or not as it was kept.
    """
    with transaction.atomic():
        claim = lock_claim(claim_id)
        if claim.status not in ENDED or not claim.number:
            raise RefusedError(
                f"申报 {claim.number or '（草稿）'} 现为“{claim.get_status_display()}”，办结后才能归档。"
            )
        files = dict(_files(claim, at=act.at))
        manifest = _json({"claim": claim.number, "made_at": act.at, "files": [_entry(*item) for item in files.items()]})
        record_audit(
            act,
            action="notices.archive",
            target=claim,
            region_code=claim.region_id,
            after={"manifest": offline.sha256(manifest).hex(), "files": len(files)},
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ((MANIFEST, manifest), *files.items()):
            # The moment of the claim's end, not of the packing: the same package has the same bytes.
            entry = zipfile.ZipInfo(name, timezone.localtime(claim.status_since).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return packed.getvalue()


def _entry(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "size": len(content)} | {how: make(content).hex() for how, make in HASHES.items()}


def _json(value: Any) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _files(claim: Claim, *, at: datetime) -> Iterator[tuple[str, bytes]]:
    """Every file of the package by its name, the page that shows them last."""
    form, evidence, notices = _form(claim), list(_evidence(claim)), list(_notices(claim))
    letters, enclosed = _letters(claim)
    records = _records(claim, notices)
    parts = {
        "form": form,
        "evidence": [{"name": name, **words} for name, words, _ in evidence],
        "decisions": list(_decisions(claim)),
        "notices": [{"name": name, **words} for name, words, _ in notices],
        "letters": letters,
        "events": list(_events(claim)),
        "records": records,
    }
    metadata = {
        "standard": "GB/T 42727-2023",
        "number": claim.number,
        "item": claim.item.title,
        "item_version": claim.version.hash,
        "document": [claim.item.document.number, claim.item.document.title, claim.item.article],
        "applicant": {"name": claim.applicant.name, "id": claim.applicant.masked_identifier},
        "region": claim.region.full_name,
        "status": claim.get_status_display(),
        "submitted_at": claim.submitted_at,
        "ended_at": claim.status_since,
        "made_at": at,
        "parts": parts,
    }
    yield "元数据.json", _json(metadata)
    yield "申报/申报内容.json", _json(form)
    for name, _, content in (*evidence, *notices):
        yield name, content
    yield LETTERS, _json(letters)
    yield from enclosed.items()
    yield "办理/审查意见.json", _json(parts["decisions"])
    yield "办理/办理过程.json", _json(parts["events"])
    yield (
        "办理/测算.json",
        _json(list(claim.assessments.order_by("pk").values("stage", "question", "answer", "hash", "made_at"))),
    )
    yield "审计/记录.jsonl", b"".join(text_of(record) + b"\n" for record in records)
    proofs = (proof_of(record["fields"]["sequence"]) for record in records)
    yield "审计/存证.jsonl", b"".join(text_of(proof) + b"\n" for proof in proofs if proof)
    yield "审计/offline.py", Path(offline.__file__).read_bytes()
    yield "index.html", render_to_string("notices/archive.html", {"about": metadata, **parts}).encode()


def _form(claim: Claim) -> dict[str, Any]:
    """What was claimed, in words and as stored."""
    item = compiled_item(claim.version)

    def shown(facts: dict[str, Any], scope: str) -> list[list[str]]:
        return [[fact.label, show_fact(fact, facts.get(fact.name))] for fact in facts_of(item, scope)]

    lines = claim.lines.order_by("position")
    return {
        "shown": shown(claim.facts, "claim"),
        "lines": [shown(line.facts, "line") for line in lines],
        "facts": claim.facts,
        "line_facts": [line.facts for line in lines],
        "claimed_amount": claim.claimed_amount,
    }


def _evidence(claim: Claim) -> Iterator[tuple[str, dict[str, Any], bytes]]:
    kept = claim.evidence.filter(removed_at=None).select_related("file").order_by("pk")
    for number, each in enumerate(kept, 1):
        content = _bytes_of(each.file.path, each.file.sha256, called=f"材料“{each.filename}”")
        words = {"title": each.filename, "requirement": each.requirement, "uploaded_at": each.uploaded_at}
        yield _named("材料", number, each.filename), words, content


def _letters(claim: Claim) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """What applicant and offices wrote to one another, and the files that came with it by their names."""
    written: list[dict[str, Any]] = []
    enclosed: dict[str, bytes] = {}
    for letter in Letter.objects.filter(claim=claim).prefetch_related("files").order_by("pk"):
        names = []
        for file in letter.files.all():
            name = _named("往来", len(enclosed) + 1, file.filename)
            enclosed[name] = _bytes_of(file.path, file.sha256, called=f"往来消息的附件“{file.filename}”")
            names.append(name)
        side = "主管部门" if letter.is_from_office else "申报人"
        written.append({"at": letter.at, "side": side, "by": letter.author_name, "text": letter.text, "files": names})
    return written, enclosed


def _named(folder: str, number: int, filename: str) -> str:
    """A file's name in the package, in its order and without what some systems refuse; its ending stays."""
    path = PurePath(_NOT_IN_NAMES.sub("_", filename))
    return f"{folder}/{number:03d} {path.stem[:80]}{path.suffix[:8]}"


def _bytes_of(path: str, sha256: str, *, called: str) -> bytes:
    try:
        with open_file(path, sha256=sha256) as file:
            return file.read()
    except (FileNotFoundError, FileChangedError) as error:
        raise RefusedError(f"{called}缺失或与登记的哈希值不一致，不能归档。") from error


def _notices(claim: Claim) -> Iterator[tuple[str, dict[str, Any], bytes]]:
    for notice in Notice.objects.filter(claim=claim, rendered_at__isnull=False).order_by("pk"):
        try:
            with open_notice(notice) as file:
                content = file.read()
        except NoticeFileError as error:
            raise RefusedError(f"{notice}：{error}，不能归档。") from error
        events = [[event.on, event.get_kind_display(), event.note] for event in notice.events.all()]
        words = {"title": str(notice), "pk": notice.pk, "state": notice.get_state_display(), "events": events}
        yield f"结果/{notice.number}.pdf", words, content


def _decisions(claim: Claim) -> Iterator[dict[str, Any]]:
    for decision in claim.decisions.order_by("pk"):
        yield {
            "stage": decision.get_stage_display(),
            "conclusion": decision.get_conclusion_display(),
            "officer": decision.officer_name,
            "amount": decision.amount,
            "reason": decision.reason,
            "minutes": decision.minutes_number,
            "at": decision.at,
        }


def _events(claim: Claim) -> Iterator[dict[str, Any]]:
    for event in claim.events.order_by("pk"):
        yield {
            "action": event.get_action_display(),
            "to": event.get_to_status_display(),
            "by": event.actor_name,
            "reason": event.reason,
            "at": event.at,
        }


def _records(claim: Claim, notices: list[tuple[str, dict[str, Any], bytes]]) -> list[dict[str, Any]]:
    """What the audit record says of the claim and its notices, each record whole with its hash."""
    of_claim = AuditRecord.objects.filter(target_type=Claim._meta.label_lower, target_id=str(claim.pk))
    keys = [str(words["pk"]) for _, words, _ in notices]
    of_notices = AuditRecord.objects.filter(target_type=Notice._meta.label_lower, target_id__in=keys)
    found = sorted([*of_claim, *of_notices], key=lambda record: record.sequence)
    return [{"fields": fields_of(record), "hash": record.hash} for record in found]
