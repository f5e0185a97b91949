"""Subscriptions of calendars: addresses."""

from django.urls import path

from portal.calendars import views

app_name = "calendars"
urlpatterns = [
    path("", views.subscription, name="subscription"),
    path("<str:secret>.ics", views.feed, name="feed"),
]
