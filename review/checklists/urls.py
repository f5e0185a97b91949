"""Checklists of claims."""

from django.urls import path

from review.checklists import views

app_name = "checklists"
urlpatterns = [
    path("", views.points, name="points"),
    path("<int:pk>/retire/", views.retire, name="retire"),
    path("claims/<uuid:key>/", views.answer, name="answer"),
]
