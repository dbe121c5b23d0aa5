-- open_leases: what a worker already holds in a project, for a page that was loaded again
select t.id as task_id, t.item_id, t.payload, l.expires_at, p.answer as proposal, p.probability::float8 as probability,
       p.model_version
from leases l join tasks t on t.id = l.task_id
left join predictions p on p.task_id = t.id
where l.worker_id = %(worker_id)s and l.project_id = %(project_id)s and not (l.task_id = any(%(holding)s))
order by l.leased_at, l.seq
limit %(want)s;

-- lease: take up to `want` open slots for a worker who has never met these tasks
-- The inner subqueries end in OFFSET 0 on purpose: it keeps each a probe of a primary key for each
-- candidate, where the planner's anti-join would scan all of the worker's history. Leases are made in the
-- order of tasks, so that two pages of one worker cannot wait for each other.
with candidates as (
  select r.ctid as place, r.task_id, r.priority, r.seq, r.slot from ready r
  where r.project_id = %(project_id)s
    and not exists (select from annotations a where a.task_id = r.task_id and a.worker_id = %(worker_id)s offset 0)
    and not exists (select from leases l where l.task_id = r.task_id and l.worker_id = %(worker_id)s offset 0)
    and not exists (select from ended_leases e where e.task_id = r.task_id and e.worker_id = %(worker_id)s
                    and e.skipped offset 0)
  order by r.priority, r.seq, r.task_id, r.slot
  limit %(want)s
  for update skip locked
), taken as (
  insert into leases (org_id, task_id, worker_id, project_id, priority, seq, slot, expires_at)
  select %(org_id)s, task_id, %(worker_id)s, %(project_id)s, priority, seq, slot,
         now() + make_interval(secs => %(lease_seconds)s)
  from candidates
  order by task_id
  on conflict do nothing
  returning task_id, slot, seq, expires_at
), gone as (
  delete from ready r using candidates c, taken
  where r.ctid = c.place and taken.task_id = c.task_id and taken.slot = c.slot
)
select t.id as task_id, t.item_id, t.payload, taken.expires_at, p.answer as proposal,
       p.probability::float8 as probability, p.model_version
from taken join tasks t on t.id = taken.task_id
left join predictions p on p.task_id = t.id
order by taken.seq;

-- await_window: wait while a project's open slots are being replaced
select pg_advisory_xact_lock_shared(hashtextextended('window:' || %(project_id)s::bigint, 0));

-- submit: store answers whose lease is open (or has expired: late), unless their key was used before
with given as (
  select * from unnest(%(task_ids)s::bigint[], %(answers)s::text[], %(active_ms)s::int[], %(keys)s::uuid[],
                       %(proposals_seen)s::boolean[])
    as g (task_id, answer, active_ms, key, proposal_seen)
  where not exists (select from annotations a
                    where a.worker_id = %(worker_id)s and a.idempotency_key = g.key offset 0)
), project as (
  select org_id, ontology_version, guideline_version, price_cents from projects where id = %(project_id)s
), ended as (
  delete from leases l using given g
  where l.task_id = g.task_id and l.worker_id = %(worker_id)s and l.project_id = %(project_id)s
  returning l.task_id, l.leased_at
), expired as (
  select e.task_id, e.leased_at from ended_leases e join given g on g.task_id = e.task_id
  join tasks t on t.id = e.task_id and t.project_id = %(project_id)s
  where e.worker_id = %(worker_id)s and not e.skipped
), held as (
  select task_id, leased_at, false as late from ended
  union all
  select task_id, leased_at, true from expired where task_id not in (select task_id from ended)
), stored as (
  insert into annotations (org_id, project_id, task_id, worker_id, answer, active_ms, proposal, late,
                           ontology_version, guideline_version, idempotency_key)
  select project.org_id, %(project_id)s, g.task_id, %(worker_id)s, g.answer::jsonb,
         greatest(0, least(g.active_ms, extract(epoch from now() - held.leased_at) * 1000 + 1000))::int,
         case when g.proposal_seen and p.task_id is not null then jsonb_build_object(
           'answer', p.answer, 'probability', p.probability, 'model_version', p.model_version) end,
         held.late, project.ontology_version, project.guideline_version, g.key
  from given g join held on held.task_id = g.task_id cross join project
  left join predictions p on p.task_id = g.task_id
  on conflict do nothing
  returning id, task_id, idempotency_key, active_ms, late
), paid as (
  insert into ledger (org_id, worker_id, annotation_id, seconds, price_cents)
  select project.org_id, %(worker_id)s, stored.id, stored.active_ms / 1000.0, project.price_cents
  from stored cross join project
), counted as (
  insert into worker_progress (org_id, worker_id, project_id, annotations)
  select project.org_id, %(worker_id)s, %(project_id)s, count(*)::int from stored cross join project
  group by project.org_id
  on conflict (worker_id, project_id) do update set annotations = worker_progress.annotations + excluded.annotations
), surplus as (
  delete from ready r using stored s cross join lateral (
    select o.ctid as place from ready o where o.task_id = s.task_id order by o.slot desc limit 1
    for update skip locked
  ) extra where s.late and r.ctid = extra.place
)
select id, task_id, idempotency_key, late from stored;

-- receipts: what earlier submits with these keys stored; a probe for each key (OFFSET 0 as in `lease`)
select a.id, a.task_id, a.idempotency_key, a.late
from unnest(%(keys)s::uuid[]) as given (key) cross join lateral (
  select * from annotations where worker_id = %(worker_id)s and idempotency_key = given.key offset 0
) a where a.project_id = %(project_id)s;

-- skip: give leased tasks back and never offer them to this worker again
with ended as (
  delete from leases l using unnest(%(task_ids)s::bigint[], %(reasons)s::text[]) as g (task_id, reason)
  where l.task_id = g.task_id and l.worker_id = %(worker_id)s and l.project_id = %(project_id)s
  returning l.*, g.reason
), noted as (
  insert into ended_leases (org_id, project_id, task_id, worker_id, reason, leased_at, skipped)
  select org_id, project_id, task_id, worker_id, reason, leased_at, true from ended
  on conflict (task_id, worker_id) do update set reason = excluded.reason, skipped = true, ended_at = now()
)
insert into ready (org_id, project_id, priority, seq, slot, task_id)
select ended.org_id, ended.project_id, ended.priority, ended.seq, ended.slot, ended.task_id
from ended join tasks t on t.id = ended.task_id and t.state = 'pending'
on conflict do nothing;

-- expire_leases: end leases that ran out and return their slots, in one statement, for every organization
with ended as (
  delete from leases where (task_id, worker_id) in (
    select task_id, worker_id from leases where expires_at < now() order by expires_at limit 1000
    for update skip locked)
  returning *
), noted as (
  insert into ended_leases (org_id, project_id, task_id, worker_id, reason, leased_at, skipped)
  select org_id, project_id, task_id, worker_id, 'expired', leased_at, false from ended
  on conflict (task_id, worker_id) do update set leased_at = excluded.leased_at, ended_at = now()
), returned as (
  insert into ready (org_id, project_id, priority, seq, slot, task_id)
  select ended.org_id, ended.project_id, ended.priority, ended.seq, ended.slot, ended.task_id
  from ended join tasks t on t.id = ended.task_id and t.state = 'pending'
  on conflict do nothing
)
select count(*)::int from ended;

-- progress: what the worker's screen shows
select c.completed, c.total,
       coalesce((select annotations from worker_progress where project_id = %(project_id)s and worker_id = %(worker_id)s), 0)
         as mine
from progress c where c.project_id = %(project_id)s;
