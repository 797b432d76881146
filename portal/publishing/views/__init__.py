"""Pages of publishing, by what they are for."""

from portal.publishing.views import editing, lists, records, starting, steps
from portal.publishing.views.common import blueprint

__all__ = ["blueprint", "editing", "lists", "records", "starting", "steps"]
