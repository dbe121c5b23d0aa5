import asyncio, uuid, shutil
from collections import Counter
import numpy as np, pytest
from psycopg import sql
from groundswell.label.jobs import expire_leases
from groundswell.label.model import *
from groundswell.label.service import *
from groundswell.label.programmatic import *
from groundswell.label.opening import open_project
from groundswell.organize import collect
from groundswell.workforce.model import Origin
from groundswell.workforce.service import add_workers
import sys; open_desk = None
pytestmark = pytest.mark.anyio

def answer(task, choice="cat"):
    return Submit(task.task_id, {"choice": choice}, 5, uuid.uuid4())
async def crowd(db, desk, n):
    return await add_workers(db, desk.scope, [f"w{i}" for i in range(n)], Origin.PROGRAM)

async def counts(db, desk):
    async with db.system_transaction() as tx:
        rows = await tx.fetch_all(sql.SQL("select t.id, t.state, (select count(*) from annotations a where a.task_id=t.id) as n from tasks t order by 1"), dict)
    return rows

async def test_over_assign(db, desk_of_three):
    desk = desk_of_three
    workers = await crowd(db, desk, 12)
    ws = desk.app.workshop
    stop = False
    async def learner():
        n = 0
        while not stop:
            await ws.learn(str(desk.member.org_id), desk.project_id); n += 1
        return n
    async def labour(w):
        idle = 0
        while idle < 30:
            tasks = (await work(db, desk.scope, desk.project_id, w, want=2)).tasks
            if not tasks:
                idle += 1; await asyncio.sleep(0.01); continue
            await asyncio.sleep(0.005)
            await work(db, desk.scope, desk.project_id, w, submits=[answer(t) for t in tasks], want=0)
    l = asyncio.create_task(learner())
    await asyncio.gather(*(labour(w) for w in workers))
    stop = True
    print("learns", await l, Counter(r["n"] for r in await counts(db, desk)), Counter(r["state"] for r in await counts(db, desk)))

async def alone(db, desk, reply, limit=400):
    (w,) = await crowd(db, desk, 1)
    ws = desk.app.workshop
    n = 0
    for _ in range(limit):
        tasks = (await work(db, desk.scope, desk.project_id, w, want=1)).tasks
        if not tasks:
            await ws.learn(str(desk.member.org_id), desk.project_id)
            tasks = (await work(db, desk.scope, desk.project_id, w, want=1)).tasks
            if not tasks: break
        a, s = reply(tasks[0], n)
        await work(db, desk.scope, desk.project_id, w, submits=a, skips=s, want=0)
        n += 1
        if n % 3 == 0: await ws.learn(str(desk.member.org_id), desk.project_id)
    return n

async def test_lone_adaptive(db, tmp_path):
    desk = await open_desk(db, tmp_path, target_probability=0.97)
    store = desk.app.datasets("local")
    rng = np.random.default_rng(1)
    v = collect([f"text {i} {' '.join(rng.choice(['cat','dog','cow','fly','big','red'], 3))}" for i in range(300)]).save("many", store=store)
    desk.project_id = await open_project(db, desk.scope, v, ProjectSpec(name="many", kind="", classes=("cat","dog"), dataset="many", dataset_version=1, target_probability=0.97))
    n = await alone(db, desk, lambda t, n: ([answer(t, "cat" if rng.random()<.5 else "dog")], []))
    print("lone adaptive answered", n, "of", v.rows)
    desk.project_id = await open_project(db, desk.scope, v, ProjectSpec(name="many2", kind="", classes=("cat","dog"), dataset="many", dataset_version=1, target_probability=0.97))
    n = await alone(db, desk, lambda t, n: ([], [Skip(t.task_id, "x")]) if n < 40 else ([answer(t)], []))
    print("lone skipper saw", n, "of", v.rows)

async def test_unknown_class_loops(db, desk):
    (w,) = await crowd(db, desk, 1)
    with pytest.raises(Exception) as e:
        await asyncio.wait_for(answer_open_tasks(db, desk.scope, desk.project_id, {w: lambda t: Said("fish")}, rng=np.random.default_rng(1)), 2)
    print("UNKNOWN CLASS:", repr(e.value))

async def test_nul(db, desk):
    (w,) = await crowd(db, desk, 1)
    t = (await work(db, desk.scope, desk.project_id, w, want=1)).tasks[0]
    with pytest.raises(Exception) as e:
        await work(db, desk.scope, desk.project_id, w, skips=[Skip(t.task_id, "a\0b")], want=0)
    print("NUL:", repr(e.value))

