"""Task numbers as labelers see them, which do not say in which order tasks were made.

Tasks are numbered one after the other and mostly given out in that order; a hidden test is not. By its number it
would be known. So those who are tested see other numbers: a permutation under a key of their organization. Whoever
may see labels anyway sees the numbers as they are.
"""

from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

from groundswell.ids import TaskId

HALF_BITS = 26
"""Two halves make 52 bits: a number that JavaScript holds exactly."""

ROUNDS = 4
"""Of a Feistel network whose rounds are keyed hashes: Luby and Rackoff (1988), doi:10.1137/0217022."""

_HALF = (1 << HALF_BITS) - 1
MOST = 1 << (2 * HALF_BITS)


@dataclass(frozen=True)
class TaskNumbers:
    """Turns task ids into the numbers that a caller sees, and back.

    Args:
        key: of the organization; None leaves numbers as they are.
    """

    key: UUID | None

    def shown(self, task_id: TaskId) -> TaskId:
        """Return the number of a task as the caller sees it, 1 to `MOST`."""
        if self.key is None or not 1 <= task_id <= MOST:
            return task_id
        left, right = divmod(task_id - 1, 1 << HALF_BITS)
        for turn in range(ROUNDS):
            left, right = right, left ^ self._mixed(right, turn)
        return TaskId((left << HALF_BITS | right) + 1)

    def meant(self, number: int) -> TaskId:
        """Return the task that a caller means; a number that no task can have stays as it is, and unknown."""
        if self.key is None or not 1 <= number <= MOST:
            return TaskId(number)
        left, right = divmod(number - 1, 1 << HALF_BITS)
        for turn in reversed(range(ROUNDS)):
            left, right = right ^ self._mixed(left, turn), left
        return TaskId((left << HALF_BITS | right) + 1)

    def _mixed(self, half: int, turn: int) -> int:
        assert self.key is not None
        digest = blake2b(half.to_bytes(4, "big") + bytes([turn]), key=self.key.bytes, digest_size=4).digest()
        return int.from_bytes(digest, "big") & _HALF
