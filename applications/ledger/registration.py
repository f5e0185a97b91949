"""What the app registers: that the audit chain holds its entries."""

from applications.ledger.models import LimitEntry
from portal.audit.contents import register_contents

register_contents(LimitEntry)
