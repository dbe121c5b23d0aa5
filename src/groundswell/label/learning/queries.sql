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

-- has_unlearnt_answers: whether there are more answers than were counted when the project was learnt
select (select count(*) from annotations where project_id = %(project_id)s) > annotations
from progress where project_id = %(project_id)s;
