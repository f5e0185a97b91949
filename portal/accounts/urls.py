"""Pages about people: profile, applicants, members, exceptions, officials."""

from django.urls import path

from portal.accounts.views import applicants, members, numbers, officer_sheet, officials, overrides, profile, regions

app_name = "accounts"
urlpatterns = [
    path("", profile.profile, name="profile"),
    path("resume/", profile.resume, name="resume"),
    path("organisations/", applicants.organisation, name="organisation"),
    path("organisations/new/", applicants.organisation_new, name="organisation_new"),
    path("organisations/new/individual/", applicants.individual_new, name="individual_new"),
    path("organisations/<int:pk>/", applicants.organisation_detail, name="organisation_detail"),
    path("organisations/<int:pk>/edit/", applicants.organisation_edit, name="organisation_edit"),
    path("organisations/<int:pk>/numbers/", numbers.show_numbers, name="show_numbers"),
    path("organisations/<int:pk>/readings/", applicants.readings, name="readings"),
    path("organisations/<int:pk>/members/", members.members, name="members"),
    path("organisations/<int:pk>/who-submits/", members.who_submits, name="who_submits"),
    path("members/<int:pk>/remove/", members.member_remove, name="member_remove"),
    path("members/<int:pk>/make-owner/", members.member_make_owner, name="member_make_owner"),
    path("invitations/<uuid:public_id>/cancel/", members.invitation_cancel, name="invitation_cancel"),
    path("join/<str:token>/", members.invitation_page, name="invitation"),
    path("join/<str:token>/accept/", members.invitation_accept, name="invitation_accept"),
    path("overrides/", overrides.overrides, name="overrides"),
    path("overrides/<uuid:public_id>/", overrides.override, name="override"),
    path("officials/", officials.officials_list, name="officials"),
    path("officials/import/", officer_sheet.officer_sheet, name="officer_sheet"),
    path("officials/users/", officials.users, name="users"),
    path("officials/<int:pk>/", officials.official, name="official"),
    path("officials/<int:pk>/staff-number/", officials.staff_number, name="staff_number"),
    path("officials/findings/", officials.findings, name="findings"),
    path("officials/regions/", regions.regions, name="regions"),
    path("officials/regions/<str:code>/", regions.region_edit, name="region_edit"),
    path("officials/appointments/<uuid:public_id>/", officials.appointment, name="appointment"),
    path("officials/appointments/<uuid:public_id>/revoke/", officials.appointment_revoke, name="appointment_revoke"),
]
