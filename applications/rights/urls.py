"""What an applicant holds: addresses."""

from django.urls import path

from applications.rights import views

app_name = "rights"
urlpatterns = [
    path("", views.register, name="list"),
    path("new/", views.choose, name="choose"),
    path("adopt/", views.adopt, name="adopt"),
    path("claim/", views.claim, name="claim"),
    path("new/<str:kind>/", views.new, name="new"),
    path("new/<str:kind>/template/", views.template, name="template"),
    path("new/<str:kind>/import/", views.bulk, name="import"),
    path("<uuid:key>/", views.edit, name="edit"),
    path("<uuid:key>/remove/", views.remove, name="remove"),
]
