"""What was read is known in a few bytes, and nothing else is."""

import json

from hypothesis import given
from hypothesis import strategies as st

from groundswell.collect.known import Known

STATES = st.sets(st.text(max_size=9), max_size=30)


@given(STATES, STATES)
def test_it_knows_what_it_was_told_and_survives_json(states: set[str], others: set[str]) -> None:
    known = Known.from_json(json.loads(json.dumps(Known.of(states).to_json())))
    assert len(known) == len(states)
    assert all(state in known for state in states)
    assert not any(state in known for state in others - states)
    both = known | Known.of(others)
    assert all(state in both for state in states | others)


def test_a_million_things_take_some_megabytes() -> None:
    assert len(json.dumps(Known.of(str(n) for n in range(100_000)).to_json())) < 1_100_000
