-- projects_at_work: what a round of work must know of its projects, as they are now
select id, kind, state, ontology_version, guideline_version, models, purpose, requirements
from projects where id = any(%(project_ids)s);

-- restricted_lately: workers who were restricted, or whose restriction was lifted, within some seconds
select distinct worker_id from restrictions
where greatest(created_at, lifted_at, starts_at) > now() - make_interval(secs => %(seconds)s);

-- ontology_versions: every label schema that a project has had
select version, classes, options from ontologies where project_id = %(project_id)s order by version;

-- exposing_batches: batches whose items people are to be protected from, unless they consent
select id as batch_id, content from batches where project_id = %(project_id)s and content is not null;

-- reserved_batches: batches that only some workers are given tasks of
select id as batch_id, workers from batches where project_id = %(project_id)s and workers is not null;

-- gold_tasks: the tasks of known answer that may be asked as a test
select id from tasks where project_id = %(project_id)s and gold is not null and not gold_suspended and state <> 'canceled'
limit %(limit)s;

-- known_answers: what is right for these tasks, where that is known
select id as task_id, gold from tasks where id = any(%(task_ids)s) and gold is not null;

-- ── answers in ──

-- submit: store answers whose lease is open (or has expired: late), unless their key was used before
-- Many workers at once. Each `not exists` ends in OFFSET 0 on purpose: it keeps each a probe of an index for
-- each row, where the planner's anti-join would scan all of a worker's history. An answer that counts no more,
-- as its class is gone, may be given anew by the same worker: it is the next revision.
with given as (
  select * from unnest(%(worker_ids)s::bigint[], %(project_ids)s::bigint[], %(task_ids)s::bigint[], %(answers)s::text[],
                       %(active_ms)s::int[], %(keys)s::uuid[], %(proposals_seen)s::boolean[], %(ontology_versions)s::int[])
    as g (worker_id, project_id, task_id, answer, active_ms, key, proposal_seen, ontology_version)
  where not exists (select from annotations a
                    where a.worker_id = g.worker_id and a.idempotency_key = g.key offset 0)
), ended as (
  delete from leases l using given g
  where l.task_id = g.task_id and l.worker_id = g.worker_id and l.project_id = g.project_id
  returning l.task_id, l.worker_id, l.batch_id, l.leased_at, l.price_cents, l.for_gold
), held as (
  select g.*, h.batch_id, h.leased_at, h.price_cents, h.for_gold, h.late
  from given g cross join lateral (
    select e.batch_id, e.leased_at, e.price_cents, e.for_gold, false as late from ended e
    where e.task_id = g.task_id and e.worker_id = g.worker_id
    union all
    select t.batch_id, e.leased_at, e.price_cents, e.for_gold, true from ended_leases e join tasks t on t.id = e.task_id
    where e.task_id = g.task_id and e.worker_id = g.worker_id and e.project_id = g.project_id and not e.skipped
      and not exists (select from ended x where x.task_id = g.task_id and x.worker_id = g.worker_id)
      and not exists (select from annotations a where a.task_id = e.task_id and a.worker_id = e.worker_id
                      and a.created_at >= e.leased_at offset 0)
  ) h
), stored as (
  insert into annotations (org_id, project_id, task_id, worker_id, revision, answer, active_ms, proposal, late,
                           ontology_version, guideline_version, idempotency_key)
  select current_org(), h.project_id, h.task_id, h.worker_id,
         1 + coalesce((select max(a.revision) from annotations a
                       where a.task_id = h.task_id and a.worker_id = h.worker_id), 0), h.answer::jsonb,
         greatest(0, least(h.active_ms, extract(epoch from now() - h.leased_at) * 1000 + 1000))::int,
         case when h.proposal_seen then (
           select jsonb_build_object('answer', p.answer, 'probability', p.probability, 'model_version', p.model_version)
           from predictions p where p.task_id = h.task_id
         ) end,
         h.late, h.ontology_version, p.guideline_version, h.key
  from held h join projects p on p.id = h.project_id
  on conflict do nothing
  returning id, project_id, task_id, worker_id, idempotency_key, active_ms, late
), paid as (
  insert into ledger (org_id, worker_id, annotation_id, seconds, price_cents)
  select current_org(), s.worker_id, s.id, s.active_ms / 1000.0, h.price_cents
  from stored s join held h on h.key = s.idempotency_key and h.worker_id = s.worker_id
), counted as (
  insert into worker_progress (org_id, worker_id, project_id, annotations)
  select current_org(), worker_id, project_id, count(*)::int from stored group by worker_id, project_id
  order by worker_id, project_id
  on conflict (worker_id, project_id) do update set annotations = worker_progress.annotations + excluded.annotations
  returning worker_id, project_id, annotations
), told as (
  insert into unsettled (org_id, project_id, task_id, worker_id, answered, seconds, price_cents)
  select current_org(), s.project_id, s.task_id, s.worker_id, true, s.active_ms / 1000.0, h.price_cents
  from stored s join held h on h.key = s.idempotency_key and h.worker_id = s.worker_id
), surplus as (
  delete from ready r using stored s cross join lateral (
    select o.ctid as place from ready o where o.task_id = s.task_id order by o.seq desc limit 1
    for update skip locked
  ) extra where s.late and r.ctid = extra.place
)
select s.id, s.task_id, s.worker_id, s.project_id, s.idempotency_key, s.late, h.batch_id, c.annotations as mine
from stored s join held h on h.key = s.idempotency_key and h.worker_id = s.worker_id
join counted c on c.worker_id = s.worker_id and c.project_id = s.project_id;

