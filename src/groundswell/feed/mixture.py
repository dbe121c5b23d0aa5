"""Mixtures: several datasets as one stream, in proportions that hold over every stretch of it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from groundswell.errors import EmptySource, InputError, MissingColumn
from groundswell.feed.blocks import derived_seed
from groundswell.feed.order import Ordering, require_within
from groundswell.feed.proportions import Schedule, Stage, shares_of
from groundswell.feed.rows import Batch, Rows, Take

Numbers = npt.NDArray[np.int64]


class Mixture:
    """Several datasets mixed by weight, as `Rows` for a feed.

    Over any stretch whose length is that of a whole round (weights 0.7, 0.2 and 0.1 make rounds of 10) each source
    has exactly its share, wherever the stretch begins; any other stretch misses it by less than two samples.
    A source that is used up before the others begins its next epoch, in another order.

    Args:
        sources: what is mixed, by name; all with the same columns.
        weights: for each source its weight; None goes by their sizes. Weights are relative, and are taken as
            fractions with at most 10,000 turns in a round.
        samples: how many samples make an epoch of the mixture; None means as many as the sources have
            together, rounded up to whole rounds.
        stages: a curriculum in the place of `weights` and `samples`: stretches with weights of their own.

    Attributes:
        shares: of each stage the whole shares of the sources, in their order.

    Raises:
        InputError: a weight is not above 0, a name is of no source, or both weights and stages are given.
        EmptySource: there is no source, or one has no rows.
        MissingColumn: the sources differ in their columns.
    """

    def __init__(
        self,
        sources: Mapping[str, Rows],
        weights: Mapping[str, float] | None = None,
        *,
        samples: int | None = None,
        stages: Sequence[Stage] = (),
    ) -> None:
        _check(sources)
        if stages and (weights is not None or samples is not None):
            raise InputError(
                "give weights and samples, or stages: a stage has weights and samples of its own"
            )
        self.sources = dict(sources)
        self.names = tuple(next(iter(sources.values())).names)
        self._starts = np.cumsum([0, *(len(rows) for rows in sources.values())])
        chosen = stages or [_one_stage(self.sources, weights, samples)]
        self.shares = [_shares(stage.weights, self.sources) for stage in chosen]
        self._schedule = Schedule(
            [(_length(stage), shares) for stage, shares in zip(chosen, self.shares, strict=True)]
        )

    def __len__(self) -> int:
        return int(self._starts[-1])

    @property
    def digest(self) -> str:
        """Names the sources; how they are mixed is named by the order."""
        names = [[name, rows.digest] for name, rows in self.sources.items()]
        return hashlib.sha256(repr(names).encode()).hexdigest()

    @property
    def blocks(self) -> Numbers:
        """How many rows lie together, source by source."""
        return np.concatenate([rows.blocks for rows in self.sources.values()])

    def prepare(self, numbers: Numbers) -> Take:
        """Return what takes batches of rows that are numbered through all sources; see `Rows.prepare`."""
        sources = np.searchsorted(self._starts, numbers, side="right") - 1
        parts = list(self.sources.values())
        present = np.unique(sources).tolist()
        chosen = {source: np.flatnonzero(sources == source) for source in present}
        takes = {
            source: parts[source].prepare(numbers[chosen[source]] - self._starts[source])
            for source in present
        }

        def take(first: int, last: int) -> Batch:
            merged: list[tuple[Numbers, Batch]] = []
            for source, where in chosen.items():
                low, high = np.searchsorted(where, [first, last]).tolist()
                if high > low:
                    merged.append((where[low:high] - first, takes[source](low, high)))
            return _merge(merged, last - first) if merged else takes[present[0]](0, 0)

        return take if present else parts[0].prepare(numbers)

    def origins(self, numbers: Numbers) -> list[list[str]]:
        """Return for each row the ids of the items that it was made of."""
        found: list[list[str]] = [[] for _ in numbers]
        for source, (_, rows) in enumerate(self.sources.items()):
            where = np.flatnonzero((numbers >= self._starts[source]) & (numbers < self._starts[source + 1]))
            for place, ids in zip(where, rows.origins(numbers[where] - self._starts[source]), strict=True):
                found[place] = ids
        return found

    def order(self, make: Callable[[Rows, int], Ordering], seed: int) -> "MixedOrder":
        """Return the order of the mixture; `make` makes that of one source from its rows and a seed of its own."""
        orders = [make(rows, derived_seed(f"source {name}", seed)) for name, rows in self.sources.items()]
        return MixedOrder(self._schedule, orders, self._starts[:-1], self.shares, seed)


class MixedOrder:
    """The order of a mixture: its schedule says whose turn it is, each source's own order which sample.

    Args:
        schedule: the stages of an epoch.
        orders: of each source.
        starts: number of each source's first row among those of all.
        shares: of each stage, for its name.
        seed: names the order.
    """

    def __init__(
        self,
        schedule: Schedule,
        orders: Sequence[Ordering],
        starts: Numbers,
        shares: Sequence[tuple[int, ...]],
        seed: int,
    ) -> None:
        self._schedule = schedule
        self._orders = orders
        self._starts = starts
        self._shares = shares
        self._seed = seed

    @property
    def n(self) -> int:
        """Positions of an epoch."""
        return self._schedule.n

    def sample(self, epoch: int, positions: npt.ArrayLike) -> Numbers:
        """Return the samples that stand at `positions` in an epoch; see `Ordering.sample`.

        Raises:
            InputError: a position is outside 0..n-1.
        """
        places = require_within(positions, self.n, "positions")
        sources, turns = self._schedule.at(places.reshape(-1))
        turns += epoch * self._schedule.totals[sources]
        found = np.empty(len(turns), dtype=np.int64)
        for source in np.unique(sources).tolist():
            chosen = np.flatnonzero(sources == source)
            epochs, inner = np.divmod(turns[chosen], self._orders[source].n)
            for own in np.unique(epochs).tolist():
                at = epochs == own
                samples = self._orders[source].sample(own, inner[at])
                found[chosen[at]] = self._starts[source] + samples
        return found.reshape(places.shape)

    def find(self, epoch: int, samples: npt.ArrayLike) -> tuple[Numbers, Numbers]:
        """Return where in an epoch samples stand: several times, where a source is fed more than once.

        Raises:
            InputError: a sample is below 0 or beyond the last source.
        """
        size = int(self._starts[-1]) + self._orders[-1].n
        wanted = require_within(samples, size, "samples").reshape(-1)
        sources = np.searchsorted(self._starts, wanted, side="right") - 1
        found = [
            self._find(epoch, source, wanted, np.flatnonzero(sources == source))
            for source in np.unique(sources).tolist()
        ]
        nothing = np.empty((2, 0), dtype=np.int64)
        positions, places = np.concatenate([nothing, *found], axis=1)
        return positions, places

    def _find(self, epoch: int, source: int, wanted: Numbers, chosen: Numbers) -> Numbers:
        """Return positions and places of samples of one source, int64 `[2, occurrences]`."""
        order, total = self._orders[source], int(self._schedule.totals[source])
        first, last = epoch * total, (epoch + 1) * total
        found = [np.empty((2, 0), dtype=np.int64)]
        for own in range(first // order.n, -(-last // order.n)):
            inner, places = order.find(own, wanted[chosen] - self._starts[source])
            turns = own * order.n + inner
            within = (turns >= first) & (turns < last)
            positions = self._schedule.positions(source, turns[within] - first)
            found.append(np.stack([positions, chosen[places[within]]]))
        return np.concatenate(found, axis=1)

    def describe(self) -> dict[str, Any]:
        """Return what names the order; of the schedule and the sources' orders a digest."""
        schedule = [list(self._shares), self._schedule.lengths, [order.describe() for order in self._orders]]
        mixed = hashlib.sha256(repr(schedule).encode()).hexdigest()[:16]
        return {"samples": self.n, "seed": self._seed, "shuffle": ["mixture", mixed]}


