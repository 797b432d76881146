"""A way through all pages: who opens which, and what its address is made of, in the demonstration district.

Addresses come from the apps' own maps, so a new page is on the way by itself, or fails for want of a value.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, Rule

from portal.participation import notices
from portal.participation import service as participation
from portal.participation.models import AnswerTemplate, Comment
from portal.participation.policy import Fate
from portal.publishing import service as publishing
from portal.publishing.models import Publication
from portal.publishing.policy import Kind
from portal.saved_views import service as saved_views
from public_site.account.views import MOVING
from tenants import kept
from tenants.actors import Desk
from tenants.clock import now
from tenants.identity.models import (
    Bureau,
    ResponsibleUnit,
    RoleAssignment,
    Staff,
    StaffSession,
    StaffToken,
    Tenant,
    TokenPurpose,
)
from tenants.identity.queries import token_hash
from tenants.permissions import Role
from tenants.requests import permission_of
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories import accounts, people
from tests.factories import participation as residents
from tests.factories import publishing as texts
from tests.factories.people import Person, Place

#: GET addresses that are no pages, by door, and why.
NO_PAGE = {
    "public_site": {
        "static": "the files of the front end",
        "media.image": "a picture",
        "media.download": "a download",
        "media.signed": "a download",
        "feeds.everything": "a feed",
        "feeds.kind": "a feed",
        "feeds.place": "a feed",
        "feeds.unit": "a feed",
        "feeds.robots": "for machines",
        "feeds.sitemap": "for machines",
        "feeds.sitemap_pages": "for machines",
        "feeds.sitemap_year": "for machines",
        "search.suggest": "words for the search box",
        "comments.go": "leads to the comment's place in its article",
        "comments.export": "a download",
        "account.export": "a download",
    },
    "workspace": {
        "static": "the files of the front end",
        "files.picture": "a picture",
        "files.download": "a download",
        "files.signed": "a download",
        "publishing.tags": "words for the field of tags",
        "search.suggest": "words for the search box",
        "search.district_suggest": "words for the search box",
        "publishing.export": "a download",
        "participation.export": "a download",
        "people.export": "a download",
        "people.bureau_export": "a download",
        "people.export_district": "a download",
        "audit.export": "a download",
        "audit.export_district": "a download",
        "district.export_overview": "a download",
        "district.export_publications": "a download",
        "district.export_comments": "a download",
    },
}
#: Who opens a page, by the first word of its permission.
BY_SCOPE = {
    "public_site": {"public": "visitor", "resident": "resident"},
    "workspace": {
        "public": "stranger",
        "self": "admin",
        "tenant": "admin",
        "district": "office",
        "bureau": "bureau",
        "finance": "finance",
        "person": "chief",
    },
}
#: Pages for people in a standing of their own.
BY_PAGE = {
    "public_site": {"account.code": "newcomer", "account.welcome": "newcomer"},
    "workspace": {
        "account.home": "nobody",  # whoever has work here is led to it
        "account.second_factor": "half",
        "account.set_up_second_factor": "planner",
        "account.recovery_codes": "architect",
        "account.remove_second_factor": "architect",
    },
}


@dataclass(frozen=True)
class Tour:
    """The demonstration with what the pages need: somebody to open each, and values for their addresses."""

    deployment: Deployment
    cookies: dict[str, dict[str, Any]]
    """Who -> what their signed cookie holds."""
    values: dict[str, Any]
    by_page: dict[str, dict[str, Any]]
    """Values for one page only, or for one door's (`door:endpoint`); what its path does not name goes after the
    question mark."""
    browser: str
    """The secret of the browser for which texts are kept."""

    def doors(self) -> tuple[Flask, Flask]:
        return self.deployment.public, self.deployment.workspace

    def pages(self, who: str) -> Iterator[str]:
        """Addresses of all pages that this person is the one to open."""
        for app in self.doors():
            for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
                if is_page(app, rule) and opener(app, rule.endpoint) == who:
                    yield from (f"{_root(app)}{address}" for address in self._addresses(app, rule))

    def page(self, endpoint: str) -> str:
        """The address of one page."""
        app = self.doors()[endpoint.startswith("workspace:")]
        return next(
            f"{_root(app)}{address}"
            for rule in app.url_map.iter_rules(endpoint.removeprefix("workspace:"))
            for address in self._addresses(app, rule)
        )

    def cookie(self, who: str, live: str) -> list[Any]:
        """The cookie of somebody who came in, for a browser's context; none for whoever did not."""
        if who not in self.cookies:
            return []
        app = self.doors()[who not in BY_SCOPE["public_site"].values() and who != "newcomer"]
        client = app.test_client()
        with client.session_transaction() as session:
            session.update(self.cookies[who])
        name, root = app.config["SESSION_COOKIE_NAME"], app.config["APPLICATION_ROOT"]
        found = client.get_cookie(name, path=root)
        assert found
        values = {name: found.value, f"{name}_kept": self.browser}
        return [
            {"name": name, "value": value, "domain": urlsplit(live).hostname, "path": root}
            for name, value in values.items()
        ]

    def _addresses(self, app: Flask, rule: Rule) -> Iterator[str]:
        own = self.by_page.get(rule.endpoint) or self.by_page.get(f"{app.name}:{rule.endpoint}", {})
        known = {**self.values, **own}
        given = {name: value for name, value in own.items() if name not in rule.arguments}
        choices: dict[str, list[str]] = {}
        for name in rule.arguments:
            converter = rule._converters[name]
            if name in known:
                given[name] = converter.to_python(str(known[name]))
            else:
                assert isinstance(converter, AnyConverter), f"{rule}: add a value for <{name}> to the tour"
                choices[name] = sorted(converter.items)
        for chosen in product(*choices.values()):
            built = rule.build({**given, **dict(zip(choices, chosen, strict=True))})
            assert built, rule
            yield built[1]