-- receipts: what earlier submits with these keys stored
select a.id, a.task_id, a.worker_id, a.project_id, a.idempotency_key, a.late
from unnest(%(worker_ids)s::bigint[], %(project_ids)s::bigint[], %(keys)s::uuid[]) as g (worker_id, project_id, key)
cross join lateral (
  select * from annotations where worker_id = g.worker_id and idempotency_key = g.key offset 0
) a where a.project_id = g.project_id;

-- give_back: end leases without an answer; the slot is open again. What was skipped never comes back to its worker.
with ended as (
  delete from leases l using unnest(%(worker_ids)s::bigint[], %(task_ids)s::bigint[], %(reasons)s::text[],
                                    %(skipped)s::boolean[]) as g (worker_id, task_id, reason, skipped)
  where l.task_id = g.task_id and l.worker_id = g.worker_id
  returning l.*, g.reason, g.skipped
), noted as (
  insert into ended_leases (org_id, project_id, task_id, worker_id, reason, leased_at, skipped, price_cents, for_gold)
  select org_id, project_id, task_id, worker_id, reason, leased_at, skipped, price_cents, for_gold from ended
  order by task_id, worker_id
  on conflict (task_id, worker_id) do update set
    reason = excluded.reason, skipped = excluded.skipped, leased_at = excluded.leased_at, ended_at = now(),
    price_cents = excluded.price_cents, for_gold = excluded.for_gold
), told as (
  insert into unsettled (org_id, project_id, task_id, worker_id, answered)
  select org_id, project_id, task_id, worker_id, false from ended where skipped
), returned as (
  insert into ready (org_id, project_id, priority, task_id, batch_id)
  select e.org_id, e.project_id, b.priority, e.task_id, e.batch_id
  from ended e join batches b on b.id = e.batch_id and b.state = 'in_progress'
  join tasks t on t.id = e.task_id and t.state = 'pending'
  where not e.for_gold
)
select count(*)::int from ended;

-- expire_leases: end leases that ran out and return their slots, in one statement, for every organization
with ended as (
  delete from leases where (task_id, worker_id) in (
    select task_id, worker_id from leases where expires_at < now() order by expires_at limit 1000
    for update skip locked)
  returning *
), noted as (
  insert into ended_leases (org_id, project_id, task_id, worker_id, reason, leased_at, skipped, price_cents, for_gold)
  select org_id, project_id, task_id, worker_id, 'expired', leased_at, false, price_cents, for_gold from ended
  order by task_id, worker_id
  on conflict (task_id, worker_id) do update set
    reason = 'expired', skipped = false, leased_at = excluded.leased_at, ended_at = now(),
    price_cents = excluded.price_cents, for_gold = excluded.for_gold
), returned as (
  insert into ready (org_id, project_id, priority, task_id, batch_id)
  select e.org_id, e.project_id, b.priority, e.task_id, e.batch_id
  from ended e join batches b on b.id = e.batch_id and b.state = 'in_progress'
  join tasks t on t.id = e.task_id and t.state = 'pending'
  where not e.for_gold
)
select count(*)::int from ended;

