"""Objections filed online."""

from django.urls import path

from review.objections import views

app_name = "objections"
urlpatterns = [
    path("", views.filings, name="list"),
    path("new/<int:entry>/", views.new, name="new"),
    path("receipt/", views.receipt, name="receipt"),
    path("follow/", views.follow, name="follow"),
    path("rule/", views.rule, name="rule"),
    path("<uuid:key>/", views.filing, name="filing"),
    path("<uuid:key>/file/", views.file, name="file"),
]
