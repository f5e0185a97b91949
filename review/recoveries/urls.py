"""Recoveries: the list, one proceeding, and what is done to it."""

from django.urls import path

from review.recoveries import views

app_name = "recoveries"
urlpatterns = [
    path("", views.recoveries, name="recoveries"),
    path("new/<uuid:key>/", views.new, name="new"),
    path("terminate/<uuid:key>/", views.terminate, name="terminate"),
    path("<uuid:key>/", views.recovery, name="recovery"),
]
