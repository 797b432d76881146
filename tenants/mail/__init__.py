"""Messages to people: queued with the change they tell of, sent by the worker."""

from tenants.mail.letter import quoted
from tenants.mail.service import enqueue, enqueue_sms

__all__ = ["enqueue", "enqueue_sms", "quoted"]
