"""Allocations by factors, documents that give money to districts, and the districts' use of it."""

from django.urls import path

from review.appropriations.views import allocations, documents

app_name = "appropriations"
urlpatterns = [
    path("", documents.overview, name="list"),
    path("use/<int:pk>/", documents.use, name="use"),
    path("allocations/new/", allocations.new_allocation, name="new_allocation"),
    path("allocations/<uuid:key>/", allocations.allocation, name="allocation"),
    path("allocations/<uuid:key>/heading/", allocations.heading, name="heading"),
    path("allocations/<uuid:key>/factor/", allocations.factor, name="factor"),
    path("allocations/<uuid:key>/move/", allocations.move_allocation, name="move_allocation"),
    path("allocations/<uuid:key>/sheet.pdf", allocations.sheet, name="sheet"),
    path("allocations/<uuid:key>/sheet.xlsx", allocations.workbook, name="workbook"),
    path("documents/new/", documents.new_document, name="new_document"),
    path("documents/<uuid:key>/", documents.document, name="document"),
    path("documents/<uuid:key>/edit/", documents.edit_document, name="edit_document"),
    path("documents/<uuid:key>/move/", documents.move_document, name="move_document"),
    path("received/<int:pk>/", documents.receive, name="receive"),
]
