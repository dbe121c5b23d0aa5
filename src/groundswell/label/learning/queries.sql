-- has_more_tasks_than: whether a project has more tasks than one run of learning looks at
select exists (select from tasks where project_id = %(project_id)s order by position offset %(limit)s limit 1);

-- learnable: the tasks to learn from, in the order of their items: all of them or, in a large project, those answered
-- last and those that will be asked next
with answered as (
  select distinct task_id from (
    select task_id from annotations where project_id = %(project_id)s order by id desc limit %(answers)s
  ) a
), coming as (
  select t.id from batches b cross join lateral (
    select id from tasks where batch_id = b.id and state = 'pending' and position >= b.frontier
    order by position limit %(ahead)s
  ) t
  where b.project_id = %(project_id)s and b.state = 'in_progress'
)
select id, position, item_id, state, is_audit, case when not gold_suspended then gold end as gold from tasks
where project_id = %(project_id)s and state <> 'canceled'
  and (%(everything)s or id in (select task_id from answered union select id from coming))
order by position;

-- votes_for_learning: the newest answer of each worker to each task that counts, in the present classes; '' where none does
select distinct on (task_id, worker_id) task_id, worker_id, coalesce(said, '') as said, late from present_annotations
where project_id = %(project_id)s and (%(everything)s or task_id = any(%(task_ids)s))
order by task_id, worker_id, said is null, revision desc;

-- answers_for_inferring: the newest answer of each worker to each task that counts, in the order in which they came
select newest.task_id, newest.worker_id, newest.answer, newest.late from (
  select distinct on (task_id, worker_id) id, task_id, worker_id, answer, late from present_annotations
  where project_id = %(project_id)s and task_id = any(%(task_ids)s) and said is not null
  order by task_id, worker_id, revision desc
) newest order by newest.id;

-- skips_for_learning: who could not answer which task
select task_id, worker_id from ended_leases where project_id = %(project_id)s and skipped;

-- opinions: what models of others state of tasks
select a.task_id, a.predictor, a.probabilities::float8[] as probabilities
from model_answers a join predictors p on p.project_id = a.project_id and p.name = a.predictor
where a.project_id = %(project_id)s and a.predictor = any(%(predictors)s) and a.version = p.version
  and a.probabilities is not null and (%(everything)s or a.task_id = any(%(task_ids)s));

-- reviewed: tasks that are or were in review, or have a final label, with the class of that, in the order in which it came
select task_id, verdict, in_review from (
  select t.id as task_id, r.answer ->> 'choice' as verdict, r.created_at,
         exists (select from review_work w where w.task_id = t.id and w.rereview_of is null) as in_review
  from tasks t left join reviews r on r.task_id = t.id where t.project_id = %(project_id)s
) every where in_review or verdict is not null
order by created_at, task_id;

-- outstanding: answers that are leased out now, by task
select task_id, count(*)::int as leases from leases
where project_id = %(project_id)s and not for_gold group by task_id;

-- signs: what must differ for learning to find anything new; leases matter only once no slot is open
select p.state, coalesce(c.annotations, 0) as answers, exists (select from unsettled where project_id = p.id) as unsettled,
       (select count(*) from ended_leases where project_id = p.id and skipped) as skips, p.ontology_version,
       case when exists (select from ready where project_id = p.id) then -1
            else (select count(*) from leases where project_id = p.id) end as leases,
       (select coalesce(string_agg(name || version || answered, ' ' order by name), '') from predictors
        where project_id = p.id) as opinions,
       (select count(*) from annotations where project_id = p.id and retraction_id is not null)::int as retracted, p.kind, o.classes, o.options,
       case when p.models = 'decide' then (select count(*) from reviews where project_id = p.id) else 0 end as reviews
from projects p join ontologies o on o.project_id = p.id and o.version = p.ontology_version
left join progress c on c.project_id = p.id where p.id = %(project_id)s;

-- times_learnt: how often learning was written
select learnt from progress where project_id = %(project_id)s;

-- organization_slug: the short name of the organization of this transaction
select slug from organizations;

-- set_task_states: these tasks have come to another state
update tasks t set state = g.state, completed_at = case when g.state = 'completed' then now() end
from unnest(%(task_ids)s::bigint[], %(states)s::text[]) as g (task_id, state)
where t.id = g.task_id and t.project_id = %(project_id)s;

-- clear_ready: forget the window of open slots, to plan it anew; slots that are being leased stay
delete from ready where (project_id, priority, seq) in (
  select project_id, priority, seq from ready where project_id = %(project_id)s for update skip locked
);

