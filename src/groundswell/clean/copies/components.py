"""Connected components of a graph of pairs: in memory, or in rounds over files where it does not fit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.clean.hashing import mixed
from groundswell.clean.job.exchange import Receiver, Sender, Share, shares_of
from groundswell.clean.job.work import Entry, Place, Work

Nodes = NDArray[np.int64]

PAIR = np.dtype([("node", "<i8"), ("other", "<i8")])
"""In the result `other` is the root, the least node of the component; a root is its own."""

BUCKETS = 256
_PAIR_BYTES = 256
"""Memory that a pair takes while its component is found."""


def components(one: Nodes, other: Nodes) -> tuple[Nodes, Nodes]:
    """Return every node of a pair, ascending, and the least node that it is connected to."""
    nodes, places = np.unique(np.concatenate([one, other]), return_inverse=True)
    a, b = np.split(places, 2)
    root = np.arange(len(nodes))
    while len(a):
        low, high = np.minimum(a, b), np.maximum(a, b)
        np.minimum.at(root, high, low)
        while not np.array_equal(above := root[root], root):
            root = above
        a, b = root[a], root[b]
        is_open = a != b
        a, b = a[is_open], b[is_open]
    return nodes, nodes[root]


def find_components(work: Work, step: str, pairs: Sequence[Path], count: int) -> list[Path]:
    """Write each node with its root, by bucket of the root, and return the files.

    Args:
        work: runs the tasks.
        step: names them.
        pairs: files of `PAIR`, sent to any destination.
        count: how many pairs there are.
    """
    if count * _PAIR_BYTES <= work.memory_bytes:
        work.each(step, _in_memory, {"all": (f"{step}-all", tuple(pairs))})
        return [work.folder.path(f"{step}-all")]
    return _by_rounds(work, step, list(pairs))


def _in_memory(place: Place, target: str, pairs: Sequence[Path]) -> Entry:
    read = [np.empty(0, PAIR), *Receiver(pairs, PAIR).read(0, BUCKETS)]
    every = np.concatenate(read)
    nodes, roots = components(every["node"], every["other"])
    _send(place, target, [(roots, _pairs(nodes, roots))])
    return {"nodes": len(nodes)}


def _by_rounds(work: Work, step: str, pairs: list[Path]) -> list[Path]:
    """Find components in rounds, each of which reads and writes all pairs once.

    Source:
        Alternating large-star and small-star: Kiveris et al. (2014), Connected components in MapReduce
        and beyond, doi:10.1145/2670979.2670997.
    """
    pairs = _redistributed(work, f"{step}-both", _both_ways, pairs)
    for number in range(1000):
        large = _star(work, f"{step}-{number}-large", pairs, is_large=True)
        small = _star(work, f"{step}-{number}-small", large[0], is_large=False)
        pairs = small[0]
        if large[1] + small[1] == 0:
            break
    return _redistributed(work, f"{step}-roots", _by_root, pairs)


def _star(work: Work, step: str, pairs: list[Path], *, is_large: bool) -> tuple[list[Path], int]:
    """Run one round; returns its files and how many pairs it changed."""
    counts = Receiver(pairs, PAIR).counts()
    shares = shares_of(counts, max(work.memory_bytes // _PAIR_BYTES, 1))
    targets = {share.name: f"{step}-{share.name}" for share in shares}
    arguments = {share.name: (targets[share.name], tuple(pairs), share, is_large) for share in shares}
    entries = work.each(step, _star_of_share, arguments)
    files = [work.folder.path(target) for target in targets.values()]
    return files, sum(entry["changed"] for entry in entries)


def _star_of_share(place: Place, target: str, pairs: Sequence[Path], share: Share, is_large: bool) -> Entry:
    """Point the neighbours of each node to the least of them: the greater ones, or else the smaller ones."""
    read = _distinct(list(Receiver(pairs, PAIR).read(share.first, share.last)))
    if not is_large:
        read = read[read["other"] < read["node"]]
    node, other = read["node"], read["other"]
    is_first = np.ones(len(read), np.bool_)
    is_first[1:] = node[1:] != node[:-1]
    least = other[is_first]  # neighbours ascend
    if is_large:
        least = np.minimum(least, node[is_first])
        moves = other > node
    else:
        moves = ~is_first
    made = _pairs(other[moves], least[(np.cumsum(is_first, dtype=np.int32) - 1)[moves]])
    changed = int(np.count_nonzero(made["other"] != node[moves])) if is_large else len(made)
    if not is_large:
        made = np.concatenate([made, read[is_first]])
    _send(place, target, ((each["node"], each) for each in (made, _pairs(made["other"], made["node"]))))
    return {"changed": changed}


def _redistributed(work: Work, step: str, how: Any, pairs: list[Path]) -> list[Path]:
    arguments = {pair.name: (f"{step}-{pair.name}", pair) for pair in pairs}
    work.each(step, how, arguments)
    return [work.folder.path(target) for target, _ in arguments.values()]


def _both_ways(place: Place, target: str, source: Path) -> Entry:
    """Send each pair from both of its ends."""
    parts = Receiver([source], PAIR).read(0, BUCKETS)
    _send(
        place,
        target,
        ((each["node"], each) for part in parts for each in (part, _pairs(part["other"], part["node"]))),
    )
    return {}


def _by_root(place: Place, target: str, source: Path) -> Entry:
    """Send each member, and the root itself, to the bucket of the root."""

    def parts() -> Any:
        for part in Receiver([source], PAIR).read(0, BUCKETS):
            members = part[part["other"] < part["node"]]
            roots = np.unique(members["other"])
            yield members["other"], members
            yield roots, _pairs(roots, roots)

    _send(place, target, parts())
    return {}


def _send(place: Place, target: str, parts: Any) -> None:
    sender = Sender(place.folder, target, PAIR)
    for by, records in parts:
        sender.send(bucket_of(by), records)
    sender.close()


def bucket_of(nodes: Nodes) -> Nodes:
    """Return the bucket of each node, 0 to `BUCKETS` - 1, spread evenly."""
    return (mixed(nodes.astype(np.uint64)) >> np.uint64(56)).astype(np.int64)


def _distinct(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Return the pairs in order, each once; `numpy.unique` of records is slower by far."""
    pairs = np.concatenate([np.empty(0, PAIR), *parts])
    parts.clear()
    pairs = pairs[np.lexsort((pairs["other"], pairs["node"]))]
    is_new = np.ones(len(pairs), np.bool_)
    is_new[1:] = (pairs["node"][1:] != pairs["node"][:-1]) | (pairs["other"][1:] != pairs["other"][:-1])
    return np.asarray(pairs[is_new])


def _pairs(node: Nodes, other: Nodes) -> NDArray[Any]:
    made = np.empty(len(node), PAIR)
    made["node"], made["other"] = node, other
    return made