async def test_clock(db, desk):
    (w,) = await crowd(db, desk, 1)
    t = (await work(db, desk.scope, desk.project_id, w, want=1)).tasks[0]
    async with db.system_transaction() as tx:
        await tx.execute(sql.SQL("update leases set leased_at = now() + interval '1 hour'"))
    with pytest.raises(Exception) as e:
        await work(db, desk.scope, desk.project_id, w, submits=[answer(t)], want=0)
    print("CLOCK:", repr(e.value))

async def test_vanished(db, desk):
    shutil.rmtree(desk.app.home / "datasets")
    with pytest.raises(Exception) as e:
        await desk.learn()
    print("VANISHED:", repr(e.value))

async def test_review(db, desk):
    ts = await labels_of(db, desk.scope, desk.project_id)
    for v in ([(ts[0].task_id, {"choice":"cat"})]*2, [(99999, {"choice":"cat"})]):
        try:
            await review(db, desk.scope, desk.project_id, v, reviewer="r"); print("REVIEW stored silently", v)
        except Exception as e: print("REVIEW", repr(e))

async def test_dups_and_empty(db, desk):
    store = desk.app.datasets("local")
    v = collect(["a","a","b"]).save("dups", store=store)
    print("dups rows", v.rows)
    v = store.select(v, ids=[], name="empty")
    try:
        pid = await open_project(db, desk.scope, v, ProjectSpec(name="e", kind="text_choice", classes=("cat","dog"), dataset="empty", dataset_version=1))
    except Exception as e: print("EMPTY", repr(e))
    pid = await create_project(db, desk.scope, ProjectSpec(name="e", kind="text_choice", classes=("cat","dog"), dataset="empty", dataset_version=1), v, rng=np.random.default_rng(1))
    await set_project_state(db, desk.scope, pid, ProjectState.ACTIVE)
    try:
        await desk.app.workshop.learn(str(desk.member.org_id), pid); print("empty learn ok", (await get_project(db, desk.scope, pid))[0].state)
    except Exception as e: print("EMPTY LEARN", repr(e))

async def test_flip(db, desk):
    """Two learns at once, the older writes last."""
    (w,) = await crowd(db, desk, 1)
    ws = desk.app.workshop
    org = str(desk.member.org_id)
    read = ws._read
    gate = asyncio.Event()
    async def slow_read(*a):
        r = await read(*a); await gate.wait(); return r
    ws._read = slow_read
    old = asyncio.create_task(ws.learn(org, desk.project_id))
    await asyncio.sleep(0.2)
    await answer_open_tasks(db, desk.scope, desk.project_id, {w: lambda t: Said("cat")}, rng=np.random.default_rng(1))
    await desk.learn()
    print("FLIP before", Counter(r["state"] for r in await counts(db, desk)), (await get_project(db, desk.scope, desk.project_id))[0].state)
    gate.set(); await old
    print("FLIP after", Counter(r["state"] for r in await counts(db, desk)), (await get_project(db, desk.scope, desk.project_id))[0].state)

@pytest.mark.parametrize("spec", [dict(gold="all"), dict(gold="all", target_probability=.9), dict(classes=("a", "'; drop table tasks; --")), dict(classes=("NaN","null")), dict(max_answers=1, target_probability=.99), dict(lease_seconds=0), dict(price_cents=-1), dict(instructions="\0"), dict(name="a\0b"), dict(classes=("cat ","dog")), dict(price_cents=2**40), dict(lease_seconds=2**40)])
async def test_odd_specs(db, tmp_path, spec):
    from groundswell.items import digest_text
    texts = [f"text number {number} about {word}" for number, word in enumerate(["cats", "dogs"] * 10)]
    if spec.get("gold") == "all": spec["gold"] = {digest_text(t): "cat" for t in texts}
    try:
        desk = await open_desk(db, tmp_path, **spec)
        (w,) = await crowd(db, desk, 1)
        p = (await get_project(db, desk.scope, desk.project_id))[0]
        await answer_open_tasks(db, desk.scope, desk.project_id, {w: lambda t: Said(p.classes[0])}, rng=np.random.default_rng(1))
        await desk.learn()
        print("SPEC", str(spec)[:60], p.classes, Counter((t.state, t.source, t.annotations) for t in await labels_of(db, desk.scope, desk.project_id)), (await get_project(db, desk.scope, desk.project_id))[0].state)
    except Exception as e: print("SPEC", str(spec)[:60], repr(e)[:200])

import importlib.util, pathlib
for m in list(sys.modules.values()):
    if getattr(m, "__file__", None) and str(m.__file__).endswith("tests/integration/conftest.py"): open_desk = m.open_desk
