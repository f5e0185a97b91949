"""Second looks at drawn conclusions."""

from django.urls import path

from review.spotchecks import views

app_name = "spotchecks"
urlpatterns = [
    path("", views.samples, name="samples"),
    path("<uuid:key>/", views.sample, name="sample"),
    path("<uuid:key>/sheet/", views.sheet, name="sheet"),
    path("cases/<uuid:key>/", views.case, name="case"),
]
