"""What a person chooses of the messages they get, and what stands there until they do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied

from portal.accounts.models import User
from portal.core.actor import ActorContext
from portal.notifications.enums import MUST, PER_KIND, Audience, Channel, Group
from portal.notifications.kinds import MESSAGE_KINDS, MessageKind
from portal.notifications.models import Choices, is_default
from portal.notifications.providers import open_channels


@dataclass(frozen=True, slots=True)
class Switch:
    """One box of the page: a group, or a kind, by a channel; `standard` is what holds where nothing is kept."""

    name: str
    channel: Channel
    is_on: bool
    is_fixed: bool
    standard: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the page: a group, or one kind of a group of which people choose kind by kind."""

    label: str
    switches: list[Switch]
    group: str = ""


def choices_for(user: User) -> Choices:
    """What a person chose, or the defaults."""
    return Choices.objects.filter(user=user).first() or Choices(user=user)


def kinds_for(user: User) -> list[MessageKind]:
    """The kinds of which a person may get messages, by what they do here."""
    audiences = {Audience.ANYBODY, Audience.OFFICIAL if user.is_official else Audience.APPLICANT}
    if user.standing.is_expert:
        audiences.add(Audience.EXPERT)
    return [kind for kind in MESSAGE_KINDS.values() if kind.audience in audiences]


def rows_of(choices: Choices) -> list[Row]:
    """The boxes, in the order of the groups and of the channels."""
    mine, rows = kinds_for(choices.user), list[Row]()
    for group in Group:
        kinds = [kind for kind in mine if kind.group == group]
        if group in PER_KIND:
            rows += [Row(kind.name or kind.label, _switches(choices, group, kind), group.label) for kind in kinds]
        elif kinds:
            rows.append(Row(group.label, _switches(choices, group)))
    return rows


def _switches(choices: Choices, group: Group, kind: MessageKind | None = None) -> list[Switch]:
    found = []
    for channel in (Channel.SITE, *open_channels()):
        name = f"{kind.code if kind else group}:{channel}"
        standard = choices.of_group(group, channel) if kind else is_default(group, channel)
        is_fixed = channel == Channel.SITE and group in MUST
        found.append(Switch(name, channel, bool(choices.switches.get(name, standard)), is_fixed, standard))
    return found


def save_choices(chosen: Collection[str], values: Mapping[str, Any], *, act: ActorContext) -> Choices:
    """Keep what a person chose: `chosen` are the names of the boxes that are on, `values` the other fields.

    What cannot be switched off stays on; what is as the default is not kept, so that a later default holds.
    """
    if act.user is None:
        raise PermissionDenied
    choices = choices_for(act.user)
    for switch in [switch for row in rows_of(choices) for switch in row.switches]:
        wanted = switch.is_fixed or switch.name in chosen
        choices.switches.pop(switch.name, None)
        if wanted != switch.standard:
            choices.switches[switch.name] = wanted
    for name, value in values.items():
        setattr(choices, name, value)
    choices.save()
    return choices
