"""Messages on the site."""

from django.urls import path

from portal.notifications import text_views, views

app_name = "notifications"
urlpatterns = [
    path("", views.message_list, name="list"),
    path("read/", views.read_all, name="read_all"),
    path("choices/", views.choices, name="choices"),
    path("outbox/", views.outbox_list, name="outbox"),
    path("outbox/retry/", views.outbox_retry_all, name="outbox_retry_all"),
    path("outbox/<int:pk>/", views.outbox_decide, name="outbox_decide"),
    path("texts/", text_views.texts, name="texts"),
    path("texts/<uuid:key>/decide/", text_views.decide, name="text_decide"),
    path("texts/<str:region>/<str:kind>/<str:channel>/", text_views.text, name="text"),
    path("<int:pk>/read/", views.read, name="read"),
]
