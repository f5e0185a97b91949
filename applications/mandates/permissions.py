"""Who may enter the pages of agencies."""

from applications.mandates.models import agencies_of
from portal.access import Rule

# Members of organisations that are registered as agencies; for whom they act, their mandates say.
agents = Rule("agents", lambda user: user.is_authenticated and bool(agencies_of(user)))
