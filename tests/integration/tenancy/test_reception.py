"""Who is let in: remembered, and forgotten as soon as their access ends anywhere."""

import asyncio
from datetime import timedelta

import pytest
from psycopg import sql

from groundswell.clock import now
from groundswell.errors import DatabaseUnavailable, NotSignedIn
from groundswell.store import Database
from groundswell.tenancy.model import Role
from groundswell.tenancy.reception import LOOK_SECONDS, REMEMBERED_SECONDS, Reception
from groundswell.tenancy.service import (
    create_api_key,
    create_organization,
    create_sign_in_token,
    list_api_keys,
    revoke_api_key,
    sign_in,
    sign_out,
)

pytestmark = pytest.mark.anyio


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
async def ann(db):
    return await create_organization(db, slug="acme", name="Acme", email="ann@acme.example", person="Ann")


@pytest.fixture
async def key(db, ann):
    return await create_api_key(db, ann.scope(), "mine")


@pytest.fixture
async def session(db, ann):
    return (await sign_in(db, await create_sign_in_token(db, ann, now=now()), now=now()))[1]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def counted(db, monkeypatch):
    """How often the database was asked."""
    calls, begin = [], db.system_transaction

    def counting(**options):
        calls.append(1)
        return begin(**options)

    monkeypatch.setattr(db, "system_transaction", counting)
    return calls


async def change(db, query, **params):
    async with db.system_transaction() as tx:
        await tx.execute(sql.SQL(query), **params)


async def test_a_key_and_a_session_say_who_calls(db, ann, key, session):
    reception = Reception(db)
    assert await reception.member_of_key(key) == ann
    assert await reception.member_of_session(session) == ann


@pytest.mark.parametrize("secret", ["", "gsk_unknown", "\x00", "ü" * 100])
async def test_what_is_neither_is_refused_with_what_to_do(db, ann, secret):
    reception = Reception(db)
    with pytest.raises(NotSignedIn, match="keys create"):
        await reception.member_of_key(secret)
    with pytest.raises(NotSignedIn, match="sign in again"):
        await reception.member_of_session(secret)


async def test_a_key_is_no_session_and_a_session_no_key_even_once_they_are_known(db, ann, key, session):
    reception = Reception(db)
    for _ in range(2):
        with pytest.raises(NotSignedIn):
            await reception.member_of_session(key)
        with pytest.raises(NotSignedIn):
            await reception.member_of_key(session)
        await reception.member_of_key(key)
        await reception.member_of_session(session)


async def test_who_is_known_costs_no_question_but_the_one_of_each_second(db, key, clock, counted):
    reception = Reception(db, clock=clock)
    await reception.member_of_key(key)
    first = len(counted)
    for _ in range(50):
        await reception.member_of_key(key)
    assert len(counted) == first
    for second in range(1, 4):
        clock.now = second * LOOK_SECONDS
        await asyncio.gather(*(reception.member_of_key(key) for _ in range(20)))
        assert len(counted) == first + second


async def test_those_who_come_together_are_looked_up_together(db, ann, key, session, counted):
    reception = Reception(db)
    keys = [await create_api_key(db, ann.scope(), f"key {number}") for number in range(10)]
    del counted[:]
    found = await asyncio.gather(
        *(reception.member_of_key(one) for one in keys),
        reception.member_of_session(session),
        reception.member_of_key("gsk_unknown"),
        return_exceptions=True,
    )
    assert found[:11] == [ann] * 11
    assert isinstance(found[11], NotSignedIn)
    assert len(counted) <= 4, "one look at who has left, and a few look-ups"


async def revoke(db, ann, key, session):
    (found,) = await list_api_keys(db, ann.scope())
    await revoke_api_key(db, ann.scope(), found.id, now=now())


async def leave(db, ann, key, session):
    await sign_out(db, session)


async def lose_membership(db, ann, key, session):
    await change(db, "delete from sessions")
    await change(db, "delete from api_keys")
    await change(db, "delete from members where user_id = %(user_id)s", user_id=ann.user_id)


@pytest.mark.parametrize(
    ("end", "refused"), [(revoke, {"key"}), (leave, {"session"}), (lose_membership, {"key", "session"})]
)
async def test_what_ends_in_one_process_is_refused_in_another_within_a_second(
    db, dsn, ann, key, session, clock, end, refused
):
    async with Database(dsn) as elsewhere:
        reception = Reception(elsewhere, clock=clock)
        ask = {
            "key": lambda: reception.member_of_key(key),
            "session": lambda: reception.member_of_session(session),
        }
        for call in ask.values():
            await call()
        await end(db, ann, key, session)
        clock.now = LOOK_SECONDS
        for name, call in ask.items():
            if name in refused:
                with pytest.raises(NotSignedIn):
                    await call()
            else:
                assert await call() == ann


async def test_a_role_that_is_changed_counts_within_a_second(db, dsn, ann, key, session, clock):
    async with Database(dsn) as elsewhere:
        reception = Reception(elsewhere, clock=clock)
        assert (await reception.member_of_key(key)).role == Role.ADMIN
        assert (await reception.member_of_session(session)).role == Role.ADMIN
        await change(db, "update members set role = 'labeler'")
        clock.now = LOOK_SECONDS
        assert (await reception.member_of_key(key)).role == Role.LABELER
        assert (await reception.member_of_session(session)).role == Role.LABELER


async def test_an_end_that_is_committed_long_after_it_was_written_is_not_missed(db, dsn, ann, key, clock):
    """Its time is that of the writing; looks in between have passed it."""
    async with Database(dsn) as elsewhere:
        reception = Reception(elsewhere, clock=clock)
        await reception.member_of_key(key)
        async with db.system_transaction() as slow:
            await slow.execute(sql.SQL("update api_keys set revoked_at = now()"))
            for clock.now in (LOOK_SECONDS, 2 * LOOK_SECONDS):
                await asyncio.sleep(0.01)
                assert await reception.member_of_key(key) == ann, "not committed yet"
        clock.now = 3 * LOOK_SECONDS
        with pytest.raises(NotSignedIn):
            await reception.member_of_key(key)


async def test_a_session_that_runs_out_is_refused_although_it_is_remembered(db, ann, session, monkeypatch):
    reception = Reception(db)
    await reception.member_of_session(session)
    later = now() + timedelta(days=31)
    monkeypatch.setattr("groundswell.tenancy.reception.clock_now", lambda: later)
    with pytest.raises(NotSignedIn, match="sign in again"):
        await reception.member_of_session(session)


async def test_a_name_that_was_changed_is_seen_after_a_while(db, key, clock):
    reception = Reception(db, clock=clock)
    assert (await reception.member_of_key(key)).name == "Ann"
    await change(db, "update users set name = 'Anna'")
    clock.now = REMEMBERED_SECONDS + 1
    assert (await reception.member_of_key(key)).name == "Anna"


async def test_nobody_is_let_in_on_memory_while_the_database_is_away(db, dsn, key, clock):
    reception = Reception(db, clock=clock)
    await reception.member_of_key(key)
    nowhere = dsn.replace("host=", "host=/nowhere")
    async with Database(nowhere, wait_seconds=0.1) as away:
        reception._db = away
        await reception.member_of_key(key)  # within the second
        clock.now = LOOK_SECONDS
        with pytest.raises(DatabaseUnavailable):
            await reception.member_of_key(key)
    reception._db = db
    assert (await reception.member_of_key(key)).name == "Ann"
