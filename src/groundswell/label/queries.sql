-- ── projects ──

-- insert_project: a new project in state draft
insert into projects (org_id, name, kind, dataset, dataset_version, answers, max_answers,
                      target_probability, lease_seconds, price_cents, created_by)
values (%(org_id)s, %(name)s, %(kind)s, %(dataset)s, %(dataset_version)s, %(answers)s, %(max_answers)s,
        %(target_probability)s, %(lease_seconds)s, %(price_cents)s, %(created_by)s)
on conflict (org_id, name) do nothing
returning id;

-- insert_ontology: the label schema, a new version
insert into ontologies (org_id, project_id, version, classes)
values (%(org_id)s, %(project_id)s, %(version)s, to_jsonb(%(classes)s::text[]));

-- insert_guideline: the instructions, a new version
insert into guidelines (org_id, project_id, version, body)
values (%(org_id)s, %(project_id)s, %(version)s, %(body)s);

-- project: one project with its schema and instructions
select p.id, p.name, p.kind, p.state, p.dataset, p.dataset_version, p.ontology_version, p.guideline_version,
       p.answers, p.max_answers, p.target_probability::float8 as target_probability, p.lease_seconds,
       p.price_cents, p.created_at, o.classes, g.body as instructions
from projects p
join ontologies o on o.project_id = p.id and o.version = p.ontology_version
join guidelines g on g.project_id = p.id and g.version = p.guideline_version
where p.id = %(project_id)s;

-- project_by_name: the id of a project
select id from projects where name = %(name)s;

-- list_projects: projects in certain states, the newest first, one page
select p.id, p.name, p.kind, p.state, p.dataset, p.dataset_version, p.ontology_version, p.guideline_version,
       p.answers, p.max_answers, p.target_probability::float8 as target_probability, p.lease_seconds,
       p.price_cents, p.created_at, o.classes, g.body as instructions
from projects p
join ontologies o on o.project_id = p.id and o.version = p.ontology_version
join guidelines g on g.project_id = p.id and g.version = p.guideline_version
where p.id < %(before)s and p.state = any(%(states)s)
order by p.id desc
limit %(limit)s;

-- project_counts: how far projects are, as last counted
select p.id as project_id, coalesce(c.total, 0) as tasks_total, coalesce(c.completed, 0) as tasks_completed,
       coalesce(c.annotations, 0) as annotations, coalesce(c.workers, 0) as workers,
       m.version as model_version, (m.report ->> 'accuracy')::float8 as model_accuracy,
       (m.report ->> 'agreement')::float8 as agreement
from projects p
left join progress c on c.project_id = p.id
left join lateral (select version, report from models where project_id = p.id order by version desc limit 1) m on true
where p.id = any(%(project_ids)s);

-- refresh_progress: count a project anew
insert into progress (org_id, project_id, total, completed, annotations, workers)
select p.org_id, p.id,
       (select count(*) from tasks where project_id = p.id and state <> 'canceled'),
       (select count(*) from tasks where project_id = p.id and state = 'completed'),
       (select count(*) from annotations where project_id = p.id),
       (select count(distinct worker_id) from annotations where project_id = p.id)
from projects p where p.id = %(project_id)s
on conflict (project_id) do update set
  total = excluded.total, completed = excluded.completed, annotations = excluded.annotations,
  workers = excluded.workers, learnt = progress.learnt + 1, updated_at = now();

-- set_project_state: a transition that is allowed from certain states only
update projects set state = %(state)s where id = %(project_id)s and state = any(%(allowed)s) returning id;

-- ── tasks ──

-- insert_tasks: one task for each item of the dataset version
insert into tasks (org_id, project_id, item_id, position, is_audit, gold, payload)
select %(org_id)s, %(project_id)s, given.item_id, given.position, given.is_audit, given.gold, given.payload::jsonb
from unnest(%(item_ids)s::text[], %(positions)s::int[], %(is_audit)s::boolean[], %(gold)s::text[], %(payloads)s::text[])
  as given (item_id, position, is_audit, gold, payload);

-- tasks_for_learning: every task of a project, in the order of its items
select id, position, state, is_audit, gold from tasks
where project_id = %(project_id)s and state <> 'canceled' order by position;

-- votes_for_learning: the newest answer of each worker to each task
select distinct on (task_id, worker_id) task_id, worker_id, answer ->> 'choice' as choice, late from annotations
where project_id = %(project_id)s
order by task_id, worker_id, revision desc;

-- skips_for_learning: who could not answer which task
select task_id, worker_id from ended_leases where project_id = %(project_id)s and skipped;

-- outstanding: answers that are leased out now, by task
select task_id, count(*)::int as leases from leases where project_id = %(project_id)s group by task_id;

-- signs: what must differ for learning to find anything new; leases matter only once no slot is open
select p.state, (select count(*) from annotations where project_id = p.id) as answers,
       (select count(*) from ended_leases where project_id = p.id and skipped) as skips,
       case when exists (select from ready where project_id = p.id) then -1
            else (select count(*) from leases where project_id = p.id) end as leases
from projects p where p.id = %(project_id)s;

-- times_learnt: how often learning was written
select learnt from progress where project_id = %(project_id)s;

-- organization_slug: the short name of the organization of this transaction
select slug from organizations;

-- set_task_states: these tasks have come to another state
update tasks t set state = g.state, completed_at = case when g.state = 'completed' then now() end
from unnest(%(task_ids)s::bigint[], %(states)s::text[]) as g (task_id, state)
where t.id = g.task_id and t.project_id = %(project_id)s;