-- fill_ready: open slots, in this order; each is asked for as the first, second ... answer of its task, and
-- opened only if that many are not stored, leased or open already
-- One snapshot counts all three, so a slot that is on its way from one to the next counts once: however much
-- was leased and answered since the plan was made, no task is asked more often than planned.
with given as (
  select * from unnest(%(task_ids)s::bigint[], %(numbers)s::int[]) with ordinality as g (task_id, number, place)
), had as (
  select distinct on (g.task_id) g.task_id,
         (select count(distinct a.worker_id) from present_annotations a where a.task_id = g.task_id and a.said is not null)
         + (select count(*) from leases l where l.task_id = g.task_id and not l.for_gold)
         + (select count(*) from ready r where r.task_id = g.task_id) as number
  from given g
)
insert into ready (org_id, project_id, priority, task_id, batch_id)
select t.org_id, t.project_id, b.priority, t.id, b.id
from given g join had using (task_id)
cross join lateral (select * from tasks where id = g.task_id and state = 'pending' offset 0) t
join batches b on b.id = t.batch_id and b.state = 'in_progress'
where g.number > had.number
order by g.place;

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

-- note_automation: whether the newest model may settle tasks alone; why not, where audits say so
update models m set report = case when %(paused)s::text is null then m.report - 'paused'
                                  else m.report || jsonb_build_object('paused', %(paused)s::text) end
where m.project_id = %(project_id)s and (m.report ->> 'paused') is distinct from %(paused)s::text
  and m.version = (select max(version) from models where project_id = %(project_id)s);

-- has_unlearnt_answers: whether there are answers that learning has not seen
select annotations > learnt_annotations or exists (select from unsettled where project_id = %(project_id)s)
from progress where project_id = %(project_id)s;

-- note_learnt: learning has read so many answers of a project
update progress set learnt_annotations = %(answers)s, learnt = learnt + 1, workers = greatest(workers, %(workers)s)
where project_id = %(project_id)s;

-- note_agreement: how far people agree, where no model reports it
update progress set agreement = %(agreement)s where project_id = %(project_id)s;

-- answers_of: how many answers were settled in a project
select annotations from progress where project_id = %(project_id)s;

-- ── settling ──

-- unsettled_projects: which projects something came in for, of every organization, and how much
select org_id, project_id, count(*)::int as waiting from unsettled group by org_id, project_id;

-- settle_alone: one settler at a time looks at a project: two would each see all answers to a task of which they took some
select pg_advisory_xact_lock(hashtextextended('settle:' || %(project_id)s::bigint, 0));

-- take_unsettled: what came in for a project and was not looked at yet; taken for good if this transaction commits
delete from unsettled where ctid = any(array(
  select ctid from unsettled where project_id = %(project_id)s limit %(limit)s for update skip locked))
returning task_id, worker_id, answered, seconds, price_cents;

-- tasks_to_settle: tasks that something came in for, with how many people could not answer them
-- A known answer that is in doubt is not known.
select t.id, t.state, case when not t.gold_suspended then t.gold end as gold,
       (select count(*) from ended_leases e where e.task_id = t.id and e.skipped)::int as skips
from tasks t where t.id = any(%(task_ids)s) and t.project_id = %(project_id)s
order by t.id;

-- votes_to_settle: the newest answer of each worker to these tasks that counts, in the order in which they came
select newest.* from (
  select distinct on (a.task_id, a.worker_id) a.id, a.task_id, a.worker_id, a.said, a.answer, a.late, s.skill::float8 as skill
  from present_annotations a left join skills s on s.worker_id = a.worker_id and s.project_id = a.project_id
  where a.task_id = any(%(task_ids)s) and a.said is not null
  order by a.task_id, a.worker_id, a.revision desc
) newest order by newest.id;

-- settle_tasks: tasks that ask no more; what is still open of them is closed
with settled as (
  update tasks t set state = g.state, completed_at = case when g.state = 'completed' then now() end
  from unnest(%(task_ids)s::bigint[], %(states)s::text[]) as g (task_id, state)
  where t.id = g.task_id and t.state = 'pending'
  returning t.id, t.state
), closed as (
  delete from ready r using settled s where r.task_id = s.id
)
select id, state from settled;

-- add_progress: count what came in and what was completed
update progress set completed = completed + %(completed)s, annotations = annotations + %(annotations)s, updated_at = now()
where project_id = %(project_id)s
returning annotations;

-- add_hour: count what came in and was completed in the hour of now
insert into project_hours (org_id, project_id, hour, answers, completed, seconds, price_cents)
values (current_org(), %(project_id)s, date_trunc('hour', now()), %(answers)s, %(completed)s, %(seconds)s, %(price_cents)s)
on conflict (project_id, hour) do update set
  answers = project_hours.answers + excluded.answers, completed = project_hours.completed + excluded.completed,
  seconds = project_hours.seconds + excluded.seconds, price_cents = project_hours.price_cents + excluded.price_cents;

-- finish_project: a project that has nothing left to ask
update projects p set state = 'done'
where p.id = %(project_id)s and p.state = 'active' and p.purpose = 'production'
  and not exists (select from batches b where b.project_id = p.id and b.state in ('staging', 'in_progress', 'paused'))
returning id;

-- projects_to_keep_up: active projects of every organization, and whether they have tasks of known answer
select p.org_id, p.id as project_id, p.kind, o.classes, o.options,
       exists (select from tasks t where t.project_id = p.id and t.gold is not null) as has_gold
from projects p join ontologies o on o.project_id = p.id and o.version = p.ontology_version
where p.state = 'active';
