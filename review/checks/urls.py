"""Findings of the checks, answers to them, and what they are checked against."""

from django.urls import path

from review.checks.views import findings, registers

app_name = "checks"
urlpatterns = [
    path("", findings.findings, name="findings"),
    path("export/", findings.export, name="findings_export"),
    path("registers/", registers.registers, name="registers"),
    path("registers/<uuid:key>/", registers.register_file, name="register_file"),
    path("registers/<uuid:key>/decide/", registers.decide_register, name="decide_register"),
    path("settings/", registers.settings, name="settings"),
    path("settings/<uuid:key>/", registers.decide, name="decide_setting"),
    path("<uuid:key>/answer/", findings.answer, name="answer"),
]
