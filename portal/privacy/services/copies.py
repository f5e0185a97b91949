"""Copies of one's own data: ask for one, fill it in a job, hand it out as a ZIP."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from portal.accounts.models import User
from portal.audit.enums import SecurityKind
from portal.audit.security import record_security
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.files import FileChangedError, open_file
from portal.core.zip_stream import Sink
from portal.jobs.services import enqueue_job
from portal.notifications.services import notify_users
from portal.privacy.extension import OWN_DATA
from portal.privacy.models import COPY_KEPT_FOR, DataCopy

JOB = "privacy.copy"
# A person may ask this often.
_PAUSE = timedelta(hours=1)


def ask_copy(user: User, *, act: ActorContext) -> DataCopy:
    """Ask for a copy of one's own data; a job makes it. Raises RefusedError where one was asked for within the hour."""
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        if DataCopy.objects.filter(user=person, asked_at__gt=act.at - _PAUSE).exists():
            raise RefusedError("您在一小时内已申请过个人信息副本，请使用已生成的副本，或稍后再申请。")
        copy = DataCopy.objects.create(user=person, asked_at=act.at)
        enqueue_job(JOB, key=str(copy.pk), payload={"copy_id": copy.pk})
        record_audit(act, action="privacy.copy_asked", target=copy)
    return copy


def fill_copy(copy_id: int) -> None:
    """Write a person's data into the copy they asked for, and notify them. Nothing where it is filled, or gone."""
    copy = DataCopy.objects.select_related("user").filter(pk=copy_id, ready_at=None).first()
    if copy is None:
        return
    user, now = copy.user, timezone.now()
    sections = [{"label": part.label, "rows": [dict(row) for row in part.rows(user)]} for part in OWN_DATA.values()]
    files = [[f.stored, f.sha256, f.name] for part in OWN_DATA.values() for f in part.files(user)]
    content = {"name": user.name, "email": user.email, "made_at": now, "sections": sections}
    with transaction.atomic():
        filled = DataCopy.objects.filter(pk=copy_id, ready_at=None).update(content=content, files=files, ready_at=now)
        if filled:
            notify_users(
                [user],
                "privacy.copy_ready",
                key=f"privacy.copy:{copy_id}",
                url="/me/data/",
                days=COPY_KEPT_FOR.days,
            )


def hand_out(copy: DataCopy, *, act: ActorContext) -> Iterator[bytes]:
    """Record that a copy was fetched, and give its ZIP, part by part."""
    text = json.dumps(copy.content, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder).encode()
    digest = hashlib.sha256(text).hexdigest()
    record_security(
        act, kind=SecurityKind.EXPORT, subject=str(copy), details={"rows": len(copy.files) + 1, "sha256": digest}
    )
    return _zip(copy, text)


def _zip(copy: DataCopy, text: bytes) -> Iterator[bytes]:
    sink = Sink()
    missing = []
    with zipfile.ZipFile(sink, "w") as archive:
        page = render_to_string("privacy/copy.html", {"copy": copy})
        archive.writestr("个人信息.json", text, zipfile.ZIP_DEFLATED)
        archive.writestr("个人信息.html", page.encode(), zipfile.ZIP_DEFLATED)
        for stored, sha256, name in copy.files:
            try:
                file = open_file(stored, sha256=sha256)
            except (FileNotFoundError, FileChangedError):
                missing.append(name)
                continue
            with file, archive.open(name, "w", force_zip64=True) as target:
                for chunk in file.chunks():
                    target.write(chunk)
                    yield sink.take()
        if missing:
            archive.writestr("缺少的文件.txt", "\n".join(missing).encode())
        yield sink.take()
    yield sink.take()
