"""The embedded engine: Tantivy in the data folder. Nothing to install or to run beside.

    <data folder>/search/<corpus>/live-v3           name of the live index
    <data folder>/search/<corpus>/live-v3.<hex>     the same, before it takes the other's place
    <data folder>/search/<corpus>/v3-<time>-<hex>/  an index

All names carry the schema version, so processes of two versions leave each other's in peace.

A batch is written under a lock on the index's folder, so there is one writer at a time in
whatever process; readers notice a new commit, or another live index, at their next search.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from search.engine import (
    COUNT_FIELDS,
    DEEPEST,
    FACET_VALUES,
    KEYWORD_FIELDS,
    LONGEST_KEYWORD,
    POSITION_FIELDS,
    SCHEMA_VERSION,
    Deletion,
    EngineDown,
    EngineRequest,
    EngineResult,
    Entry,
    Sort,
    instant,
)
from search.ranking import TIE, AtLeast, Best, Node, Phrase, Plan, Term
from search.sources import Corpus
from tenants.clock import now

_BATCH_HEAP, _LOAD_HEAP = 15_000_000, 120_000_000
#: What is ours in a corpus's folder. `live` without a version comes from before there was one.
_NAMED = re.compile(r"v(?P<index>\d+)-.+|live(-v(?P<live>\d+))?(\.[0-9a-f]+)?")
_EXCHANGES = 5  # exchanges of the live index that one search may meet


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    for name in POSITION_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in COUNT_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in KEYWORD_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=name.startswith("facet_"))
    builder.add_integer_field("date", fast=True)
    builder.add_integer_field("version", fast=True)
    builder.add_float_field("weight", fast=True)
    return builder.build()


@dataclass
class _Open:
    """An index opened for reading, and the state of the folder it was read in."""

    name: str
    index: tantivy.Index
    seen: tuple[int, int]


class EmbeddedEngine:
    """Tantivy, one folder per index."""

    name = "embedded"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schema = _schema()
        self._open: dict[Corpus, _Open] = {}
        self._lock = threading.Lock()

    # -- reading

    def search(self, request: EngineRequest) -> EngineResult:
        with _as_down():
            searcher = self._searcher(request.corpus)
            query = self._query(request, without="")
            sorting = {"order_by_field": "date"} if request.sort is Sort.DATE else {"weight_by_field": "weight"}
            # a limit of nothing is not possible; one hit is asked for and thrown away
            wanted = max(0, min(request.limit, DEEPEST - request.offset))
            found = searcher.search(query, max(1, wanted), offset=request.offset, **sorting)  # type: ignore[arg-type]
            hits = tuple((str(searcher.doc(at)["key"][0]), float(score)) for score, at in found.hits[:wanted])
            total: int = found.count  # type: ignore[attr-defined]
            return EngineResult(hits, total, self._facets(searcher, request, query))

    def _facets(
        self, searcher: tantivy.Searcher, request: EngineRequest, query: Query
    ) -> dict[str, tuple[tuple[str, int], ...]]:
        chosen = [name for name in request.facets if request.filters.get(name)]
        free = [name for name in request.facets if name not in chosen]
        counted = searcher.aggregate(query, _counting(free)) if free else {}
        for name in chosen:
            counted.update(searcher.aggregate(self._query(request, without=name), _counting([name])))
        return {
            name: tuple(
                sorted(
                    ((str(bucket["key"]), int(bucket["doc_count"])) for bucket in counted[name]["buckets"]),
                    key=lambda pair: (-pair[1], pair[0]),
                )
            )
            for name in request.facets
        }

    def lookup(
        self, corpus: Corpus, prefixes: Sequence[str], access: frozenset[str], limit: int
    ) -> list[tuple[str, int]]:
        with _as_down():
            searcher = self._searcher(corpus)
            readable = self._any_of("access", access)
            found: dict[str, int] = {}
            for prefix in prefixes:
                found.update(searcher.terms_with_prefix("spelling", prefix, filter_query=readable, limit=limit))
            return sorted(((t, c) for t, c in found.items() if c), key=lambda pair: (-pair[1], pair[0]))[:limit]

    def count(self, corpus: Corpus, index: str | None = None) -> int:
        with _as_down():
            return int(self._searcher(corpus, index).num_docs)

    def contains(self, corpus: Corpus, keys: Sequence[str], index: str | None = None) -> set[str]:
        with _as_down():
            searcher = self._searcher(corpus, index)
            return {key for key in keys if searcher.doc_freq("key", key) and self._version(searcher, key) is not None}

    def live(self, corpus: Corpus) -> str | None:
        name = ""
        for _ in range(_EXCHANGES):
            before = name
            try:
                name = self._live_file(corpus).read_text(encoding="ascii")
            except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError):
                return None  # none yet, or nothing that names one
            except OSError as error:
                raise EngineDown(str(error)) from error
            if not name.startswith(f"v{SCHEMA_VERSION}-"):
                return None
            if (self._folder / corpus / name).is_dir():
                return name
            if name == before:
                break  # it is really gone, not just exchanged between two looks
        return None

    def check(self) -> dict[str, str]:
        report = {"engine": f"tantivy {version('tantivy')}", "folder": str(self._folder)}
        for corpus in Corpus:
            name = self.live(corpus)
            report[corpus] = f"{name} ({self.count(corpus)})" if name else "-"
        return report

    def close(self) -> None:
        with self._lock:
            self._open.clear()

    def _searcher(self, corpus: Corpus, name: str | None = None) -> tantivy.Searcher:
        if name is not None:
            return tantivy.Index.open(str(self._folder / corpus / name)).searcher()
        for attempt in range(_EXCHANGES):
            live = self.live(corpus)
            if live is None:
                raise EngineDown("no index yet")
            try:
                return self._reopened(corpus, live)
            except (OSError, ValueError):
                # exchanged and dropped while it was being opened
                if attempt == _EXCHANGES - 1 or self.live(corpus) == live:
                    raise
        raise AssertionError

    def _reopened(self, corpus: Corpus, live: str) -> tantivy.Searcher:
        """A searcher of the newest commit of an index."""
        folder = self._folder / corpus / live
        state = (folder / "meta.json").stat()
        seen = (state.st_mtime_ns, state.st_ino)
        with self._lock:
            known = self._open.get(corpus)
            if known is None or known.name != live:
                index = tantivy.Index.open(str(folder))
                index.config_reader("manual")
                index.reload()
                known = self._open[corpus] = _Open(live, index, seen)
            elif known.seen != seen:
                known.index.reload()
                known.seen = seen
            return known.index.searcher()

    # -- translating

    def _query(self, request: EngineRequest, *, without: str) -> Query:
        """The whole question, leaving out the filter on the facet `without`."""
        filters = [self._any_of("access", request.access)]
        for name, values in request.filters.items():
            if values and name != without:
                filters.append(self._any_of(f"facet_{name}", values))
        if request.since:
            after = {"lower_bound": instant(request.since), "include_lower": False}
            filters.append(Query.range_query(self._schema, "date", tantivy.FieldType.Integer, **after))  # type: ignore[arg-type]
        core, better, never = self._parts(request.plan)
        parts = [(Occur.Must, core), *((Occur.Must, Query.const_score_query(f, 0.0)) for f in filters)]
        parts += [(Occur.Should, query) for query in better] + [(Occur.MustNot, query) for query in never]
        return Query.boolean_query(parts)

    def _parts(self, plan: Plan) -> tuple[Query, list[Query], list[Query]]:
        core = Query.all_query() if plan.must is None else self._node(plan.must)
        return core, [self._node(n) for n in plan.better], [self._node(n) for n in plan.never]

    def _node(self, node: Node) -> Query:
        match node:
            case Term(field, token, boost):
                return Query.boost_query(Query.term_query(self._schema, field, token), boost)
            case Phrase(field, tokens, open_end, boost):
                return Query.boost_query(self._phrase(field, tokens, open_end), boost)
            case Best(parts):
                return Query.disjunction_max_query([self._node(part) for part in parts], TIE)
            case AtLeast(count, parts):
                return Query.boolean_query(
                    [(Occur.Should, self._node(part)) for part in parts], minimum_number_should_match=count
                )

    def _phrase(self, field: str, tokens: tuple[str, ...], open_end: bool) -> Query:
        if not open_end:
            if len(tokens) == 1:
                return Query.term_query(self._schema, field, tokens[0])
            return Query.phrase_query(self._schema, field, list(tokens))
        last = re.escape(tokens[-1]) + ".*"
        if len(tokens) == 1:
            return Query.const_score_query(Query.regex_query(self._schema, field, last), 1.0)
        escaped = [re.escape(token) for token in tokens[:-1]]
        whole = Query.regex_phrase_query(self._schema, field, [*escaped, last])
        scored = self._phrase(field, tokens[:-1], False)
        return Query.boolean_query([(Occur.Must, scored), (Occur.Must, Query.const_score_query(whole, 0.0))])

    def _any_of(self, field: str, values: Iterable[str]) -> Query:
        return Query.term_set_query(self._schema, field, sorted(values))

    # -- writing

    def apply(
        self, corpus: Corpus, changes: Sequence[Entry | Deletion], index: str | None = None
    ) -> dict[str, str]:
        name = index or self.live(corpus)
        if name is None:
            raise EngineDown("no index yet")
        with _as_down(), self._writing(corpus, name, _BATCH_HEAP) as (opened, writer):
            searcher = opened.searcher()
            for change in changes:
                known = self._version(searcher, change.key)
                if known is not None and known >= change.version:
                    continue
                writer.delete_documents_by_term("key", change.key)
                if isinstance(change, Entry):
                    writer.add_document(_document(change))
        return {}

    def load(self, corpus: Corpus, index: str, entries: Iterable[Entry]) -> dict[str, str]:
        with _as_down(), self._writing(corpus, index, _LOAD_HEAP) as (_, writer):
            for entry in entries:
                writer.add_document(_document(entry))
        return {}

    def create(self, corpus: Corpus) -> str:
        with _as_down():
            name = f"v{SCHEMA_VERSION}-{now():%Y%m%d%H%M%S}-{secrets.token_hex(3)}"
            folder = self._folder / corpus / name
            folder.mkdir(parents=True)
            tantivy.Index(self._schema, path=str(folder))
            return name

    def publish(self, corpus: Corpus, index: str) -> None:
        with _as_down():
            live = self._live_file(corpus)
            temporary = live.with_name(f"{live.name}.{secrets.token_hex(4)}")
            with temporary.open("w", encoding="ascii") as file:
                file.write(index)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(live)

    def drop_others(self, corpus: Corpus, keep: Sequence[str]) -> list[str]:
        with _as_down():
            base, live = self._folder / corpus, self.live(corpus)
            kept = {*keep, live, self._live_file(corpus).name}
            dropped = []
            for path in base.iterdir() if base.is_dir() else ():
                if (named := _NAMED.fullmatch(path.name)) is None or path.name in kept:
                    continue
                schema = int(named["index"] or named["live"] or 0)
                if schema > SCHEMA_VERSION or (schema < SCHEMA_VERSION and live is None):
                    continue
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                    dropped.append(path.name)
                else:
                    path.unlink(missing_ok=True)
            return dropped

    def _live_file(self, corpus: Corpus) -> Path:
        return self._folder / corpus / f"live-v{SCHEMA_VERSION}"

    @contextmanager
    def _writing(
        self, corpus: Corpus, name: str, heap: int
    ) -> Iterator[tuple[tantivy.Index, tantivy.IndexWriter]]:
        """The one writer of an index; committed at the end, nothing kept on error."""
        folder = self._folder / corpus / name
        with (folder / "writing.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            opened = tantivy.Index.open(str(folder))
            writer = opened.writer(heap, 1)
            try:
                yield opened, writer
                writer.commit()
            except BaseException:
                writer.rollback()
                raise
            finally:
                writer.wait_merging_threads()

    def _version(self, searcher: tantivy.Searcher, key: str) -> int | None:
        found = searcher.search(Query.term_query(self._schema, "key", key, index_option="basic"), 1, count=False)
        if not found.hits:
            return None
        version = searcher.fast_field_values("version", [found.hits[0][1]])[0]
        return int(version) if version is not None else None


def _counting(names: Sequence[str]) -> dict[str, object]:
    return {name: {"terms": {"field": f"facet_{name}", "size": FACET_VALUES}} for name in names}


def _document(entry: Entry) -> tantivy.Document:
    return tantivy.Document(
        key=entry.key,
        version=entry.version,
        date=entry.date,
        # the engine multiplies a score by log2(2 + weight)
        weight=2.0**entry.freshness - 2.0,
        **entry.streams,
        **{name: [v for v in values if len(v) <= LONGEST_KEYWORD] for name, values in entry.keywords.items()},
    )


@contextmanager
def _as_down() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        raise EngineDown(str(error)) from error
