"""Composition root: settings, URLs, the Celery app, the launcher of embedded servers, health."""
