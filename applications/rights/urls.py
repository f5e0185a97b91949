"""What an applicant holds: addresses."""

from django.urls import path

from applications.rights import roster_views, views

app_name = "rights"
urlpatterns = [
    path("", views.register, name="list"),
    path("sheet/", views.sheet, name="sheet"),
    path("new/", views.choose, name="choose"),
    path("adopt/", views.adopt, name="adopt"),
    path("claim/", views.claim, name="claim"),
    path("new/<str:kind>/", views.new, name="new"),
    path("new/<str:kind>/template/", views.template, name="template"),
    path("new/<str:kind>/import/", views.bulk, name="import"),
    path("rosters/", roster_views.rosters, name="rosters"),
    path("rosters/new/<str:kind>/", roster_views.roster_new, name="roster_new"),
    path("rosters/template/<str:kind>/", roster_views.roster_template, name="roster_template"),
    path("rosters/<uuid:key>/withdraw/", roster_views.roster_withdraw, name="roster_withdraw"),
    path("<uuid:key>/", views.edit, name="edit"),
    path("<uuid:key>/remove/", views.remove, name="remove"),
]
