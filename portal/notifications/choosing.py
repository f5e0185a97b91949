"""What a person chooses of the messages they get, and what stands there until they do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied

from portal.accounts.models import User
from portal.core.actor import ActorContext
from portal.notifications.enums import MUST, Audience, Channel, Group
from portal.notifications.kinds import MESSAGE_KINDS
from portal.notifications.models import Choices, is_default
from portal.notifications.providers import open_channels


@dataclass(frozen=True, slots=True)
class Switch:
    """One box of the page: a group by a channel."""

    name: str
    channel: Channel
    is_on: bool
    is_fixed: bool


def choices_for(user: User) -> Choices:
    """What a person chose, or the defaults."""
    return Choices.objects.filter(user=user).first() or Choices(user=user)


def groups_for(user: User) -> list[Group]:
    """The groups of which a person may get messages, by what they do here."""
    audiences = {Audience.ANYBODY, Audience.OFFICIAL if user.is_official else Audience.APPLICANT}
    if user.standing.is_expert:
        audiences.add(Audience.EXPERT)
    mine = {kind.group for kind in MESSAGE_KINDS.values() if kind.audience in audiences}
    return [group for group in Group if group in mine]


def switches_of(choices: Choices) -> list[tuple[Group, list[Switch]]]:
    """The boxes by group, in the order of the channels."""
    return [
        (
            group,
            [
                Switch(
                    f"{group}:{channel}",
                    channel,
                    choices.switches.get(f"{group}:{channel}", is_default(group, channel)),
                    channel == Channel.SITE and group in MUST,
                )
                for channel in (Channel.SITE, *open_channels())
            ],
        )
        for group in groups_for(choices.user)
    ]


def save_choices(chosen: Collection[str], values: Mapping[str, Any], *, act: ActorContext) -> Choices:
    """Keep what a person chose: `chosen` are the names of the boxes that are on, `values` the other fields.

    What cannot be switched off stays on; what is as the default is not kept, so that a later default holds.
    """
    if act.user is None:
        raise PermissionDenied
    choices = choices_for(act.user)
    for group, switches in switches_of(choices):
        for switch in switches:
            wanted = switch.is_fixed or switch.name in chosen
            choices.switches.pop(switch.name, None)
            if wanted != is_default(group, switch.channel):
                choices.switches[switch.name] = wanted
    for name, value in values.items():
        setattr(choices, name, value)
    choices.save()
    return choices