def _check(sources: Mapping[str, Rows]) -> None:
    if not sources:
        raise EmptySource("a mixture needs at least one source")
    columns = {name: tuple(rows.names) for name, rows in sources.items()}
    first = next(iter(columns.values()))
    for name, rows in sources.items():
        if not len(rows):
            raise EmptySource(f"source {name!r} of the mixture has no samples; leave it out")
        if columns[name] != first:
            raise MissingColumn(
                f"source {name!r} of the mixture has columns {', '.join(columns[name])}, "
                f"the first has {', '.join(first)}; name the columns that all have"
            )


def _one_stage(
    sources: Mapping[str, Rows], weights: Mapping[str, float] | None, samples: int | None
) -> Stage:
    given = weights if weights is not None else {name: len(rows) for name, rows in sources.items()}
    if samples is None:
        size = sum(_shares(given, sources))
        samples = -(-sum(len(rows) for rows in sources.values()) // size) * size
    return Stage(samples, given)


def _shares(weights: Mapping[str, float], sources: Mapping[str, Rows]) -> tuple[int, ...]:
    """Return the share of every source, 0 for one without a weight."""
    _require_known(weights, sources)
    shares = iter(shares_of([weights[name] for name in sources if name in weights]))
    return tuple(next(shares) if name in weights else 0 for name in sources)


def _require_known(weights: Mapping[str, float], sources: Mapping[str, Rows]) -> None:
    unknown = [name for name in weights if name not in sources]
    if unknown:
        raise InputError(f"no source {', '.join(map(repr, unknown))}; there are {', '.join(sources)}")


def _length(stage: Stage) -> int:
    if stage.samples < 1:
        raise InputError(f"a stage has at least 1 sample, got {stage.samples}")
    return stage.samples


def _merge(parts: Sequence[tuple[Numbers, Batch]], size: int) -> Batch:
    """Return one batch from parts, each with the places that its samples take.

    Raises:
        InputError: the sources differ in the type or the shape of a column.
    """
    merged: Batch = {}
    for name, like in parts[0][1].items():
        kinds = {(part[name].dtype, part[name].shape[1:]) for _, part in parts}
        if len(kinds) > 1:
            found = ", ".join(sorted(f"{dtype} {list(shape)}" for dtype, shape in kinds))
            raise InputError(f"the sources of a mixture differ in column {name!r}: {found}")
        merged[name] = np.empty((size, *like.shape[1:]), dtype=like.dtype)
        for places, part in parts:
            merged[name][places] = part[name]
    return merged
