"""Write a draft of policy: begin, change its sections one by one, take in YAML. Stale pages overwrite nothing."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from policies.drafting import yaml_codec
from policies.drafting.enums import OVER, DraftAction
from policies.drafting.models import PolicyDraft
from policies.drafting.permissions import may_draft, region_of
from policies.drafting.presets import blank_document
from policies.drafting.workflow import WORKFLOW
from policies.published.models import PolicyDocument
from policies.published.sources import with_name
from portal.accounts.areas import home_region
from portal.accounts.models import User
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError, StaleStateError

MAX_SECTIONS = 400
MAX_TEXT = 600_000


def stale_draft(draft: PolicyDraft, section: Mapping[str, Any] | None = None) -> StaleStateError:
    """Somebody saved another version of the draft, or of its section, since the page was loaded."""
    message = "该拟订已在别处修改，您的改动没有保存。请核对现在的内容后重新保存。"
    return StaleStateError(message, current=draft, attempted=section)


def start_draft(
    document: PolicyDocument | None, *, key: uuid.UUID, title: str, act: ActorContext, code: str = "", text: str = ""
) -> PolicyDraft:
    """Begin a draft: a change of `document` from its newest text, or a new document, blank under `code` or from `text`.

    The same `key` again gives the draft that is already there. Raises RefusedError for a code that is taken or
    a document without a text or of another area, CatalogueError for a text that is no YAML of sections.
    """
    if act.user is not None and (existing := PolicyDraft.objects.visible_to(act.user).filter(key=key).first()):
        return existing
    base = document.texts.order_by("-number").first() if document else None
    if document is not None:
        if base is None:
            raise RefusedError("该文件没有可供修改的文本，请先由系统管理员载入政策目录。")
        code, text = document.code, base.text
    sections = sections_of(text) if text else [blank_document(code, region_code=home_region(act.user))]
    region_code = (document.region_id or "") if document else region_of(sections)
    user = author_of(act, region_code)
    code = code or yaml_codec.name_of(sections[0])
    if not code:
        raise RefusedError("请填写文件标识，如 wx2026。")
    if base is None and PolicyDocument.objects.filter(code=code).exists():
        raise RefusedError(f"标识 {code} 已有文件：修改它请从该文件起草，新文件请换一个标识。")
    try:
        with transaction.atomic():
            draft = PolicyDraft.objects.create(
                key=key,
                document_code=code,
                region_code=region_code,
                title=title,
                base=base,
                sections=sections,
                source=base.source if base else "",
                marks=base.marks if base else {},
                created_by=user,
                created_at=act.at,
                saved_at=act.at,
            )
            draft.authors.add(user)
            record_audit(
                act,
                action="drafting.start",
                target=draft,
                region_code=region_code,
                after={"document_code": code, "title": title, "count": len(sections)},
            )
            return draft
    except IntegrityError as error:
        existing = PolicyDraft.objects.visible_to(user).filter(key=key).first()
        if existing is None:
            raise RefusedError("该拟订不属于您所在的地区。") from error
        return existing


def describe_draft(draft: PolicyDraft, *, revision: int, title: str, note: str, act: ActorContext) -> PolicyDraft:
    """Keep the draft's title and the note of what it changes."""
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        if (draft.title, draft.note) == (title, note):
            return draft
        _refuse_stale(draft, revision)
        draft.title, draft.note = title, note
        return touch_draft(draft, act=act)


def save_section(
    draft: PolicyDraft, index: int, section: Mapping[str, Any], *, revision: int, act: ActorContext
) -> PolicyDraft:
    """Put a section in place of another, right or wrong. What is the same as stored changes nothing.

    Raises StaleStateError where another version was saved since `revision`, RefusedError where the draft cannot
    be changed now or has no such section.
    """
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        wanted = _proper(section)
        if 0 <= index < len(draft.sections) and draft.sections[index] == wanted:
            return draft
        _refuse_stale(draft, revision, wanted)
        _refuse_missing(draft, index)
        if yaml_codec.kind_of(wanted) != yaml_codec.kind_of(draft.sections[index]):
            raise RefusedError("一段的种类不能改变，请另加一段。")
        old, new = yaml_codec.name_of(draft.sections[index]), yaml_codec.name_of(wanted)
        draft.sections = [*draft.sections[:index], wanted, *draft.sections[index + 1 :]]
        if old != new and old not in map(yaml_codec.name_of, draft.sections):
            draft.marks = with_name(draft.marks, old, new)
        return touch_draft(draft, act=act)


def add_section(
    draft: PolicyDraft, section: Mapping[str, Any], *, revision: int, act: ActorContext, at: int | None = None
) -> PolicyDraft:
    """Add a section at the end, or before index `at`; never before the document's head."""
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        wanted = _proper(section)
        _refuse_stale(draft, revision, wanted)
        if len(draft.sections) >= MAX_SECTIONS:
            raise RefusedError(f"一个文件至多 {MAX_SECTIONS} 段，请拆成几个文件。")
        if yaml_codec.kind_of(wanted) == yaml_codec.DOCUMENT:
            raise RefusedError("一个文件只有一个文件头。")
        place = len(draft.sections) if at is None else max(1, min(at, len(draft.sections)))
        draft.sections = [*draft.sections[:place], wanted, *draft.sections[place:]]
        return touch_draft(draft, act=act)