-- clear_ready: forget the window of open slots, to plan it anew; slots that are being leased stay
delete from ready where (task_id, slot) in (
  select task_id, slot from ready where project_id = %(project_id)s for update skip locked
);

-- fill_ready: open slots, in this order; each is asked for as the first, second ... answer of its task, and
-- opened only if that many are not stored, leased or open already
-- One snapshot counts all three, so a slot that is on its way from one to the next counts once: however much
-- was leased and answered since the plan was made, no task is asked more often than planned.
with given as (
  select * from unnest(%(task_ids)s::bigint[], %(numbers)s::int[]) with ordinality as g (task_id, number, place)
), had as (
  select distinct on (g.task_id) g.task_id,
         (select count(*) from annotations a where a.task_id = g.task_id and a.revision = 1)
         + (select count(*) from leases l where l.task_id = g.task_id)
         + (select count(*) from ready r where r.task_id = g.task_id) as number
  from given g
), missing as (
  select g.task_id, g.place, row_number() over (partition by g.task_id order by g.place) as nth,
         count(*) over (partition by g.task_id) as times
  from given g join had using (task_id) where g.number > had.number
), opened as (
  update tasks t set asked = t.asked + m.times from (select distinct task_id, times from missing) m
  where t.id = m.task_id and t.state = 'pending'
  returning t.id, t.org_id, t.project_id, t.priority, t.asked
)
insert into ready (org_id, project_id, priority, seq, slot, task_id)
select o.org_id, o.project_id, o.priority, m.place, o.asked - m.times + m.nth, o.id
from opened o join missing m on m.task_id = o.id
on conflict do nothing;

-- lock_window: nobody else looks into a project's open slots until this transaction ends, or waits for it
select pg_advisory_xact_lock(hashtextextended('window:' || %(project_id)s::bigint, 0));

-- await_window: wait while a project's open slots are being replaced
select pg_advisory_xact_lock_shared(hashtextextended('window:' || %(project_id)s::bigint, 0));

-- ── leases and answers (the hot path) ──

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

-- ── what learning writes ──

-- lock_project: one run of learning at a time writes for a project
select pg_advisory_xact_lock(hashtextextended('write:' || %(project_id)s::bigint, 0));

-- save_consensus: replace the inferred label of these tasks; what is as it was is not even locked
insert into consensus (org_id, task_id, project_id, answer, probability, annotations, source, model_version)
select %(org_id)s, g.task_id, %(project_id)s, g.answer::jsonb, g.probability, g.annotations, g.source, %(model_version)s
from unnest(%(task_ids)s::bigint[], %(answers)s::text[], %(probabilities)s::real[], %(annotations)s::int[],
            %(sources)s::text[]) as g (task_id, answer, probability, annotations, source)
left join consensus c on c.task_id = g.task_id
where (c.answer, c.probability, c.annotations, c.source)
  is distinct from (g.answer::jsonb, g.probability, g.annotations, g.source)
on conflict (task_id) do update set
  answer = excluded.answer, probability = excluded.probability, annotations = excluded.annotations,
  source = excluded.source, model_version = coalesce(excluded.model_version, consensus.model_version),
  updated_at = now();

-- save_predictions: replace the newest proposal of these tasks
insert into predictions (org_id, task_id, model_version, answer, probability)
select %(org_id)s, g.task_id, %(model_version)s, g.answer::jsonb, g.probability
from unnest(%(task_ids)s::bigint[], %(answers)s::text[], %(probabilities)s::real[]) as g (task_id, answer, probability)
on conflict (task_id) do update set
  model_version = excluded.model_version, answer = excluded.answer, probability = excluded.probability;

-- insert_model: a model was trained; its version is the next number
insert into models (org_id, project_id, version, report)
select %(org_id)s, %(project_id)s, coalesce(max(version), 0) + 1, %(report)s from models where project_id = %(project_id)s
returning version;

-- ── reviews, labels, certificates ──

-- save_review: a trusted person's verdict on a task
insert into reviews (org_id, project_id, task_id, user_id, reviewer, answer)
select %(org_id)s, %(project_id)s, g.task_id, %(user_id)s, %(reviewer)s, g.answer::jsonb
from unnest(%(task_ids)s::bigint[], %(answers)s::text[]) as g (task_id, answer)
join tasks t on t.id = g.task_id and t.project_id = %(project_id)s
on conflict (task_id) do update set
  answer = excluded.answer, reviewer = excluded.reviewer, user_id = excluded.user_id, created_at = now();

-- list_reviews: the verdicts in a project
select task_id, answer, reviewer from reviews where project_id = %(project_id)s order by task_id;

-- labels: each task with its consensus, its review and, where nothing else is known, the model's proposal
select t.id as task_id, t.item_id, t.position, t.state, t.is_audit, t.gold, c.answer, c.probability::float8 as probability,
       c.annotations, c.source, r.answer as review, p.answer as proposal, p.probability::float8 as proposal_probability,
       p.model_version
from tasks t
left join consensus c on c.task_id = t.id
left join reviews r on r.task_id = t.id
left join predictions p on p.task_id = t.id
where t.project_id = %(project_id)s and t.state <> 'canceled'
order by t.position;

-- has_unlearnt_answers: whether there are more answers than were counted when the project was learnt
select (select count(*) from annotations where project_id = %(project_id)s) > annotations
from progress where project_id = %(project_id)s;

-- insert_certificate: what was certified
insert into certificates (org_id, project_id, body)
values (%(org_id)s, %(project_id)s, %(body)s) returning id;

-- newest_certificate: the last one that was issued for a project
select body from certificates where project_id = %(project_id)s order by id desc limit 1;
