"""Public pages of the catalogue."""

from django.urls import path

from policies.published import views

app_name = "policies"
urlpatterns = [
    path("", views.documents, name="documents"),
    path("register/", views.register, name="register"),
    path("items/<str:code>/", views.item, name="item"),
    path("items/<str:code>/calculator/", views.calculator, name="calculator"),
    path("<slug:code>/source/", views.source, name="source"),
    path("<slug:code>/", views.document, name="document"),
]