-- extend: leases that their worker still holds run from now on; written only once half of the time is over
update leases l set expires_at = greatest(l.expires_at, least(
  now() + make_interval(secs => p.lease_seconds), l.leased_at + make_interval(secs => %(longest_seconds)s)))
from unnest(%(worker_ids)s::bigint[], %(task_ids)s::bigint[]) as g (worker_id, task_id), projects p
where l.task_id = g.task_id and l.worker_id = g.worker_id and p.id = l.project_id
  and l.expires_at < now() + make_interval(secs => p.lease_seconds / 2.0)
  and l.leased_at > now() - make_interval(secs => %(longest_seconds)s);

-- ── tasks out ──

-- open_leases: what workers hold in a project, the oldest first
select l.worker_id, l.project_id, l.task_id, l.expires_at, l.price_cents
from unnest(%(worker_ids)s::bigint[], %(project_ids)s::bigint[]) as g (worker_id, project_id)
join leases l on l.worker_id = g.worker_id and l.project_id = g.project_id
order by l.leased_at, l.task_id;

-- lease: pair the first open slots of each project with the workers who want one, in the order in which they came
-- A worker who has met the task of his slot gets none here, and `lease_beyond` looks further for him. Slots are
-- deleted only where the lease was made, so none is lost when somebody comes twice.
with wanting as (
  select g.project_id, g.worker_id,
         row_number() over (partition by g.project_id order by number, g.place) as nth
  from unnest(%(worker_ids)s::bigint[], %(project_ids)s::bigint[], %(wants)s::int[]) with ordinality
         as g (worker_id, project_id, want, place)
  cross join lateral generate_series(1, g.want) as number
), candidates as (
  select q.* from (select project_id, count(*) as number from wanting group by project_id) w
  cross join lateral (
    select locked.*, row_number() over () as nth from (
      select r.ctid as place, r.project_id, r.task_id, r.batch_id, r.priority from ready r
      where r.project_id = w.project_id
      order by r.priority, r.seq
      limit w.number
      for update skip locked
    ) locked
  ) q
), pairs as (
  select distinct on (c.task_id, w.worker_id) c.*, w.worker_id
  from candidates c join wanting w using (project_id, nth)
  where not exists (select from present_annotations a where a.task_id = c.task_id and a.worker_id = w.worker_id
                    and a.said is not null offset 0)
    and not exists (select from ended_leases e where e.task_id = c.task_id and e.worker_id = w.worker_id
                    and e.skipped offset 0)
  order by c.task_id, w.worker_id
), taken as (
  insert into leases (org_id, task_id, worker_id, project_id, batch_id, priority, price_cents, expires_at)
  select current_org(), c.task_id, c.worker_id, c.project_id, c.batch_id, c.priority, p.price_cents,
         now() + make_interval(secs => p.lease_seconds)
  from pairs c join projects p on p.id = c.project_id
  order by c.task_id, c.worker_id
  on conflict do nothing
  returning task_id, worker_id, project_id, expires_at, price_cents
), gone as (
  delete from ready r using pairs c, taken t
  where r.ctid = c.place and t.task_id = c.task_id and t.worker_id = c.worker_id
)
select taken.worker_id, taken.project_id, taken.task_id, taken.expires_at, taken.price_cents,
       t.item_id, t.batch_id, t.payload, p.answer as proposal, p.probability::float8 as probability, p.model_version
from taken join tasks t on t.id = taken.task_id left join predictions p on p.task_id = t.id;

