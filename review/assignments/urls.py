"""Who works on which claim: one claim's desk, the load of officers, rules, absences."""

from django.urls import path

from review.assignments.views import absences, claim, load, rules

app_name = "assignments"
urlpatterns = [
    path("", load.load, name="load"),
    path("assign/", load.assign, name="assign"),
    path("undo/<uuid:batch>/", load.undo, name="undo"),
    path("claims/<uuid:key>/", claim.desk, name="claim"),
    path("absences/", absences.absences, name="absences"),
    path("absences/<uuid:key>/end/", absences.end, name="absence_end"),
    path("rules/", rules.rules, name="rules"),
    path("rules/<slug:region>/<slug:status>/", rules.rule, name="rule"),
]
