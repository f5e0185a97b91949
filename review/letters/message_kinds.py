"""The messages that a letter is there."""

from portal.notifications.enums import Audience, Group, Urgency
from portal.notifications.kinds import MessageKind

KINDS = [
    MessageKind(
        "letters.to_applicant",
        Group.LETTERS,
        Audience.APPLICANT,
        "{{ number }} 有新的来信",
        "{{ by }}就您的申报“{{ item }}”（{{ number }}）给您写了消息，请查看并在平台上回复。",
    ),
    MessageKind(
        "letters.to_office",
        Group.WORK,
        Audience.OFFICIAL,
        "{{ number }} 有申报单位来信",
        "{{ by }}就“{{ item }}”（{{ number }}）写了消息，请查看并在平台上回复。",
        Urgency.DIGEST,
    ),
]
