"""The handlers for tests by the kind of their jobs; imports nothing, as settings do."""

_NAMES = ("succeed", "fail", "fail_until_repaired", "slow", "count")
HANDLERS = {f"tests.{name}": f"tests.portal.jobs.handlers.{name}" for name in _NAMES}
