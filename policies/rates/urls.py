"""Districts' rates: addresses."""

from django.urls import path

from policies.rates import views

app_name = "rates"
urlpatterns = [
    path("", views.rates, name="list"),
    path("work/", views.work, name="work"),
    path("work/<uuid:key>/", views.decide, name="decide"),
]
