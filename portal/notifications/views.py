"""A person's messages."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from portal.access import access, signed_in
from portal.core.http import act_of, user_of
from portal.core.paging import read_number
from portal.notifications.models import Message
from portal.notifications.selectors import newest_message_id, page_of_messages
from portal.notifications.services import mark_all_read, mark_read


@access(signed_in)
def message_list(request: HttpRequest) -> HttpResponse:
    """Show one's messages, or only those unread."""
    user = user_of(request)
    unread_only = request.GET.get("show") == "unread"
    page = page_of_messages(user, unread_only=unread_only, after=request.GET.get("after", ""))
    context = {
        "page": page,
        "unread_only": unread_only,
        "newest": newest_message_id(user),
    }
    return render(request, "notifications/list.html", context)


@access(signed_in)
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one message read, and go where it leads if asked to."""
    message = get_object_or_404(Message.objects.visible_to(user_of(request)), pk=pk)
    mark_read(message, act=act_of(request))
    leads = message.url and url_has_allowed_host_and_scheme(message.url, allowed_hosts=None)
    return redirect(message.url if leads and "open" in request.POST else "notifications:list")


@access(signed_in)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything that was shown as read."""
    newest = request.POST.get("newest", "")
    count = mark_all_read(act=act_of(request), newest=read_number(newest) or 0)
    messages.success(request, f"已将 {count} 条消息标为已读。" if count else "没有未读消息。")
    return redirect("notifications:list")
