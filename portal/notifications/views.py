"""A person's messages and what they choose of them; the administrator's outbox."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import access, officials, signed_in
from portal.accounts.enums import Role
from portal.core.errors import show_refusal
from portal.core.http import act_of, typed, user_of
from portal.core.numbers import whole_number
from portal.notifications import choosing, outbox
from portal.notifications.enums import Channel
from portal.notifications.forms import ChoicesForm, OutboxFilterForm
from portal.notifications.models import Message, Outgoing
from portal.notifications.providers import open_channels
from portal.notifications.selectors import newest_message_id, page_of_messages, page_of_outbox
from portal.notifications.services import mark_all_read, mark_read

system_admins = officials(Role.SYSTEM_ADMIN)


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
    count = mark_all_read(act=act_of(request), newest=whole_number(newest) or 0)
    messages.success(request, f"已将 {count} 条消息标为已读。" if count else "没有未读消息。")
    return redirect("notifications:list")


@access(signed_in)
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """Show and keep what one chooses of one's messages."""
    user = user_of(request)
    chosen = choosing.choices_for(user)
    form = ChoicesForm(request.POST or None, instance=chosen, person=user)
    if form.is_valid():
        choosing.save_choices(request.POST.getlist("switch"), form.cleaned_data, act=act_of(request))
        messages.success(request, "已保存，用于以后的消息。")
        return redirect("notifications:choices")
    context = {
        "form": form,
        "channels": [Channel.SITE, *open_channels()],
        "rows": choosing.rows_of(choosing.choices_for(user)),
        "has_phone": bool(user.phone),
    }
    return render(request, "notifications/choices.html", context, status=422 if form.errors else 200)


@access(system_admins)
def outbox_list(request: HttpRequest) -> HttpResponse:
    """Show what goes out in the administrator's area: to whom, by which channel, and what became of it."""
    form = OutboxFilterForm(request.GET)
    narrowed = form.to_filter()
    page = page_of_outbox(user_of(request), narrowed=narrowed, after=request.GET.get("after", ""))
    context = {"form": form, "page": page, "narrowed": any((narrowed.state, narrowed.channel, narrowed.kind))}
    return render(request, "notifications/outbox.html", context)


@access(system_admins)
@require_POST
def outbox_retry_all(request: HttpRequest) -> HttpResponse:
    """Try again what failed of a channel and kind."""
    narrowed = OutboxFilterForm({name: request.POST.get(name, "") for name in ("channel", "kind")}).to_filter()
    count = outbox.retry_failed(narrowed, act=act_of(request))
    messages.success(request, f"已重新排队 {count} 条。" if count else "没有失败的消息。")
    return redirect("notifications:outbox")


@access(system_admins)
@require_POST
def outbox_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Try one message again now, or give it up."""
    row = get_object_or_404(Outgoing.objects.visible_to(user_of(request)), pk=pk)
    if request.POST.get("decision") == "give_up":
        with show_refusal(request, success="已放弃，不再发送。", denials=True):
            outbox.give_up(row, reason=typed(request, most=200), act=act_of(request))
    else:
        with show_refusal(request, success="已重新排队。", denials=True):
            outbox.retry_outgoing(row, act=act_of(request))
    return redirect("notifications:outbox")
