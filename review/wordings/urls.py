"""How offices word their notices."""

from django.urls import path

from review.wordings import views

app_name = "wordings"
urlpatterns = [
    path("", views.wordings, name="list"),
    path("decide/<uuid:key>/", views.decide, name="decide"),
    path("<slug:region>/<slug:kind>/", views.template, name="template"),
]
