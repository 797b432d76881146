"""The distributed engine: Elasticsearch through its official client.

Tokens come ready made, so an index needs nothing of the server but the built-in `whitespace` analyzer.
All names carry the schema version, so a process never reads an index it does not understand; readers and the
worker use aliases:

    <prefix>-<corpus>-v3-<time>-<hex>    an index
    <prefix>-v3-<corpus>                 read alias
    <prefix>-v3-<corpus>-write           write alias
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import elastic_transport
from elastic_transport import ObjectApiResponse
from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, helpers

from search.engine import (
    COUNT_FIELDS,
    DEEPEST,
    FACET_VALUES,
    KEYWORD_FIELDS,
    LONGEST_KEYWORD,
    POSITION_FIELDS,
    SCHEMA_VERSION,
    BadQuestion,
    Deletion,
    EngineDown,
    EngineRequest,
    EngineResult,
    Entry,
    Sort,
    instant,
)
from search.ranking import TIE, AtLeast, Best, Node, Phrase, Term
from search.sources import Corpus
from settings import Settings
from tenants.clock import now

log = logging.getLogger(__name__)

_WRITING_SECONDS = 60.0
_EXPANSIONS = 4096
_CHUNK = 500  # documents of a request
#: Statuses with which the server refuses a document for good. 401, 403, 404 and 429 are not the document's fault,
#: nor is 400 with one of these errors.
_REFUSED = (400, 413)
_OF_THE_INDEX = ("index_closed_exception", "strict_dynamic_mapping_exception")
_COPIES_READY = "20s"  # how long a new index waits for its copies; it is used without them after that
_NAMED = re.compile(r"-v(?P<schema>\d+)-\d+-[0-9a-f]+$")  # an index
_RESERVED = re.compile(r'[.?+*|{}\[\]()"\\#@&<>~]')  # of the server's regular expressions


def mapping() -> dict[str, Any]:
    """The mapping of an index; a change of it raises `SCHEMA_VERSION`."""
    properties: dict[str, Any] = {"date": {"type": "long"}, "freshness": {"type": "double"}}
    properties |= {
        name: {"type": "text", "analyzer": "whitespace", "index_options": options}
        for names, options in ((POSITION_FIELDS, "positions"), (COUNT_FIELDS, "freqs"))
        for name in names
    }
    properties |= {name: {"type": "keyword", "ignore_above": LONGEST_KEYWORD} for name in KEYWORD_FIELDS}
    return {"dynamic": "strict", "_source": {"enabled": False}, "properties": properties}


class ElasticEngine:
    """Elasticsearch 8.x and newer, one or several nodes."""

    name = "elasticsearch"

    def __init__(self, settings: Settings) -> None:
        hosts = [host.strip() for host in settings.elasticsearch_url.split(",") if host.strip()]
        options: dict[str, Any] = {}
        if key := settings.elasticsearch_api_key.get_secret_value():
            options["api_key"] = key
        elif settings.elasticsearch_user:
            options["basic_auth"] = (settings.elasticsearch_user, settings.elasticsearch_password.get_secret_value())
        if settings.elasticsearch_ca_file:
            options["ca_certs"] = settings.elasticsearch_ca_file
        client = Elasticsearch(hosts, max_retries=len(hosts), retry_on_timeout=False, **options)
        self._reading = client.options(request_timeout=settings.search_timeout_seconds)
        self._writing = client.options(request_timeout=_WRITING_SECONDS)
        self._client = client
        self._time_limit = f"{int(settings.search_timeout_seconds * 1000)}ms"
        self._prefix = settings.elasticsearch_index_prefix
        self._replicas = settings.elasticsearch_replicas

    # -- reading

    def search(self, request: EngineRequest) -> EngineResult:
        filters = {name: _any_of(f"facet_{name}", values) for name, values in request.filters.items() if values}
        with _as_down(), _as_bad_question():
            answer = self._reading.search(
                index=self._alias(request.corpus),
                query=_query(request),
                post_filter={"bool": {"filter": list(filters.values())}} if filters else None,
                aggregations={name: _counting(name, filters) for name in request.facets} or None,
                sort=[{"date": "desc"}, "_score"] if request.sort is Sort.DATE else ["_score", {"date": "desc"}],
                from_=request.offset,
                size=max(0, min(request.limit, DEEPEST - request.offset)),
                track_scores=True,
                track_total_hits=True,
                source=False,
                timeout=self._time_limit,
                allow_partial_search_results=False,
            )
        _require_whole(answer)
        hits = tuple((hit["_id"], float(hit["_score"] or 0.0)) for hit in answer["hits"]["hits"])
        counts = answer.get("aggregations", {})
        facets = {name: _counts(counts[name]["values"]) for name in request.facets}
        return EngineResult(hits, int(answer["hits"]["total"]["value"]), facets)

    def lookup(
        self, corpus: Corpus, prefixes: Sequence[str], access: frozenset[str], limit: int
    ) -> list[tuple[str, int]]:
        if not prefixes:
            return []
        begins = [{"prefix": {"spelling": prefix}} for prefix in prefixes]
        include = "|".join(_RESERVED.sub(r"\\\g<0>", prefix) + ".*" for prefix in prefixes)
        with _as_down(), _as_bad_question():
            answer = self._reading.search(
                index=self._alias(corpus),
                query={"bool": {"filter": [_any_of("access", access), {"bool": {"should": begins}}]}},
                aggregations={"found": {"terms": {"field": "spelling", "include": include, "size": limit}}},
                size=0,
                timeout=self._time_limit,
                allow_partial_search_results=False,
            )
        _require_whole(answer)
        return list(_counts(answer["aggregations"]["found"]))

    def count(self, corpus: Corpus, index: str | None = None) -> int:
        with _as_down():
            if index is None:  # what was applied is searchable already
                return int(self._reading.count(index=self._alias(corpus))["count"])
            self._writing.indices.refresh(index=index)
            return int(self._writing.count(index=index)["count"])

    def contains(self, corpus: Corpus, keys: Sequence[str], index: str | None = None) -> set[str]:
        if not keys:
            return set()
        with _as_down():
            # by id, so that what was written but not yet refreshed counts too
            answer = self._writing.mget(index=index or self._alias(corpus), ids=list(keys), source=False)
        return {document["_id"] for document in answer["docs"] if document.get("found")}

    def live(self, corpus: Corpus) -> str | None:
        with _as_down():
            try:
                names = list(self._reading.indices.get_alias(name=self._alias(corpus)).body)
            except NotFoundError:
                return None
        return names[0] if names else None

    def check(self) -> dict[str, str]:
        with _as_down():
            health = self._reading.cluster.health()
            report = {
                "engine": "elasticsearch",
                "cluster": str(health["cluster_name"]),
                "status": str(health["status"]),
                "nodes": str(health["number_of_nodes"]),
            }
        for corpus in Corpus:
            name = self.live(corpus)
            report[corpus] = f"{name} ({self.count(corpus)})" if name else "-"
        return report

    def close(self) -> None:
        self._client.close()

    # -- writing

    def apply(
        self, corpus: Corpus, changes: Sequence[Entry | Deletion], index: str | None = None
    ) -> dict[str, str]:
        return self._bulk(changes, index or self._written(corpus), refresh=True)

    def load(self, corpus: Corpus, index: str, entries: Iterable[Entry]) -> dict[str, str]:
        return self._bulk(entries, index, refresh=False)

    def _written(self, corpus: Corpus) -> str:
        """The index behind the write alias.

        Not left to the server: to a removal by an alias that is not there, it makes an index of the alias's name,
        and no other can be published any more.
        """
        with _as_down():
            try:
                index, *_ = self._writing.indices.get_alias(name=f"{self._alias(corpus)}-write").body
            except NotFoundError as error:
                raise EngineDown("no index yet") from error
        return str(index)

    def _bulk(self, changes: Iterable[Entry | Deletion], target: str, *, refresh: bool) -> dict[str, str]:
        refused: dict[str, str] = {}
        with _as_down():
            for failed in self._failures({**_action(change), "_index": target} for change in changes):
                failures = [failed]
                if "exception" in failed:  # the whole request was too large: each of its documents alone
                    failures = list(self._failures([_again(failed)]))
                for failure in failures:
                    if not _is_refused(failure):
                        raise EngineDown(f"not written: {_reason(failure)}")
                    refused[failure["_id"]] = _reason(failure)
            if refresh:
                self._writing.indices.refresh(index=target)
        return refused

    def _failures(self, actions: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Send actions; what became of those that failed."""
        written = helpers.streaming_bulk(
            self._writing,
            actions,
            chunk_size=_CHUNK,
            max_chunk_bytes=8_000_000,
            max_retries=5,
            initial_backoff=1,
            raise_on_error=False,
            raise_on_exception=True,
            ignore_status=413,
        )
        for fine, item in written:
            ((kind, outcome),) = item.items()
            # 409: a newer version is there; 404: already gone
            gone = outcome["status"] == 404 and "error" not in outcome
            if not fine and outcome["status"] != 409 and not gone:
                yield {**outcome, "_op_type": kind}

    def create(self, corpus: Corpus) -> str:
        name = f"{self._stem(corpus)}{now():%Y%m%d%H%M%S}-{secrets.token_hex(3)}"
        with _as_down():
            self._writing.indices.create(
                index=name,
                mappings=mapping(),
                settings={
                    "number_of_shards": 1,
                    "number_of_replicas": self._replicas,
                    "refresh_interval": "-1",
                    "max_result_window": DEEPEST,
                },
                # until then the index dies with the one node that holds it, and a bulk waits for it in vain
                wait_for_active_shards="all",
                timeout=_COPIES_READY,
            )
        return name

    def publish(self, corpus: Corpus, index: str) -> None:
        with _as_down():
            self._writing.indices.put_settings(index=index, settings={"refresh_interval": "1s"})
            self._writing.indices.refresh(index=index)
            aliases = [self._alias(corpus), f"{self._alias(corpus)}-write"]
            every = f"{self._prefix}-{corpus}-v*"
            actions = [{"remove": {"index": every, "alias": alias, "must_exist": False}} for alias in aliases]
            actions += [{"add": {"index": index, "alias": alias}} for alias in aliases]
            self._writing.indices.update_aliases(actions=actions)

    def drop_others(self, corpus: Corpus, keep: Sequence[str]) -> list[str]:
        with _as_down():
            every = list(self._writing.indices.get(index=f"{self._prefix}-{corpus}-v*", features="aliases").body)
            live = self.live(corpus)
            dropped = []
            for name in every:
                if (named := _NAMED.search(name)) is None or name == live or name in keep:
                    continue
                schema = int(named["schema"])
                if schema > SCHEMA_VERSION or (schema < SCHEMA_VERSION and live is None):
                    continue
                self._writing.indices.delete(index=name, ignore_unavailable=True)
                dropped.append(name)
            return dropped

    def _alias(self, corpus: Corpus) -> str:
        return f"{self._prefix}-v{SCHEMA_VERSION}-{corpus}"

    def _stem(self, corpus: Corpus) -> str:
        return f"{self._prefix}-{corpus}-v{SCHEMA_VERSION}-"


