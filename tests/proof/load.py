"""Large folders, many sessions, huge commits, clients that work for minutes: what grows?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median, quantiles

from tests.bench.ground import Ground
from tests.bench.plot import Axis, Line, plot, seconds
from tests.bench.report import amount
from tests.proof.crowd import STEPS, Crowd, Size, work
from tests.proof.growth import Bulk, Grown, Growth, commit_many, grow
from tests.proof.page import Options, Page, table

_SECONDS, _QUICK = 600.0, 6.0
_PLAYERS = ["lsp"] * 4 + ["mcp"] * 2 + ["cli"] * 2
_DOCUMENTS, _FEW = 50_000, 300
_FLAT, _LINEAR, _MEMORY = 0.1, 1.1, 0.05
_MORE = 1.05
"""How much more a server may occupy in the last fifth of its time than in the second."""
_STEADY = frozenset({"read", "first write", "next write", "switch"})
_GROWTHS = (
    Growth("files", (1_000, 10_000, 100_000, 1_000_000), _STEADY | {"status", "list"}),
    Growth("sessions", (100, 1_000, 10_000), _STEADY | {"status"}),
    # What answers a switch counts the session's changes.
    Growth("changes", (100, 1_000, 10_000, 100_000), _STEADY - {"switch"}),
)

_TEXT = """\
How a running language server behaves where there is much of everything. Each time is the median of
some requests, from the request to the whole answer, of a client that adds next to nothing. The
*exponent* says how a time grows: 0 stays the same however much there is, 1 doubles where that
doubles. What is *flat* must stay below {flat}; everything else below {linear}.

{growths}
## A large commit

{bulk}
## {clients} clients for {seconds:g} seconds

{lsp} language servers, {mcp} MCP servers and {cli} that start a command line for each thing they
do are at work at one folder at the same time, each in sessions of its own: start, {steps} reads and
writes of documents of 20 KB, a status now and then, a list, a rejected draft, a checkpoint, then
commit and cancel in turn. Every text that is read is compared with what was written, and at the end
every document of the folder with what was committed last: {requests:,} requests, {failures} of them
wrong.

{waits}
How much memory each server occupied meanwhile; in the last fifth of its time none may occupy more
than {more} times what it did in the second:

![The memory of each server by time](images/load-memory.svg)

