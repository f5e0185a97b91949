"""Requests to change a payee."""

from django.urls import path

from applications.payees import views

app_name = "payees"
urlpatterns = [
    path("", views.requests, name="requests"),
    path("own/", views.own_requests, name="own"),
    path("<uuid:key>/", views.payee_request, name="request"),
]
