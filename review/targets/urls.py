"""Targets and programmes: addresses."""

from django.urls import path

from review.targets import views

app_name = "targets"
urlpatterns = [
    path("", views.index, name="index"),
    path("items/<str:code>/", views.target, name="target"),
    path("items/<str:code>/measure/", views.measure, name="measure"),
    path("items/<str:code>/adopt/<int:year>/", views.adopt, name="adopt"),
    path("measurements/<uuid:key>/correct/", views.correct, name="correct"),
    path("programmes/<slug:code>/", views.programme, name="programme"),
    path("programmes/<slug:code>/<str:rule>/", views.progress, name="progress"),
    path("programmes/<slug:code>/<str:rule>/report/", views.report, name="report"),
    path("<slug:code>/", views.dashboard, name="dashboard"),
    path("<slug:code>/export/", views.dashboard_export, name="dashboard_export"),
]
