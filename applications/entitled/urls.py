"""What applicants may get without filling anything in: addresses."""

from django.urls import path

from applications.entitled import office_views, views

app_name = "entitled"
urlpatterns = [
    path("", views.offers, name="list"),
    path("calls/", office_views.calls, name="calls"),
    path("calls/<uuid:key>/", office_views.reached, name="reached"),
    path("calls/<uuid:key>/sheet/", office_views.sheet, name="sheet"),
    path("calls/<uuid:key>/compute/", office_views.compute, name="compute"),
    path("<uuid:key>/", views.offer, name="offer"),
    path("<uuid:key>/draft/", views.draft, name="draft"),
]
