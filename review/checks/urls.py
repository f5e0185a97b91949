"""Findings of the checks, answers to them, and what they are checked against."""

from django.urls import path

from review.checks.views import findings

app_name = "checks"
urlpatterns = [
    path("", findings.findings, name="findings"),
    path("export/", findings.export, name="findings_export"),
    path("<uuid:key>/answer/", findings.answer, name="answer"),
]
