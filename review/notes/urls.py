"""Notes beside a claim."""

from django.urls import path

from review.notes import views

app_name = "notes"
urlpatterns = [path("<uuid:key>/", views.add, name="add")]
