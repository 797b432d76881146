"""Who may put files in and take them out."""

from __future__ import annotations

from tenants.actors import Actor
from tenants.files.models import StoredFile
from tenants.permissions import Permission
from tenants.rules import N_, Refusal


def may_upload(actor: Actor) -> Refusal | None:
    """Whoever writes for a tenant may add files to it."""
    if actor.tenant_id is None or not actor.may(Permission.FILE_WRITE):
        return Refusal(N_("您没有上传文件的权限。"), forbidden=True)
    return None


def may_delete(actor: Actor, file: StoredFile) -> Refusal | None:
    """A file that a saved record shows stays: former versions must remain readable."""
    if actor.tenant_id != file.tenant_id or not actor.may(Permission.FILE_WRITE):
        return Refusal(N_("您没有删除文件的权限。"), forbidden=True)
    if file.attached:
        return Refusal(N_("这个文件正在使用，不能删除。"))
    return None