-- lease_beyond: take up to `want` slots after a place in the order, for one worker, past every task that he has met
with candidates as (
  select r.ctid as place, r.task_id, r.batch_id, r.priority, r.seq from ready r
  where r.project_id = %(project_id)s and (r.priority, r.seq) > (%(priority)s, %(seq)s)
    and not (r.batch_id = any(%(hidden_batches)s))
    and not exists (select from present_annotations a where a.task_id = r.task_id and a.worker_id = %(worker_id)s
                    and a.said is not null offset 0)
    and not exists (select from leases l where l.task_id = r.task_id and l.worker_id = %(worker_id)s offset 0)
    and not exists (select from ended_leases e where e.task_id = r.task_id and e.worker_id = %(worker_id)s
                    and e.skipped offset 0)
  order by r.priority, r.seq
  limit %(want)s
  for update skip locked
), taken as (
  insert into leases (org_id, task_id, worker_id, project_id, batch_id, priority, price_cents, expires_at)
  select current_org(), c.task_id, %(worker_id)s, p.id, c.batch_id, c.priority, p.price_cents,
         now() + make_interval(secs => p.lease_seconds)
  from (select distinct on (task_id) * from candidates order by task_id, priority, seq) c
  join projects p on p.id = %(project_id)s
  on conflict do nothing
  returning task_id, worker_id, project_id, expires_at, price_cents
), gone as (
  delete from ready r using candidates c, taken t
  where r.ctid = c.place and t.task_id = c.task_id
    and c.seq = (select min(o.seq) from candidates o where o.task_id = c.task_id)
)
select taken.worker_id, taken.project_id, taken.task_id, taken.expires_at, taken.price_cents, c.priority, c.seq,
       t.item_id, t.batch_id, t.payload, p.answer as proposal, p.probability::float8 as probability, p.model_version
from taken join (select task_id, min(priority) as priority, min(seq) as seq from candidates group by task_id) c
  using (task_id)
join tasks t on t.id = taken.task_id left join predictions p on p.task_id = t.id;

-- lease_gold: give each worker the named task of known answer as a test, unless he has met it
with taken as (
  insert into leases (org_id, task_id, worker_id, project_id, batch_id, priority, price_cents, expires_at, for_gold)
  select current_org(), t.id, g.worker_id, t.project_id, t.batch_id, 0, p.price_cents,
         now() + make_interval(secs => p.lease_seconds), true
  from unnest(%(worker_ids)s::bigint[], %(task_ids)s::bigint[]) as g (worker_id, task_id)
  join tasks t on t.id = g.task_id and t.gold is not null and not t.gold_suspended
  join projects p on p.id = t.project_id
  where not exists (select from annotations a where a.task_id = g.task_id and a.worker_id = g.worker_id offset 0)
    and not exists (select from ended_leases e where e.task_id = g.task_id and e.worker_id = g.worker_id offset 0)
  order by t.id, g.worker_id
  on conflict do nothing
  returning worker_id, project_id, task_id, expires_at, price_cents
)
select taken.worker_id, taken.project_id, taken.task_id, taken.expires_at, taken.price_cents,
       t.item_id, t.batch_id, t.payload, p.answer as proposal, p.probability::float8 as probability, p.model_version
from taken join tasks t on t.id = taken.task_id left join predictions p on p.task_id = t.id;

-- shown: what workers see of tasks that they hold already
select t.id as task_id, t.item_id, t.batch_id, t.payload, p.answer as proposal, p.probability::float8 as probability, p.model_version
from unnest(%(task_ids)s::bigint[]) as g (task_id)
join tasks t on t.id = g.task_id left join predictions p on p.task_id = t.id;

-- payloads: what workers see of tasks
select id as task_id, payload from tasks where id = any(%(task_ids)s);

-- progress: how far projects are
select project_id, completed, total from progress where project_id = any(%(project_ids)s);

-- answers_of_workers: how many answers workers gave in projects
select worker_id, project_id, annotations
from unnest(%(worker_ids)s::bigint[], %(project_ids)s::bigint[]) as g (worker_id, project_id)
join worker_progress using (worker_id, project_id);

-- await_window: wait while a project's open slots are being replaced
select pg_advisory_xact_lock_shared(hashtextextended('window:' || %(project_id)s::bigint, 0));

-- with_open_slots: which of these projects have a slot open
select id from unnest(%(project_ids)s::bigint[]) as g (id)
where exists (select from ready where project_id = g.id);

-- projects_with_work: projects where somebody could work now, the most urgent first
select p.id, p.priority, greatest(0, c.total - c.completed)::int as remaining
from projects p join progress c on c.project_id = p.id
where p.state = 'active' and p.purpose = 'production'
  and exists (select from ready r where r.project_id = p.id)
