"""What the app registers: that the audit chain holds its limits and their entries."""

from applications.ledger.models import LimitBucket, LimitEntry
from portal.audit.contents import register_contents

register_contents(LimitBucket, LimitEntry)
