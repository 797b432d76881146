"""Which lists have views, and what a view may be."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from tenants.actors import Actor
from tenants.rules import N_, Refusal

#: The lists of a tenant that views are kept of: endpoint of the page, and what people call it.
TENANT_LISTS = {
    "publishing.index": N_("发布"),
    "participation.desk": N_("居民意见"),
    "files.index": N_("文件"),
    "people.index": N_("人员与角色"),
    "audit.tenant": N_("操作记录"),
}
#: The same for the lists that look across tenants.
DISTRICT_LISTS = {
    "district.overview": N_("全区总览"),
    "district.publications": N_("各单位发布"),
    "district.comments": N_("各单位意见"),
    "people.district": N_("人员"),
    "audit.district": N_("操作记录"),
}
LISTS = TENANT_LISTS | DISTRICT_LISTS
MOST = 12
"""Views of one list: as many as a row of buttons can carry."""
LONGEST_NAME = 20
LONGEST_QUERY = 1000
MOST_ARGUMENTS = 50
"""Of an address that is kept; nobody filters by more."""
#: Arguments that the tabs above a list set: one press anyway, no view by themselves.
TABS = frozenset({"tab", "state"})
#: Arguments of an address that say where one is in a list, not what is in it.
POSITIONS = frozenset({"page", "before", "after", "open"})


def essence(query: str) -> str:
    """Filters and order of an address: no empty values, no position, one spelling. Longer than 1,000 bytes: nothing."""
    if query.count("&") >= MOST_ARGUMENTS:
        return ""
    pairs = [
        (name, value)
        for name, value in parse_qsl(query, errors="ignore")
        if value.strip() and name not in POSITIONS
    ]
    text = urlencode(sorted(pairs))
    return text if len(text) <= LONGEST_QUERY else ""


def worth_keeping(query: str) -> bool:
    """Whether `query` filters or orders by more than a tab."""
    return any(name not in TABS for name, _value in parse_qsl(query))


def may_save(actor: Actor, place: str, query: str, held: int) -> Refusal | None:
    """Who is signed in may keep a view of a list that has any, if it filters or orders something."""
    if actor.id is None:
        return Refusal(N_("登录后才能保存视图。"), forbidden=True)
    if place not in (DISTRICT_LISTS if actor.tenant_id is None else TENANT_LISTS) or not worth_keeping(query):
        return Refusal(N_("请先筛选或排序，再保存视图。"))
    if held >= MOST:
        return Refusal(N_("一个列表最多保存 %(most)s 个视图，请先删除不用的。"), {"most": MOST})
    return None