order by p.priority, p.id
limit %(limit)s;

-- project_held: where a worker holds tasks; of several projects, the one in which a lease ends first
select l.project_id
from leases l join projects p on p.id = l.project_id
where l.worker_id = %(worker_id)s and l.expires_at > now() and p.state = 'active' and p.purpose = 'production'
order by l.expires_at, l.project_id
limit 1;

-- add_tallies: who was served in projects and who went without, minute by minute
insert into queue_minutes (org_id, project_id, minute, asked, hungry, longest_wait)
select current_org(), g.project_id, date_trunc('minute', now()), g.asked, g.hungry, g.longest_wait
from unnest(%(project_ids)s::bigint[], %(asked)s::int[], %(hungry)s::int[], %(longest_waits)s::real[])
  as g (project_id, asked, hungry, longest_wait)
order by g.project_id
on conflict (project_id, minute) do update set
  asked = queue_minutes.asked + excluded.asked, hungry = queue_minutes.hungry + excluded.hungry,
  longest_wait = greatest(queue_minutes.longest_wait, excluded.longest_wait);

-- queue_now: what waits in a project now
select (select count(*) from ready where project_id = p.id)::int as open_slots,
       (select count(*) from leases where project_id = p.id)::int as leased,
       (select count(*) from unsettled where project_id = p.id)::int as unsettled
from projects p where p.id = %(project_id)s;

-- queue_lately: who was served in a project and who went without, over so many minutes
select coalesce(sum(asked), 0)::int as asked, coalesce(sum(hungry), 0)::int as hungry,
       coalesce(max(longest_wait), 0)::float8 as longest_wait
from queue_minutes
where project_id = %(project_id)s and minute > now() - make_interval(mins => %(minutes)s);

-- forget_queue_minutes: what happened so long ago that nobody asks
delete from queue_minutes where minute < now() - interval '7 days';

-- ── slots ──

-- batches_to_open: batches of projects at work whose tasks ask people, and whose slots planning does not choose
select b.id as batch_id, b.project_id from batches b join projects p on p.id = b.project_id
where b.project_id = any(%(project_ids)s) and b.state = 'in_progress'
  and p.state = 'active' and p.models <> 'decide' and p.purpose = 'production'
order by b.project_id, b.priority, b.id;

-- open_slots: open what the next tasks of a batch still want, every first answer before any second
-- What a task has is counted, so a batch may be gone through again. `frontier` moves on in the same statement.
with batch as (
  select b.id, b.org_id, b.project_id, b.priority, b.frontier, p.answers
  from batches b join projects p on p.id = b.project_id
  where b.id = %(batch_id)s and b.state = 'in_progress'
  for update of b skip locked
), next as (
  select t.id, t.position from batch cross join lateral (
    select id, position from tasks
    where batch_id = %(batch_id)s and state = 'pending' and position >= batch.frontier
    order by position limit %(limit)s
  ) t
), moved as (
  update batches b set frontier = (select max(position) + 1 from next)
  from batch where b.id = batch.id and exists (select from next)
), wanted as (
  select n.id, n.position, batch.answers,
         (select count(distinct a.worker_id) from present_annotations a where a.task_id = n.id and a.said is not null)
         + (select count(*) from leases l where l.task_id = n.id and not l.for_gold)
         + (select count(*) from ready r where r.task_id = n.id) as number
  from next n cross join batch
), opened as (
  insert into ready (org_id, project_id, priority, task_id, batch_id)
  select batch.org_id, batch.project_id, batch.priority, w.id, batch.id
  from batch cross join wanted w cross join lateral generate_series(w.number + 1, w.answers) as nth
  order by nth, w.position
  returning 1
)
select (select count(*) from next)::int as tasks, (select count(*) from opened)::int as slots;

-- open_window_sizes: how many slots are open in each project at work, for every organization
select p.org_id, p.id as project_id, (select count(*) from ready r where r.project_id = p.id)::int as slots
from projects p
where p.state = 'active' and p.models <> 'decide' and p.purpose = 'production'
  and exists (select from batches b where b.project_id = p.id and b.state = 'in_progress');
