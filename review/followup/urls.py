"""What follows an award or a decision."""

from django.urls import path

from review.followup.views import matters, plans

app_name = "followup"
urlpatterns = [
    path("", matters.matters, name="matters"),
    path("plans/", plans.plans, name="plans"),
    path("plans/<int:pk>/retire/", plans.retire, name="retire"),
    path("inspections/", plans.inspections, name="inspections"),
    path("claims/<uuid:key>/new/", matters.new, name="new"),
    path("files/<uuid:key>/", matters.file, name="file"),
    path("credit/<uuid:key>/repair/", matters.repair, name="repair"),
    path("<uuid:key>/", matters.matter, name="matter"),
    path("<uuid:key>/credit/", matters.credit, name="credit"),
]
