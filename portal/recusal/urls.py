"""Recusals: one's own affiliations, and what supervisors and auditors read."""

from django.urls import path

from portal.recusal import views

app_name = "recusal"
urlpatterns = [
    path("", views.recusals, name="list"),
    path("<uuid:key>/lift/", views.lift, name="lift"),
]
