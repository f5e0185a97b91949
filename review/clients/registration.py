"""What the app registers: addresses and menu."""

from applications.mandates.permissions import agents
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu

URL_MODULES.add("clients/", "review.clients.urls")
register_menu("委托人", "clients:board", agents, weight=58)