def _query(request: EngineRequest) -> dict[str, Any]:
    plan = request.plan
    filters: list[dict[str, Any]] = [_any_of("access", request.access)]
    if request.since:
        filters.append({"range": {"date": {"gt": instant(request.since)}}})
    asked = {
        "bool": {
            "must": [_node(plan.must) if plan.must is not None else {"match_all": {}}],
            "should": [_node(node) for node in plan.better],
            "must_not": [_node(node) for node in plan.never],
            "filter": filters,
        }
    }
    weight = {"field_value_factor": {"field": "freshness", "missing": 1.0}, "boost_mode": "multiply"}
    return {"function_score": {"query": asked, **weight}}


def _node(node: Node) -> dict[str, Any]:
    match node:
        case Term(field, token, boost):
            return {"term": {field: {"value": token, "boost": boost}}}
        case Phrase(field, tokens, open_end, boost):
            return _phrase(field, tokens, open_end, boost)
        case Best(parts):
            return {"dis_max": {"queries": [_node(part) for part in parts], "tie_breaker": TIE}}
        case AtLeast(count, parts):
            return {"bool": {"should": [_node(part) for part in parts], "minimum_should_match": count}}


def _phrase(field: str, tokens: tuple[str, ...], open_end: bool, boost: float) -> dict[str, Any]:
    text = " ".join(tokens)
    if not open_end:
        return {"match_phrase": {field: {"query": text, "boost": boost}}}
    if len(tokens) == 1:
        return {"constant_score": {"filter": {"prefix": {field: tokens[0]}}, "boost": boost}}
    whole = {"match_phrase_prefix": {field: {"query": text, "max_expansions": _EXPANSIONS}}}
    return {"bool": {"must": [_phrase(field, tokens[:-1], False, boost)], "filter": [whole]}}