def is_page(app: Flask, rule: Rule) -> bool:
    """Whether people see something at this address."""
    return "GET" in (rule.methods or ()) and rule.endpoint not in NO_PAGE[app.name]


def opener(app: Flask, endpoint: str) -> str:
    """Who of the tour opens a page."""
    permission = permission_of(app, endpoint)
    assert permission, f"{endpoint} carries no permission: give it one, or say in NO_PAGE why it is no page"
    return BY_PAGE[app.name].get(endpoint) or BY_SCOPE[app.name][permission.split(":")[0]]


def _root(app: Flask) -> str:
    return str(app.config["APPLICATION_ROOT"]).rstrip("/")


def prepare(demo: Deployment) -> Tour:
    """Bring somebody of every kind in, and whatever only they would find: drafts, appeals, links from letters."""
    with demo.session() as session, session.begin():
        row = session.execute(
            select(Tenant.id, Tenant.slug, Tenant.name, Tenant.short_name).where(Tenant.slug == "yuqiao")
        ).one()
        place = Place(*row)
        columns = (Bureau.id, Bureau.slug, Bureau.name, Bureau.short_name)
        bureau = Place(*session.execute(select(*columns).order_by(Bureau.created_at).limit(1)).one(), Desk.BUREAU)
        admin = people.staff(session, Role.TENANT_ADMIN, place=place, name="王敏")
        planner = people.staff(session, Role.PLANNER, place=place, name="林晓")
        staff = {
            "admin": admin,
            "planner": planner,
            "office": people.staff(session, Role.DISTRICT_OFFICE, name="周处"),
            "finance": people.staff(session, Role.FINANCE_READER, name="郑会计"),
            "chief": people.staff(session, Role.TOP_CHIEF, name="秦院士"),
            "nobody": people.staff(session, name="还没有任职的人"),
            "bureau": people.staff(session, Role.BUREAU_ADMIN, place=bureau, name="孟主任"),
        }
        colleague = accounts.account(session, Role.BUREAU_STAFF, place=bureau, name="梁科员", factor=True)
        architect = accounts.account(session, Role.ARCHITECT, place=place, name="陈工", factor=True)
        tokens = {
            who: _session(session, architect.id, whole=who == "architect") for who in ("architect", "half")
        }
        letters = {
            purpose: _link(session, person.id, purpose)
            for purpose, person in (
                (TokenPurpose.RESET, planner),
                (TokenPurpose.OBJECTION, planner),
                (TokenPurpose.INVITATION, _asked_in(session)),
            )
        }
        role, held_at_bureau = (
            session.scalars(select(RoleAssignment.id).where(RoleAssignment.staff_id == one.id)).one()
            for one in (planner, colleague)
        )
    neighbour = residents.resident(demo, "运河边的居民")
    cookies: dict[str, dict[str, Any]] = {
        who: {"_user_id": token, "_fresh": True}
        for who, token in {
            **{who: person.token for who, person in staff.items()},
            **tokens,
            "resident": neighbour.token,
        }.items()
    }
    cookies["resident"][MOVING] = "elsewhere@example.cn"
    cookies["newcomer"] = {
        "asked": "newcomer@example.cn",
        "proved": ["newcomer@example.cn", time.time() + 3600],
    }
    values, by_page = _things(demo, admin, planner, staff["office"], neighbour)
    values |= {"tenant": place.slug, "slug": place.slug, "person": planner.id, "role": role}
    values["bureau"] = bureau.slug
    theirs = {"person": colleague.id}
    by_page |= {f"people.bureau_{page}": theirs for page in ("show", "roles", "end", "reset_second_factor")}
    by_page["people.show_district"] = {"person": architect.id}  # who has a second factor
    by_page["district.comments"] = {"tenant": place.slug}  # as it was kept
    by_page["people.bureau_term"] = {**theirs, "role": held_at_bureau}
    by_page |= {
        "account.reset": {"token": letters[TokenPurpose.RESET]},
        "account.accept": {"token": letters[TokenPurpose.INVITATION]},
        "account.objection": {"token": letters[TokenPurpose.OBJECTION]},
        "comments.unsubscribe_page": {"token": _unsubscribing(demo, neighbour.id)},
    }
    browser = secrets.token_urlsafe(24)
    texts_kept = kept.KeptPosts(demo.workspace_engine)
    for app in (demo.public, demo.workspace):
        posted = {"path": "/somewhere", "fields": [["body", "写到一半的意见。"]], "files": ["现场.jpg"]}
        by_page[f"{app.name}:kept"] = {
            "kept_id": texts_kept.keep(browser, "", "/somewhere", posted, ip="127.0.0.1")
        }
    return Tour(demo, cookies, values, by_page, browser)


