"""What recorded actions, things and fields are called. What is not in here is shown by its code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext

from portal.participation import machine as comment
from portal.participation import words as participation
from portal.publishing import machine as publication
from portal.publishing import richtext
from portal.publishing.queries import words as publishing
from tenants.files.findings import SENTENCES
from tenants.identity import words
from tenants.permissions import Role
from tenants.rules import N_
from webkit import bounds, filters

#: Actions of a thing are `<thing>.<what was done>`; the words for the latter are shared where they can be.
_DONE = {
    "created": N_("新建"),
    "updated": N_("修改"),
    "saved": N_("保存"),
    "published": N_("公开发布"),
    "edited": N_("修改"),
    "restored": N_("恢复旧版本"),
    "withdrawn": N_("撤下"),
    "written": N_("发表"),
    "invited": N_("邀请"),
    "deactivated": N_("停用"),
    "reactivated": N_("恢复使用"),
    "deleted": N_("删除"),
}
#: What the steps of a mechanism are called in its history; those that number a version have words of their own.
_STEPS = {
    f"{life.table}.{step.event}": step.happened
    for life in (*publication.LIVES, *comment.LIVES)
    for step in life.steps
    if step.happened and "%(" not in step.happened
}
_ACTIONS = {
    "tenant.opened": N_("对公众开放"),
    "person.created": N_("建立账号"),
    "person.updated": N_("修改个人资料"),
    "role.granted": N_("增加角色"),
    "role.ended": N_("结束角色"),
    "role.last_day": N_("更改任期"),
    "invitation.accepted": N_("接受邀请"),
    "person.offered": N_("邀请任职"),
    "offer.withdrawn": N_("撤回任职邀请"),
    "offer.accepted": N_("接受任职邀请"),
    "offer.declined": N_("谢绝任职邀请"),
    "password.set": N_("设置密码"),
    "session.opened": N_("登录"),
    "session.ended": N_("退出登录"),
    "session.all_ended": N_("退出所有设备"),
    "second_factor.set_up": N_("开启两步验证"),
    "second_factor.removed": N_("关闭两步验证"),
    "second_factor.reset": N_("重置两步验证"),
    "second_factor.objected": N_("不认可重置，锁定账号"),
    "recovery_code.used": N_("使用恢复码"),
    "recovery_codes.replaced": N_("更换恢复码"),
    "resident.created": N_("居民注册"),
    "resident.updated": N_("居民修改资料"),
    "resident.left": N_("居民注销账号"),
    "resident.unsubscribed": N_("居民退订通知"),
    "search.synonyms": N_("修改同义词"),
    "search.pin": N_("推荐搜索结果"),
    "search.unpin": N_("取消推荐"),
    "saved_view.saved": N_("保存视图"),
    "demo.loaded": N_("载入演示内容"),
    "upload": N_("上传文件"),
    "delete": N_("删除文件"),
    "clean": N_("生成附件的清理副本"),
    "accept": N_("决定附件仍用原件"),
}
ENTITIES = {
    "publication": N_("发布内容"),
    "comment": N_("居民意见"),
    "answer_template": N_("答复模板"),
    "stored_file": N_("文件"),
    "person": N_("人员"),
    "tenant": N_("单位"),
    "unit": N_("责任单元"),
    "bureau": N_("委办局"),
    "resident": N_("居民账号"),
    "search_synonym": N_("同义词"),
    "search_pin": N_("推荐结果"),
    "saved_view": N_("列表视图"),
    "district": N_("全区"),
}
_KINDS = {"staff": N_("工作人员"), "resident": N_("居民"), "job": N_("系统"), "visitor": N_("访客")}
_FIELDS = {
    "name": N_("名称"),
    "short_name": N_("简称"),
    "slug": N_("网址名"),
    "kind": N_("类别"),
    "introduction": N_("介绍"),
    "picture_file_id": N_("图片"),
    "contact_phone": N_("联系电话"),
    "contact_email": N_("联系邮箱"),
    "contact_address": N_("办公地址"),
    "office_hours": N_("办公时间"),
    "comment_policy": N_("居民意见"),
    "reply_days": N_("答复期限（工作日）"),
    "latitude": N_("纬度"),
    "longitude": N_("经度"),
    "boundary": N_("边界"),
    "schematic": N_("示意"),
    "active": N_("在用"),
    "liaison": N_("联络员"),
    "role": N_("角色"),
    "first": N_("第一天"),
    "last": N_("最后一天"),
    "term": N_("任期"),
    "job_title": N_("职务"),
    "locale": N_("语言"),
    "display_name": N_("显示名"),
    "notify": N_("通知"),
    "address": N_("邮箱或手机号"),
    "title": N_("标题"),
    "summary": N_("摘要"),
    "body": N_("正文"),
    "for_you": N_("与您有关"),
    "tags": N_("标签"),
    "unit_id": N_("责任单元"),
    "state": N_("状态"),
    "fate": N_("意见的办理结果"),
    "visibility": N_("展示"),
    "appeal_state": N_("申诉"),
    "publish_at": N_("发布时间"),
    "comments_open": N_("开放意见"),
    "documents": N_("附件"),
    "before": N_("改造前的照片"),
    "after": N_("改造后的照片"),
    "cover_file_id": N_("封面图"),
    "cover_alt": N_("封面图的文字说明"),
    "place_label": N_("位置名称"),
    "event_place": N_("活动地点"),
    "event_starts_at": N_("开始时间"),
    "event_ends_at": N_("结束时间"),
    "version": N_("版本"),
    "email": N_("邮箱"),
    "phone": N_("手机号"),
    "former_slugs": N_("以前的网址名"),
    "opened_at": N_("对公众开放"),
    "findings": N_("读者看不到的内容"),
}
#: The text of a publication, which is recorded with its elements, perhaps cut in the middle of one.
_FORMATTED = re.compile(r"<(?:p|h[2-4]|ul|ol|table|blockquote|figure|img|hr|pre)[ >]")
_CUT_TAG = re.compile(r"<[^>]*…$")
_DAY = re.compile(r"\d{4}-\d\d-\d\d$")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
#: Recorded values that people know under another name.
_VALUES: dict[str, Mapping[Any, str]] = {
    "state": publishing.STATES,
    "fate": participation.FATES,
    "visibility": participation.VISIBILITIES,
    "appeal_state": participation.APPEALS,
    "comment_policy": words.COMMENT_POLICIES,
    "kind": {**publishing.KINDS, **words.TENANT_KINDS, **words.UNIT_KINDS},
}
_FINDINGS = {str(trace): sentence for trace, sentence in SENTENCES.items()}


def action_name(action: str) -> str:
    """What was done, in words."""
    known = _ACTIONS.get(action) or _STEPS.get(action) or _DONE.get(action.rpartition(".")[2])
    return gettext(known) if known else action


def action_choice(action: str) -> str:
    """What was done and to what kind of thing, where one word serves several kinds."""
    name, entity = action_name(action), action.partition(".")[0]
    return f"{name}{gettext('（%(text)s）', text=entity_name(entity))}" if entity in ENTITIES else name


def entity_name(entity: str) -> str:
    """What kind of thing it was done to."""
    return gettext(ENTITIES[entity]) if entity in ENTITIES else entity


def kind_name(kind: str) -> str:
    """Which kind of actor."""
    return gettext(_KINDS[kind]) if kind in _KINDS else kind


def field_name(field: str) -> str:
    """What a field is called."""
    return gettext(_FIELDS[field]) if field in _FIELDS else field


def value_text(field: str, value: Any) -> str:
    """A recorded value, any JSON there is, as people read it."""
    if value is None or value in ("", [], {}):
        return gettext("（空）")
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, list):
        return gettext("、").join(value_text(field, item) for item in value)
    if isinstance(value, dict):
        return _members_text(value)
    if not isinstance(value, str):
        return str(value)
    return _string_text(field, value)


def _members_text(value: dict[str, Any]) -> str:
    """A file by its words, what was found in one by its sentence; anything else member for member."""
    if value.keys() == {"file", "title"}:
        return str(value["title"]) or value_text("file_id", value["file"])
    if value.keys() == {"trace", "count"} and (sentence := _FINDINGS.get(str(value["trace"]))):
        return gettext(sentence, n=filters.number(value["count"]))
    return gettext("；").join(f"{field_name(name)} {value_text(name, one)}" for name, one in value.items())


def _string_text(field: str, value: str) -> str:
    if field in ("first", "last") and _DAY.match(value) and (day := bounds.day(value)):
        return filters.date(day)
    if instant := _instant(value):
        return filters.datetime(instant)
    if field == "body" and _FORMATTED.match(value):
        return richtext.plain_text(_CUT_TAG.sub("…", value)) or gettext("（没有文字）")
    if field == "role" and value in set(Role):
        return words.role_name(value)
    if field.endswith("_id"):
        return gettext("尾号 %(end)s", end=value[-6:])
    known = _VALUES.get(field, {})
    return gettext(known[value]) if value in known else value


def _instant(value: str) -> datetime | None:
    """The instant that was recorded; None for other words, and for one that no clock shows."""
    if not _INSTANT.match(value):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo and bounds.FIRST_YEAR <= found.year <= bounds.LAST_YEAR else None
