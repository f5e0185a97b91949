"""Members of a body and invitations to join."""

import uuid

from allauth.decorators import rate_limit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.access import access, applicants, private_persons, public
from portal.accounts.forms import InviteForm
from portal.accounts.models import Invitation, Membership
from portal.accounts.selectors import members_of, open_invitations
from portal.accounts.services.applicants import set_who_submits
from portal.accounts.services.members import (
    accept_invitation,
    cancel_invitation,
    find_invitation,
    hand_over_ownership,
    invitation_problem,
    invite_member,
    remove_member,
)
from portal.accounts.views.applicants import own_applicant, owns
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from portal.core.identifiers import mask_email
from portal.core.wishes import go_on


@access(applicants)
@rate_limit(action="invite_member")
def members(request: HttpRequest, pk: int) -> HttpResponse:
    """List a body's members; the owner also sees the invitations and invites."""
    applicant = own_applicant(request, pk)
    is_owner = owns(request, applicant)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with show_refusal(lambda error: form.add_error("email", str(error))):
            invitation = invite_member(applicant, email=form.cleaned_data["email"], act=act_of(request))
            messages.success(request, f"已邀请 {invitation.email}，邀请邮件即将发出，7 天内有效。")
            return redirect("accounts:members", pk=applicant.pk)
    context = {
        "applicant": applicant,
        "members": members_of(applicant),
        "invitations": open_invitations(applicant, now=timezone.now()) if is_owner else [],
        "is_owner": is_owner,
        "form": form,
    }
    return render(request, "accounts/members.html", context)


@access(applicants)
@require_POST
def who_submits(request: HttpRequest, pk: int) -> HttpResponse:
    """Set whether the owner alone submits."""
    applicant = own_applicant(request, pk)
    with show_refusal(request, success="提交申报的设定已保存。"):
        set_who_submits(applicant, owner_only=request.POST.get("who") == "owner", act=act_of(request))
    return redirect("accounts:members", pk=applicant.pk)


@access(applicants)
@require_POST
def member_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a member, or leave."""
    membership = get_object_or_404(Membership.objects.visible_to(user_of(request)).select_related("user"), pk=pk)
    leaves = membership.user_id == user_of(request).pk
    with show_refusal(request, success="您已退出该单位。" if leaves else f"{membership.user.name}已移出成员。"):
        remove_member(membership, act=act_of(request))
        if leaves:
            return redirect("accounts:organisation")
    return redirect("accounts:members", pk=membership.applicant_id)


@access(applicants)
@require_POST
def member_make_owner(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the ownership over to a member."""
    membership = get_object_or_404(
        Membership.objects.visible_to(user_of(request)).select_related("user", "applicant"), pk=pk
    )
    with show_refusal(request, success=f"负责人已移交给{membership.user.name}。"):
        hand_over_ownership(membership, act=act_of(request))
    return redirect("accounts:members", pk=membership.applicant_id)


@access(applicants)
@require_POST
def invitation_cancel(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take an invitation back."""
    found = Invitation.objects.visible_to(user_of(request)).select_related("applicant")
    invitation = get_object_or_404(found, public_id=public_id)
    cancel_invitation(invitation, act=act_of(request))
    messages.success(request, f"给 {invitation.email} 的邀请已撤回。")
    return redirect("accounts:members", pk=invitation.applicant_id)


def _invitation_of(token: str) -> Invitation:
    invitation = find_invitation(token)
    if invitation is None:
        raise Http404
    return invitation


@access(public)
def invitation_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show what one is invited to, and how to accept: whoever holds the link may look."""
    invitation = _invitation_of(token)
    user = request.user if request.user.is_authenticated else None
    context = {
        "invitation": invitation,
        "token": token,
        "problem": invitation_problem(invitation, user=user),
        "invited_email": mask_email(invitation.email),
    }
    return render(request, "accounts/invitation.html", context)


@access(private_persons)
@require_POST
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Join by an invitation."""
    invitation = _invitation_of(token)
    with show_refusal(request, success=f"您已加入{invitation.applicant.name}。"):
        accept_invitation(invitation, act=act_of(request))
        return go_on(request, reverse("accounts:organisation_detail", args=[invitation.applicant_id]))
    return redirect("accounts:invitation", token=token)
