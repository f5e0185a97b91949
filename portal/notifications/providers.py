"""What carries messages out of the portal: one interface, a provider for each channel by setting.

A provider either has handed a parcel over or raises; the job tries again for days. A parcel keeps its `reference` over
all attempts, so that a receiver drops the copy of one whose worker died between sending and noting it.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import Request

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.module_loading import import_string

from portal.core.calling import open_address
from portal.notifications.enums import OUTSIDE, Channel

_TIMEOUT_SECONDS = 20
_MOST_ANSWER = 64 * 1024


class DeliveryError(Exception):
    """A message was not taken; the text says why, for the administrator."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message for one address: a mail address, a phone number, or an account of the work chat."""

    reference: str
    channel: Channel
    to: str
    subject: str
    body: str
    created_at: datetime
    # Whether an earlier attempt may have handed it over.
    is_repeated: bool = False


class Provider(Protocol):
    """Hands a parcel over, or raises."""

    def send(self, parcel: Parcel) -> None: ...


class MailProvider:
    """Mail by Django's backend. Auto-Submitted keeps absence notices from answering."""

    def send(self, parcel: Parcel) -> None:
        host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
        EmailMessage(
            subject=parcel.subject,
            body=parcel.body,
            to=[parcel.to],
            headers={"Message-ID": f"<{parcel.reference}@{host}>", "Auto-Submitted": "auto-generated"},
        ).send()


class FileProvider:
    """Appends each message as a line of JSON to a file of its channel and day in MESSAGE_DIR.

    The gateway of the office picks the files up. The file is locked while it is written, and a repeated attempt looks
    first whether its line is there, so that several workers and a killed one write each message once.
    """

    def send(self, parcel: Parcel) -> None:
        folder = Path(settings.MESSAGE_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        line = json.dumps(
            {
                "reference": parcel.reference,
                "to": parcel.to,
                "subject": parcel.subject,
                "body": parcel.body,
                "at": timezone.localtime(parcel.created_at).isoformat(),
            },
            ensure_ascii=False,
        )
        path = folder / f"{parcel.channel}-{timezone.localdate(parcel.created_at)}.jsonl"
        with path.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            if parcel.is_repeated and any(_is_of(written, parcel.reference) for written in file):
                return
            # A worker that was killed while writing left half a line, which no reader takes.
            end = file.seek(0, os.SEEK_END)
            half = end and (file.seek(end - 1), file.read(1))[1] != b"\n"
            file.write(b"\n" * bool(half) + line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _is_of(line: bytes, reference: str) -> bool:
    return line.endswith(b"}\n") and json.loads(line)["reference"] == reference


class WebhookProvider:
    """Posts each message as JSON to CHAT_WEBHOOK_URL, in the form that 政务微信 and 钉钉 share.

    `X-Signature` is the HMAC-SHA256 of the body under CHAT_WEBHOOK_SECRET. Anything but a status of 2xx, and an
    `errcode` other than 0 in the answer, is a failure.
    """

    def send(self, parcel: Parcel) -> None:
        text = f"{parcel.subject}\n{parcel.body}"
        content = {"touser": parcel.to, "msgtype": "text", "text": {"content": text}, "reference": parcel.reference}
        body = json.dumps(content, ensure_ascii=False).encode()
        signature = hmac.new(settings.CHAT_WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
        request = Request(  # noqa: S310 - the operator's own address; `ready` refuses other schemes
            settings.CHAT_WEBHOOK_URL,
            data=body,
            headers={"Content-Type": "application/json", "X-Signature": signature, "X-Reference": parcel.reference},
        )
        with open_address(request, seconds=_TIMEOUT_SECONDS) as answer:
            said = answer.read(_MOST_ANSWER)
        try:
            found = json.loads(said or b"{}")
        except ValueError:
            return
        if isinstance(found, dict) and found.get("errcode", 0) != 0:
            raise DeliveryError(f"接收方返回错误 {found['errcode']}：{str(found.get('errmsg', ''))[:100]}")


def provider_for(channel: str) -> Provider:
    """The provider of a channel. Raises DeliveryError where the settings name none."""
    path = settings.MESSAGE_PROVIDERS.get(channel)
    if not path:
        raise DeliveryError(f"{Channel(channel).label}没有设置发送方式，请系统管理员配置后重试。")
    provider: Provider = import_string(path)()
    return provider


def open_channels() -> list[Channel]:
    """The channels out of the portal that the settings provide for."""
    return [channel for channel in OUTSIDE if settings.MESSAGE_PROVIDERS.get(channel)]
