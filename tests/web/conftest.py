from shipped_service import app, client, service, snapshot  # noqa: F401
