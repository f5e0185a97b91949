"""Sessions that were lost, and what was kept of them."""

from django.urls import path

from portal.unsent import views

app_name = "unsent"
urlpatterns = [
    path("", views.state, name="state"),
    path("signed-in/", views.back, name="signed_in"),
    path("<uuid:key>/", views.form, name="form"),
]
