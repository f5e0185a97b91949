"""One's own data."""

from django.urls import path

from portal.privacy import views

app_name = "data"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("consent/", views.consent, name="consent"),
    path("copies/<uuid:key>/", views.copy, name="copy"),
    path("close/", views.close, name="close"),
    path("retention/", views.retention, name="retention"),
]