{sizes}"""


def prove(options: Options) -> Page:
    """Grow everything, commit much, and let the crowd work."""
    pictures: dict[str, str] = {}
    failures: list[str] = []
    parts = []
    with Ground(str(options.folder)) as ground:
        for growth in _GROWTHS:
            asked = growth._replace(sizes=(50,)) if options.quick else growth
            grown = grow(asked, ground)
            parts.append(_growth(asked, grown))
            pictures |= _plots(asked, grown)
            failures += [] if options.quick else _grew(asked, grown)
            ground.forget()
        bulk = commit_many(ground, _FEW if options.quick else _DOCUMENTS)
    players = ["lsp", "mcp", "cli"] if options.quick else _PLAYERS
    span = options.seconds or (_QUICK if options.quick else _SECONDS)
    (options.folder / "crowd").mkdir()
    crowd = work(options.folder / "crowd", players, span, 6 if options.quick else STEPS)
    pictures["load-memory.svg"] = _memory_plot(crowd)
    failures += [*bulk.failures, *crowd.failures]
    failures += [] if options.quick else _fattened(crowd)
    text = _TEXT.format(
        flat=_FLAT,
        linear=_LINEAR,
        growths="\n".join(parts),
        bulk=_bulk(bulk),
        steps=STEPS,
        clients=len(players),
        seconds=span,
        **{face: players.count(face) for face in ("lsp", "mcp", "cli")},
        requests=len(crowd.waits),
        failures=len(crowd.failures),
        waits=table(
            ["client", "operation", "requests", "p50", "p95", "p99", "longest"], _waits(crowd)
        ),
        more=_MORE,
        sizes=table(["client", "in the second fifth", "in the last", "ratio"], _sizes(crowd)),
    )
    return Page("Load", text, failures, pictures)


def _growth(growth: Growth, grown: Grown) -> str:
    head = ["operation", *(f"{n:,}" for n in growth.sizes), "exponent", "allowed"]
    rows = [
        [
            name,
            *(amount(took[n]) for n in growth.sizes),
            f"{grown.exponent(name):.2f}",
            _FLAT if name in growth.flat else _LINEAR,
        ]
        for name, took in grown.took.items()
    ]
    memory = [amount(grown.occupied[n], "B") for n in growth.sizes]
    rows.append(["memory of the server", *memory, f"{grown.memory_exponent():.2f}", _MEMORY])
    picture = f"![Times by number of {growth.what}](images/load-{growth.what}.svg)"
    return f"## By {growth.what}\n\n{table(head, rows)}\n{picture}\n"


def _plots(growth: Growth, grown: Grown) -> dict[str, str]:
    lines = [Line(name, list(took.items())) for name, took in grown.took.items()]
    axes = Axis(growth.what), Axis("median time", seconds)
    return {f"load-{growth.what}.svg": plot(f"Times by number of {growth.what}", *axes, lines)}


def _grew(growth: Growth, grown: Grown) -> Iterator[str]:
    """What grew more than it may."""
    for name in grown.took:
        allowed = _FLAT if name in growth.flat else _LINEAR
        if (exponent := grown.exponent(name)) > allowed:
            yield f"{name} grows with the {growth.what} by {exponent:.2f}, more than {allowed}"
    if (exponent := grown.memory_exponent()) > _MEMORY:
        yield f"the server's memory grows with the {growth.what} by {exponent:.2f}"


def _bulk(bulk: Bulk) -> str:
    small, large = bulk.occupied
    return f"""\
A session with {bulk.documents:,} modified documents is committed, and the commit is undone; after
each, every document is compared. The commit took {amount(bulk.commit)}, which is
{amount(bulk.commit / bulk.documents)} for a document, and its undo {amount(bulk.undo)}. The server
occupied {amount(small, "B")} before, and {amount(large, "B")} after all.
"""


def _waits(crowd: Crowd) -> Iterator[list[object]]:
    took = defaultdict(list)
    for wait in crowd.waits:
        took[wait.who.rstrip("0123456789").upper(), wait.operation].append(wait.took)
    for (face, operation), times in sorted(took.items()):
        cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
        chosen = [cuts[49], cuts[94], cuts[98], max(times)]
        yield [face, operation, f"{len(times):,}", *map(amount, chosen)]


def _fifths(crowd: Crowd) -> Iterator[tuple[str, float, float]]:
    """What each server occupied at the median of its second and of its last fifth."""
    for who, sizes in _by_server(crowd).items():
        fifth = len(sizes) // 5
        if fifth:
            second, last = (
                median(size.occupied for size in part)
                for part in (sizes[fifth : 2 * fifth], sizes[-fifth:])
            )
            yield who, second, last


def _sizes(crowd: Crowd) -> Iterator[list[object]]:
    for who, second, last in _fifths(crowd):
        yield [who, amount(second, "B"), amount(last, "B"), f"{last / second:.2f}"]


def _fattened(crowd: Crowd) -> Iterator[str]:
    for who, second, last in _fifths(crowd):
        if last > second * _MORE:
            yield f"{who} occupies {last / second:.2f} times what it did"


def _by_server(crowd: Crowd) -> dict[str, Sequence[Size]]:
    found = defaultdict(list)
    for size in crowd.sizes:
        found[size.who].append(size)
    return dict(found)


def _memory_plot(crowd: Crowd) -> str:
    lines = [
        Line(who, [(size.at, size.occupied / 2**20) for size in sizes])
        for who, sizes in _by_server(crowd).items()
    ]
    axes = Axis("seconds", log=False), Axis("megabytes", log=False)
    return plot("The memory of each server", *axes, lines)