def _any_of(field: str, values: Iterable[str]) -> dict[str, Any]:
    return {"terms": {field: sorted(values)}}


def _counting(name: str, filters: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Counts of a facet under the filters of all others."""
    others = [wanted for other, wanted in filters.items() if other != name]
    return {
        "filter": {"bool": {"filter": others}},
        "aggs": {"values": {"terms": {"field": f"facet_{name}", "size": FACET_VALUES}}},
    }


def _counts(aggregation: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    found = ((str(bucket["key"]), int(bucket["doc_count"])) for bucket in aggregation["buckets"])
    return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0])))


def _action(change: Entry | Deletion) -> dict[str, Any]:
    action: dict[str, Any] = {"_id": change.key, "version": change.version, "version_type": "external"}
    if isinstance(change, Deletion):
        return {**action, "_op_type": "delete"}
    source: dict[str, Any] = {**change.streams, **{name: list(values) for name, values in change.keywords.items()}}
    source |= {"date": change.date, "freshness": change.freshness}
    return {**action, "_op_type": "index", "_source": source}


def _require_whole(answer: ObjectApiResponse[Any]) -> None:
    if answer["timed_out"]:
        raise EngineDown("the search took too long")


def _again(failed: dict[str, Any]) -> dict[str, Any]:
    """The action that failed, to be sent once more."""
    names = ("_op_type", "_index", "_id", "version", "version_type")
    action = {name: failed[name] for name in names if name in failed}
    return {**action, "_source": failed["data"]} if "data" in failed else action


def _is_refused(failure: dict[str, Any]) -> bool:
    error = failure["error"]
    return failure["status"] in _REFUSED and not (isinstance(error, dict) and error["type"] in _OF_THE_INDEX)


def _reason(failure: dict[str, Any]) -> str:
    """Why; what an error was caused by says more than the error itself, which repeats the document."""
    error = failure["error"]
    while isinstance(error, dict):
        error = error.get("caused_by") or f"{error['type']}: {error['reason']}"
    return f"{failure['status']} {error}"[:500]


@contextmanager
def _as_bad_question() -> Iterator[None]:
    try:
        yield
    except BadRequestError as error:
        log.error("Elasticsearch refuses a question: %s", error)
        raise BadQuestion(str(error)) from error


@contextmanager
def _as_down() -> Iterator[None]:
    try:
        yield
    except (ApiError, elastic_transport.TransportError) as error:
        raise EngineDown(str(error)) from error