def _things(
    demo: Deployment, admin: Person, planner: Person, office: Person, neighbour: residents.Neighbour
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Records in the states that the pages are for."""
    assert admin.tenant
    with demo.session(admin.actor()) as session, session.begin():
        busiest = session.execute(
            select(Publication.code, Publication.id)
            .join(Comment, Comment.publication_id == Publication.id)
            .where(Publication.state == "published")
            .group_by(Publication.id)
            .order_by(func.count().desc(), Publication.id)
            .limit(1)
        ).one()
        answer = session.scalars(select(Comment.id).where(Comment.official).limit(1)).one()
        values = {
            "code": busiest.code,
            "unit": session.scalars(select(ResponsibleUnit.slug).limit(1)).one(),
            "template_id": session.scalars(select(AnswerTemplate.id).limit(1)).one(),
            "file_id": texts.stored_file(session, admin.tenant.id, kind="document").id,
        }
    with demo.session(planner.actor()) as session, session.begin():
        codes = [texts.draft(session, planner.actor(), Kind.SPROUT).code for _ in range(3)]
        for code in codes[1:]:
            publishing.submit(session, code, AS_IT_IS)
    with demo.public_session(neighbour.actor()) as session, session.begin():
        said = [
            participation.write_comment(session, busiest.id, body).id
            for body in (
                "希望多装几盏路灯。", "这里要是能放个棋桌就好了。", "出租房屋，电话面议。", "晚上能不能晚点关门？",
                "建议装一排座椅。", "想要一条彩虹跑道。",
            )
        ]
    with demo.session(admin.actor()) as session, session.begin():
        publishing.approve(session, codes[2], AS_IT_IS)
        own = texts.draft(session, admin.actor(), Kind.SPROUT).code
        publishing.submit(session, own, AS_IT_IS)
        for comment_id in said[1:3]:
            participation.hide(session, comment_id, AS_IT_IS, "off_topic", "请到相应的渠道反映。")
        for comment_id, fate in zip(said[3:], (Fate.STUDYING, Fate.ADOPTED, Fate.NOT_ADOPTED), strict=True):
            participation.set_fate(session, comment_id, AS_IT_IS, fate, "看过现场，这样决定。")
    with demo.public_session(neighbour.actor()) as session, session.begin():
        participation.appeal(session, said[2], "我说的就是这里的房子。")
    with demo.session(admin.actor()) as session, session.begin():
        kept = saved_views.save(session, admin.actor(), "publishing.index", "kind=sprout", "新芽")
    with demo.session(office.actor()) as session, session.begin():
        kept_by_office = saved_views.save(
            session, office.actor(), "district.comments", "tenant=yuqiao", "玉桥"
        )
    values["comment_id"] = said[0]
    return values, {
        "saved_views.save": {"place": "files.index", "query": "q=方案"},
        "saved_views.district_save": {"place": "audit.district", "query": "q=方案"},
        "saved_views.delete": {"view_id": kept.id},
        "saved_views.district_delete": {"view_id": kept_by_office.id},
        "publishing.edit": {"code": codes[0]},
        "publishing.send_back": {"code": codes[1]},
        "publishing.take_back": {"code": own},
        "publishing.schedule": {"code": codes[2]},
        "publishing.publish": {"code": codes[2]},
        "comments.appeal": {"comment_id": said[1]},
        "participation.uphold": {"comment_id": said[2]},
        "participation.revise": {"comment_id": answer},
        "participation.finish": {"comment_id": said[4]},
        "participation.back_to_received": {"comment_id": said[3]},
        "participation.back_to_studying": {"comment_id": said[4]},
        "participation.back_to_adopted": {"comment_id": said[5]},
        "participation.back_to_declined": {"comment_id": said[4]},
    }


def _session(session: Session, staff_id: UUID, *, whole: bool) -> str:
    """Sign somebody in: wholly, or with the second factor still to come."""
    token = secrets.token_urlsafe(24)
    session.add(
        StaffSession(
            staff_id=staff_id,
            token_hash=token_hash(token),
            last_seen_at=now(),
            expires_at=now() + timedelta(hours=1),
            second_factor=whole,
        )
    )
    return token


def _asked_in(session: Session) -> Person:
    """Somebody who has not come yet."""
    person = people.staff(session, Role.WORKING_GROUP, name="尚未到来")
    row = session.get(Staff, person.id)
    assert row
    row.joined_at = None
    return person


def _link(session: Session, staff_id: UUID, purpose: TokenPurpose) -> str:
    """The end of the link in a letter."""
    token = secrets.token_urlsafe(24)
    session.add(
        StaffToken(
            staff_id=staff_id,
            purpose=purpose,
            token_hash=token_hash(token),
            expires_at=now() + timedelta(hours=1),
        )
    )
    return token


def _unsubscribing(demo: Deployment, resident_id: UUID) -> str:
    with demo.public.test_request_context():
        return notices.unsubscribe_token(resident_id)
