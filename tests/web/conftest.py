from written_site import written  # noqa: F401

from shipped_service import app, client, service, snapshot  # noqa: F401
from site_to_write import guarded  # noqa: F401
