"""Panels: for those who form them, and for their experts."""

from django.urls import path

from review.panels.views import judging, panels, schemes

app_name = "panels"
urlpatterns = [
    path("", panels.panels, name="list"),
    path("new/", panels.new, name="new"),
    path("schemes/", schemes.schemes, name="schemes"),
    path("schemes/new/", schemes.new, name="scheme_new"),
    path("mine/", judging.mine, name="mine"),
    path("mine/<uuid:key>/", judging.seat, name="seat"),
    path("mine/<uuid:key>/declare/", judging.declaration, name="declare"),
    path("mine/<uuid:key>/leave/", judging.withdraw, name="leave"),
    path("mine/<uuid:key>/hand-in/", judging.give_in, name="hand_in"),
    path("mine/<uuid:key>/result/", judging.result, name="result"),
    path("mine/<uuid:key>/claims/<uuid:entry>/", judging.score, name="score"),
    path("mine/<uuid:key>/claims/<uuid:entry>/files/<uuid:evidence>/", judging.file, name="file"),
    path("<uuid:key>/", panels.panel, name="panel"),
    path("<uuid:key>/act/", panels.take_step, name="act"),
    path("<uuid:key>/draw/", panels.draws, name="draws"),
    path("<uuid:key>/report/", panels.report, name="report"),
]
