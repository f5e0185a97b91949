"""Mandates: addresses."""

from django.urls import path

from applications.mandates import views

app_name = "mandates"
urlpatterns = [
    path("", views.mandates, name="list"),
    path("new/<slug:side>/", views.new, name="new"),
    path("<uuid:key>/", views.mandate, name="mandate"),
    path("<uuid:key>/hand-in/", views.hand_in, name="hand_in"),
    path("<uuid:key>/act/", views.act, name="act"),
    path("<uuid:key>/paper/", views.paper, name="paper"),
]