def remove_section(draft: PolicyDraft, index: int, *, revision: int, act: ActorContext) -> PolicyDraft:
    """Take a section off; the document's head stays."""
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        _refuse_stale(draft, revision)
        _refuse_missing(draft, index)
        if index == 0:
            raise RefusedError("文件头不能删除。")
        draft.sections = [*draft.sections[:index], *draft.sections[index + 1 :]]
        return touch_draft(draft, act=act)


def move_section(draft: PolicyDraft, index: int, *, to: int, revision: int, act: ActorContext) -> PolicyDraft:
    """Put a section at another place; head and settings stay first, so out of range is the nearest place there is."""
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        _refuse_stale(draft, revision)
        _refuse_missing(draft, index)
        fixed = _fixed(draft.sections)
        if index < fixed:
            raise RefusedError("文件头和设置总在最前，不能移动。")
        rest = [*draft.sections[:index], *draft.sections[index + 1 :]]
        place = max(fixed, min(to, len(rest)))
        draft.sections = [*rest[:place], draft.sections[index], *rest[place:]]
        return touch_draft(draft, act=act)


def replace_sections(
    draft: PolicyDraft, sections: Sequence[Mapping[str, Any]], *, revision: int, act: ActorContext
) -> PolicyDraft:
    """Put other sections in place of all of them."""
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        wanted = [_proper(section) for section in sections]
        if wanted == draft.sections:
            return draft
        _refuse_stale(draft, revision)
        draft.sections = wanted
        return touch_draft(draft, act=act)


def import_yaml(draft: PolicyDraft, text: str, *, revision: int, act: ActorContext) -> PolicyDraft:
    """Put the sections of a YAML text in place of all. Raises CatalogueError with the lines that cannot be read."""
    return replace_sections(draft, sections_of(text), revision=revision, act=act)


def withdraw(draft: PolicyDraft, *, reason: str, act: ActorContext) -> PolicyDraft:
    """End a draft unpublished, with a reason; any policy administrator may, and it stays readable."""
    with transaction.atomic():
        draft = lock_draft(draft)
        author_of(act, draft.region_code)
        if draft.state in OVER:
            raise RefusedError(f"该拟订现为“{draft.get_state_display()}”，不能再撤回。")
        return move_draft(draft, DraftAction.WITHDRAW, act=act, changes={"reason": reason, "saved_at": act.at})


def move_draft(
    draft: PolicyDraft,
    action: DraftAction,
    *,
    act: ActorContext,
    changes: Mapping[str, Any] | None = None,
    logged: Mapping[str, Any] | None = None,
) -> PolicyDraft:
    """Move a locked draft along the table, and log its state, the reason where there is one, and what is `logged`."""
    before, after = WORKFLOW.move(draft, action, changes=changes)
    reason = {"reason": after["reason"]} if after.get("reason") else {}
    record_audit(
        act,
        action=f"drafting.{action}",
        target=draft,
        region_code=draft.region_code,
        before={"state": before["state"]},
        after={"state": after["state"], **reason, **(logged or {})},
    )
    return draft


def sections_of(text: str) -> list[dict[str, Any]]:
    """The sections of a YAML text. Raises CatalogueError, RefusedError for a text of more than a document."""
    if len(text) > MAX_TEXT:
        raise RefusedError(f"文本超过 {MAX_TEXT:,} 字，请分成几个文件。")
    sections = yaml_codec.read_sections(text, name="YAML")
    if len(sections) > MAX_SECTIONS:
        raise RefusedError(f"一个文件至多 {MAX_SECTIONS} 段，请拆成几个文件。")
    return sections


def lock_draft(draft: PolicyDraft) -> PolicyDraft:
    """The draft as it is now, under its lock."""
    return PolicyDraft.objects.select_for_update().get(pk=draft.pk)


def lock_editable(draft: PolicyDraft, *, act: ActorContext) -> PolicyDraft:
    """The draft under its lock, refused with RefusedError unless this person may change it now."""
    draft = lock_draft(draft)
    author_of(act, draft.region_code)
    if not draft.is_editable:
        raise RefusedError(f"该拟订现为“{draft.get_state_display()}”，不能修改。")
    return draft


def author_of(act: ActorContext, region_code: str) -> User:
    """Who acts, refused with RefusedError unless they are a policy administrator of the area."""
    if act.user is None or not may_draft(act.user, region_code):
        raise RefusedError("只有本地区的政策管理人员可以拟订：请核对文件头的“适用地区”，或由该地区、上级的人员办理。")
    return act.user


def touch_draft(draft: PolicyDraft, *, act: ActorContext) -> PolicyDraft:
    """Count a change of a locked draft, and note who made it: they cannot publish it."""
    draft.revision += 1
    draft.saved_at = act.at
    draft.save(update_fields=["title", "note", "sections", "source", "marks", "revision", "saved_at"])
    draft.authors.add(author_of(act, draft.region_code))
    return draft


def _proper(section: Mapping[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = yaml_codec.plain(dict(section))
    if not yaml_codec.kind_of(wanted):
        raise RefusedError("这一段不是文件头、设置、事项或规则。")
    return wanted


def _fixed(sections: Sequence[Mapping[str, Any]]) -> int:
    """How many sections stand at the beginning for good."""
    return 2 if len(sections) > 1 and yaml_codec.kind_of(sections[1]) == yaml_codec.SETTINGS else 1


def _refuse_stale(draft: PolicyDraft, revision: int, section: Mapping[str, Any] | None = None) -> None:
    if revision != draft.revision:
        raise stale_draft(draft, section)


def _refuse_missing(draft: PolicyDraft, index: int) -> None:
    if not 0 <= index < len(draft.sections):
        raise RefusedError("这一段已不在拟订中，请返回查看现有各段。")
