"""Calls for claims: the public's pages, and the policy administrator's."""

from django.urls import path

from policies.calls.views import public, work

app_name = "calls"
urlpatterns = [
    path("", public.calls, name="list"),
    path("calendar.ics", public.calendar, name="calendar"),
    path("files/<uuid:key>/", public.attachment, name="attachment"),
    path("work/", work.work, name="work"),
    path("work/new/", work.new, name="new"),
    path("work/files/<uuid:key>/", work.draft_attachment, name="draft_attachment"),
    path("work/<uuid:key>/", work.manage, name="manage"),
    path("work/<uuid:key>/edit/", work.edit, name="edit"),
    path("work/<uuid:key>/preview/", work.preview, name="preview"),
    path("work/<uuid:key>/publish/", work.publish, name="publish"),
    path("work/<uuid:key>/discard/", work.discard, name="discard"),
    path("work/<uuid:key>/attach/", work.attach, name="attach"),
    path("work/<uuid:key>/extend/", work.extend, name="extend"),
    path("work/<uuid:key>/close/", work.close, name="close"),
    path("work/<uuid:key>/amend/", work.amend, name="amend"),
    path("work/<uuid:key>/withdraw/", work.withdraw, name="withdraw"),
    path("<uuid:key>/", public.call, name="call"),
    path("<uuid:key>/calendar.ics", public.call_calendar, name="call_calendar"),
]
