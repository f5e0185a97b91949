"""The applicant's claims."""

from django.urls import path

from applications.claims.views import calls, claims, edit, evidence, imports

app_name = "applications"
urlpatterns = [
    path("", claims.claims, name="claims"),
    path("sheet/", claims.claims_sheet, name="sheet"),
    path("new/", claims.new, name="new"),
    path("new/<str:code>/", claims.new, name="new"),
    path("commitment/", claims.commitment, name="commitment"),
    path("calls/<uuid:key>/", calls.call_use, name="call_use"),
    path("evidence/<uuid:key>/", evidence.evidence, name="evidence"),
    path("<uuid:key>/", claims.claim, name="claim"),
    path("<uuid:key>/edit/", edit.edit, name="edit"),
    path("<uuid:key>/autosave/", edit.autosave, name="autosave"),
    path("<uuid:key>/merge/", edit.merge, name="merge"),
    path("<uuid:key>/upload/", evidence.upload, name="upload"),
    path("<uuid:key>/reuse/", evidence.reuse, name="reuse"),
    path("<uuid:key>/template.xlsx", imports.template, name="template"),
    path("<uuid:key>/import/", imports.bulk, name="import"),
    path("<uuid:key>/review/", edit.review, name="review"),
    path("<uuid:key>/hand-over/", claims.hand_over, name="hand_over"),
    path("<uuid:key>/submit/", edit.submit, name="submit"),
    path("<uuid:key>/move/", claims.move, name="move"),
    path("<uuid:key>/withdraw/", claims.withdraw, name="withdraw"),
    path("<uuid:key>/copy/", claims.copy, name="copy"),
    path("<uuid:key>/change/", claims.change, name="change"),
]
