"""Pages of participation: the comment desk."""

from portal.participation.views import answering, desk, ready, steps
from portal.participation.views.common import blueprint

__all__ = ["answering", "blueprint", "desk", "ready", "steps"]
