-- insert_project: a new project in state draft
insert into projects (org_id, name, kind, dataset, dataset_version, answers, max_answers,
                      target_probability, lease_seconds, price_cents, priority, models, purpose, requirements,
                      audit_share, review_levels, review_share, rereview_share, created_by)
values (%(org_id)s, %(name)s, %(kind)s, %(dataset)s, %(dataset_version)s, %(answers)s, %(max_answers)s,
        %(target_probability)s, %(lease_seconds)s, %(price_cents)s, %(priority)s, %(models)s, %(purpose)s,
        %(requirements)s, %(audit_share)s, %(review_levels)s, %(review_share)s, %(rereview_share)s, %(created_by)s)
on conflict (org_id, name) do nothing
returning id;

-- insert_ontology: the label schema, a new version
insert into ontologies (org_id, project_id, version, classes, options)
values (%(org_id)s, %(project_id)s, %(version)s, to_jsonb(%(classes)s::text[]), %(options)s);

-- insert_guideline: the instructions, a new version
insert into guidelines (org_id, project_id, version, body)
values (%(org_id)s, %(project_id)s, %(version)s, %(body)s);

-- project: one project with its schema and instructions
select p.id, p.name, p.kind, p.state, p.dataset, p.dataset_version, p.ontology_version, p.guideline_version,
       p.answers, p.max_answers, p.target_probability::float8 as target_probability, p.lease_seconds,
       p.price_cents, p.priority, p.models, p.purpose, p.requirements, p.created_at, o.classes, o.options, g.body as instructions,
       p.review_levels, p.review_share, p.rereview_share
from projects p
join ontologies o on o.project_id = p.id and o.version = p.ontology_version
join guidelines g on g.project_id = p.id and g.version = p.guideline_version
where p.id = %(project_id)s;

-- project_by_name: the id of a project
select id from projects where name = %(name)s;

-- list_projects: projects in certain states, the newest first, one page
select p.id, p.name, p.kind, p.state, p.dataset, p.dataset_version, p.ontology_version, p.guideline_version,
       p.answers, p.max_answers, p.target_probability::float8 as target_probability, p.lease_seconds,
       p.price_cents, p.priority, p.models, p.purpose, p.requirements, p.created_at, o.classes, o.options, g.body as instructions,
       p.review_levels, p.review_share, p.rereview_share
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
       m.report ->> 'paused' as model_paused,
       coalesce(c.agreement::float8, (m.report ->> 'agreement')::float8) as agreement
from projects p
left join progress c on c.project_id = p.id
left join lateral (select version, report from models where project_id = p.id order by version desc limit 1) m on true
where p.id = any(%(project_ids)s);

-- refresh_progress: how many tasks a project has, and how many are completed; the counts of its batches, added up
insert into progress (org_id, project_id, total, completed)
select p.org_id, p.id, coalesce(sum(b.pending + b.completed + b.error), 0), coalesce(sum(b.completed), 0)
from projects p left join batch_progress b on b.project_id = p.id
where p.id = %(project_id)s
group by p.org_id, p.id
on conflict (project_id) do update set
  total = excluded.total, completed = excluded.completed, updated_at = now();

-- set_project_state: a transition that is allowed from certain states only
update projects set state = %(state)s where id = %(project_id)s and state = any(%(allowed)s) returning id;

-- insert_tasks: one task for each item, in the batches that hold them
insert into tasks (org_id, project_id, batch_id, item_id, position, is_audit, gold, payload)
select %(org_id)s, %(project_id)s, given.batch_id, given.item_id, given.position, given.is_audit, given.gold,
       given.payload::jsonb
from unnest(%(batch_ids)s::bigint[], %(item_ids)s::text[], %(positions)s::int[], %(is_audit)s::boolean[],
            %(gold)s::text[], %(payloads)s::text[])
  as given (batch_id, item_id, position, is_audit, gold, payload);

-- insert_batch: a new batch of a project; null where its name is taken
insert into batches (org_id, project_id, name, state, priority, content)
values (%(org_id)s, %(project_id)s, %(name)s, %(state)s, %(priority)s, %(content)s)
on conflict (project_id, name) do nothing
returning id;

-- review_key: what decides by a keyed hash which tasks and verdicts of a project are drawn
select review_key from projects where id = %(project_id)s;

-- ask_reviews: these tasks are to be reviewed, from the first level on; what is or was in review, or final, is left alone
insert into review_work (org_id, project_id, task_id, round, level, reason)
select t.org_id, t.project_id, t.id, 1, 1, %(reason)s from tasks t
where t.id = any(%(task_ids)s) and t.project_id = %(project_id)s and t.state <> 'canceled'
  and not exists (select from reviews r where r.task_id = t.id)
order by t.id
on conflict do nothing;

-- completed_tasks: tasks that are completed, by their ids, a page at a time
select id from tasks where project_id = %(project_id)s and state = 'completed' and id > %(after)s
order by id limit %(limit)s;

-- set_review_policy: how much of a project is reviewed
update projects set review_levels = %(levels)s, review_share = %(share)s, rereview_share = %(rereview_share)s
where id = %(project_id)s;

-- allow_minutes: to change a large project may take longer than a request ought to
select set_config('statement_timeout', '15min', true);

-- hold_classes: the classes of a project stay as they are until this transaction ends; for all that writes labels
select pg_advisory_xact_lock_shared(hashtextextended('classes:' || %(project_id)s::bigint, 0));

-- lock_for_change: nobody else writes labels or what was learnt, or changes the classes, until this transaction ends
-- In the order in which learning takes its locks; what it concludes from the old classes, it will find out of date.
with learning as materialized (
  select pg_advisory_xact_lock(hashtextextended('write:' || %(project_id)s::bigint, 0))
), labels as materialized (
  select pg_advisory_xact_lock(hashtextextended('classes:' || %(project_id)s::bigint, 0)) from learning
)
select p.id from projects p cross join labels where p.id = %(project_id)s for no key update of p;

-- ontology_history: every version of a project's classes, and how each came about
select o.version, o.classes, o.made_from, o.restores, o.operations, o.mapping, o.inverse,
       case when o.version = 1 then p.created_by else o.created_by end as created_by, o.created_at
from ontologies o join projects p on p.id = o.project_id
where o.project_id = %(project_id)s order by o.version;

-- insert_ontology_version: the classes after a change, and what became of those before
insert into ontologies (org_id, project_id, version, classes, options, made_from, restores, operations, mapping, inverse,
                        created_by, created_at)
values (%(org_id)s, %(project_id)s, %(version)s, %(classes)s::jsonb,
        (select options from ontologies where project_id = %(project_id)s and version = %(made_from)s), %(made_from)s, %(restores)s, %(operations)s::jsonb,
        %(mapping)s::jsonb, %(inverse)s::jsonb, %(created_by)s, %(created_at)s);

-- set_ontology_version: the classes in force; what was being learnt from the old ones is out of date
with changed as (
  update projects set ontology_version = %(version)s where id = %(project_id)s
)
update progress set learnt = learnt + 1 where project_id = %(project_id)s;

-- map_classes: what the classes of every older version mean now
with gone as (
  delete from class_mappings where project_id = %(project_id)s
    and not exists (select from jsonb_to_recordset(%(meanings)s::jsonb) as m (version int, class text)
                    where m.version = class_mappings.from_version and m.class = class_mappings.class)
)
insert into class_mappings (org_id, project_id, from_version, class, to_class)
select %(org_id)s, %(project_id)s, m.version, m.class, m.after
from jsonb_to_recordset(%(meanings)s::jsonb) as m (version int, class text, after text)
on conflict (project_id, from_version, class) do update set to_class = excluded.to_class;

-- answers_by_class: how many annotations name each class, by the version that they were made under
select ontology_version as version, answer ->> 'choice' as class, count(*)::int as annotations
from annotations where project_id = %(project_id)s
group by 1, 2;

-- labels_by_class: how many labels go from which class to which
select what, present, after, count(*)::int as number
from label_moves(%(project_id)s, %(version)s, %(meanings)s::jsonb)
group by 1, 2, 3
union all
select 'prediction', m.class, m.after, count(*)::int
from predictions p join tasks t on t.id = p.task_id
left join jsonb_to_recordset(%(meanings)s::jsonb) as m (version int, class text, after text)
  on m.version = %(version)s and m.class = p.answer ->> 'choice'
where t.project_id = %(project_id)s
group by 2, 3;

-- tasks_asked_again: how much would have to be asked again, with the first few tasks to look at
select count(a.task_id)::int as tasks, (count(*) filter (where a.state = 'completed'))::int as completed,
       coalesce(sum(a.missing), 0)::int as answers, p.price_cents, p.state,
       coalesce((array_agg(a.task_id order by a.position) filter (where a.task_id is not null))[:%(examples)s], '{}') as examples,
       (select count(*) from leases where project_id = p.id)::int as leases
from projects p left join tasks_to_ask(p.id, %(version)s, %(meanings)s::jsonb) a on true
where p.id = %(project_id)s
group by p.id;

-- ask_again: what a change takes the label of is pending again, and its batch is walked through again from there
with again as materialized (
  select * from tasks_to_ask(%(project_id)s, %(version)s, %(meanings)s::jsonb)
), noted as (
  insert into label_origins (org_id, project_id, task_id, what, version, row)
  select t.org_id, t.project_id, t.id, 'state', %(version)s,
         jsonb_build_object('completed_at', t.completed_at, 'answers', a.answers,
                            'labelled', exists (select from consensus c where c.task_id = t.id))
  from again a join tasks t on t.id = a.task_id where a.state = 'completed'
  on conflict (task_id, what) do update set version = excluded.version, row = excluded.row
), reopened as (
  update tasks t set state = 'pending', completed_at = null
  from again a where t.id = a.task_id and a.state = 'completed'
), opened as (
  update batches b set frontier = least(b.frontier, a.first),
                       state = case when b.state = 'completed' then 'in_progress' else b.state end
  from (select batch_id, min(position) as first from again group by batch_id) a where b.id = a.batch_id
), counted as (
  update progress set completed = completed - (select count(*) from again where state = 'completed')
  where project_id = %(project_id)s
)
select count(*)::int from again;

-- look_again: settling looks anew at tasks whose answers were joined, or no longer count
insert into unsettled (org_id, project_id, task_id, worker_id, answered)
select %(org_id)s, %(project_id)s, a.task_id, min(a.worker_id), false from annotations a
join jsonb_to_recordset(%(meanings)s::jsonb) as m (version int, class text, present text, exact boolean)
  on m.version = a.ontology_version and m.class = a.answer ->> 'choice'
where a.project_id = %(project_id)s and m.present is not null and not m.exact
group by a.task_id;

-- move_labels: carry gold answers, consensus and reviews over to the classes after a change
-- What the change cannot be read backwards from is kept as it is now; what it brings back is as it was kept.
with moves as materialized (
  select * from label_moves(%(project_id)s, %(version)s, %(meanings)s::jsonb)
  where keep or present is distinct from after
), kept as (
  insert into label_origins (org_id, project_id, task_id, what, version, row)
  select %(org_id)s, %(project_id)s, m.task_id, m.what, %(version)s,
         case m.what when 'gold' then jsonb_build_object('gold', m.present)
           when 'consensus' then (select to_jsonb(c) from consensus c where c.task_id = m.task_id)
           else (select to_jsonb(r) from reviews r where r.task_id = m.task_id) end
  from moves m where m.keep
  on conflict (task_id, what) do update set version = excluded.version, row = excluded.row
), gold as (
  update tasks t set gold = m.after from moves m
  where m.what = 'gold' and t.id = m.task_id and t.gold is distinct from m.after
), consensus_gone as (
  delete from consensus c using moves m where m.what = 'consensus' and m.after is null and c.task_id = m.task_id
), consensus_changed as (
  update consensus c set
    answer = jsonb_build_object('choice', m.after),
    (probability, annotations, source, model_version) =
      (select r.probability, r.annotations, r.source, r.model_version from jsonb_populate_record(c, o.row) r)
  from moves m
  left join label_origins o on m.original and o.task_id = m.task_id and o.what = m.what
    and o.version = any(%(restored)s)
  where m.what = 'consensus' and m.present <> m.after and c.task_id = m.task_id
), consensus_back as (
  insert into consensus (org_id, task_id, project_id, answer, probability, annotations, source, model_version, updated_at)
  select r.org_id, r.task_id, r.project_id, r.answer, r.probability, r.annotations, r.source, r.model_version, r.updated_at
  from moves m join label_origins o on o.task_id = m.task_id and o.what = m.what
  cross join lateral jsonb_populate_record(null::consensus, o.row || jsonb_build_object(
    'answer', jsonb_build_object('choice', m.after))) r
  where m.what = 'consensus' and m.present is null
), reviews_gone as (
  delete from reviews r using moves m where m.what = 'review' and m.after is null and r.task_id = m.task_id
), reviews_changed as (
  update reviews r set answer = jsonb_build_object('choice', m.after)
  from moves m where m.what = 'review' and m.present <> m.after and r.task_id = m.task_id
), reviews_back as (
  insert into reviews overriding system value
  select r.* from moves m join label_origins o on o.task_id = m.task_id and o.what = m.what
  cross join lateral jsonb_populate_record(null::reviews, o.row || jsonb_build_object(
    'answer', jsonb_build_object('choice', m.after))) r
  where m.what = 'review' and m.present is null
)
select count(*)::int from moves;

-- move_predictions: a model's proposals in the classes after a change; those of no class go
with moves as materialized (
  select p.task_id, m.after from predictions p join tasks t on t.id = p.task_id
  left join jsonb_to_recordset(%(meanings)s::jsonb) as m (version int, class text, after text)
    on m.version = %(version)s and m.class = p.answer ->> 'choice'
  where t.project_id = %(project_id)s and p.answer ->> 'choice' is distinct from m.after
), gone as (
  delete from predictions p using moves m where p.task_id = m.task_id and m.after is null
)
update predictions p set answer = jsonb_build_object('choice', m.after)
from moves m where p.task_id = m.task_id and m.after is not null;

-- settle_again: tasks that a change reopened are settled as they were, once they have a label and as many answers again
with back as (
  update tasks t set state = 'completed', completed_at = (o.row ->> 'completed_at')::timestamptz
  from label_origins o
  where o.project_id = %(project_id)s and o.what = 'state' and t.id = o.task_id and t.state = 'pending'
    and (not (o.row ->> 'labelled')::boolean or exists (select from consensus c where c.task_id = t.id))
    and (o.row ->> 'answers')::int <= (select count(distinct a.worker_id) from present_annotations a
                                       where a.task_id = t.id and a.said is not null)
  returning t.id, t.batch_id
), forgotten as (
  delete from label_origins o using tasks t
  where o.project_id = %(project_id)s and o.what = 'state' and t.id = o.task_id
    and (t.state <> 'pending' or t.id in (select id from back))
), closed as (
  delete from ready where (project_id, priority, seq) in (
    select r.project_id, r.priority, r.seq from ready r join back b on b.id = r.task_id for update of r skip locked)
), finished as (
  update batches b set state = 'completed'
  where b.id in (select batch_id from back) and b.state = 'in_progress'
    and not exists (select from tasks t where t.batch_id = b.id and t.state = 'pending'
                    and t.id not in (select id from back))
  returning b.id
), done as (
  update projects p set state = 'done'
  where p.id = %(project_id)s and p.state = 'active' and p.purpose = 'production' and exists (select from finished)
    and not exists (select from batches b where b.project_id = p.id and b.state in ('staging', 'in_progress', 'paused')
                    and b.id not in (select id from finished))
  returning p.id
), counted as (
  update progress set completed = completed + (select count(*) from back) where project_id = %(project_id)s
)
select count(*)::int as tasks, exists (select from done) as done from back;

-- forget_origins: labels are what they were, so what was kept to put them back is needed no more
delete from label_origins where project_id = %(project_id)s and what <> 'state' and version = any(%(restored)s);

-- insert_guideline_version: new instructions by somebody; the project's row is the lock that numbers them
with next as (
  update projects set guideline_version = guideline_version + 1, guidelines_locked = %(locked)s
  where id = %(project_id)s
  returning org_id, id, guideline_version
)
insert into guidelines (org_id, project_id, version, body, created_by)
select org_id, id, guideline_version, %(body)s, %(created_by)s from next
returning version;

-- lock_guidelines: whether only those who manage or hold leased work may read a project's instructions
update projects set guidelines_locked = %(locked)s where id = %(project_id)s;

-- guideline_versions: the instructions that a project has had, the newest first, one page
select g.version, length(g.body) as characters,
       case when g.version = 1 then p.created_by else g.created_by end as created_by, g.created_at
from guidelines g join projects p on p.id = g.project_id
where g.project_id = %(project_id)s and g.version < %(before)s
order by g.version desc limit %(limit)s;

-- guideline: the instructions of one version
select body from guidelines where project_id = %(project_id)s and version = %(version)s;

-- guideline_access: the instructions in force, and what decides who may read them
select p.state, p.guidelines_locked as locked, p.guideline_version as version, g.body,
       exists (select from leases l join workers w on w.id = l.worker_id
               where w.user_id = %(user_id)s and l.project_id = p.id and l.expires_at > now()) as holds_work
from projects p join guidelines g on g.project_id = p.id and g.version = p.guideline_version
where p.id = %(project_id)s;

-- log_guideline_view: somebody reads the instructions; who that is, and when
-- An open workspace reads them again and again: that is one view an hour.
with viewed as (
  insert into guideline_views (org_id, project_id, version, user_id)
  select %(org_id)s, %(project_id)s, %(version)s, %(user_id)s
  where not exists (
    select from guideline_views
    where project_id = %(project_id)s and user_id = %(user_id)s and version = %(version)s
      and at > now() - interval '1 hour'
  )
)
select name, email, now() as at from users where id = %(user_id)s;

-- guideline_views: who read the instructions, the newest first, one page
select v.id, v.version, v.user_id, u.name, u.email, v.at
from guideline_views v join users u on u.id = v.user_id
where v.project_id = %(project_id)s and v.id < %(before)s
order by v.id desc limit %(limit)s;

-- ── batches ──

-- batches: the batches of a project with the counts of their tasks, in the order in which they were made, one page
select b.id, b.project_id, b.name, b.state, b.priority, b.content, b.created_at,
       c.pending, c.completed, c.canceled, c.error
from batches b join batch_progress c on c.batch_id = b.id
where b.project_id = %(project_id)s and b.id > %(after)s
order by b.id
limit %(limit)s;

-- batch: one batch of a project; nobody changes its state or opens its slots until this transaction ends
select b.id, b.project_id, b.name, b.state, b.priority, b.content, b.created_at,
       c.pending, c.completed, c.canceled, c.error
from batches b join batch_progress c on c.batch_id = b.id
where b.project_id = %(project_id)s and b.id = %(batch_id)s
for update of b;

-- set_batch_state: to another state; one that goes on is gone through again from its first task
update batches set state = %(state)s, frontier = case when %(state)s = 'in_progress' then 0 else frontier end
where id = %(batch_id)s;

-- close_batch: nobody is given an open slot of this batch any more
delete from ready where project_id = %(project_id)s and batch_id = %(batch_id)s;

-- cancel_batch: its pending tasks are asked of nobody
update tasks set state = 'canceled' where batch_id = %(batch_id)s and state = 'pending';

-- set_batch_priority: the order of its slots, those that are open already, too
with changed as (
  update batches set priority = %(priority)s where id = %(batch_id)s returning id, project_id
)
update ready r set priority = %(priority)s from changed c where r.project_id = c.project_id and r.batch_id = c.id;

-- finish_batches: batches in progress that have no pending task left
update batches b set state = 'completed' from batch_progress c
where b.project_id = %(project_id)s and b.state = 'in_progress' and c.batch_id = b.id
  and c.pending = 0 and c.completed + c.error > 0
returning b.id;

-- set_project_priority: where a project stands among those that want workers
update projects set priority = %(priority)s where id = %(project_id)s;

-- set_price: what an answer earns whose task is leased from now on
update projects set price_cents = %(price_cents)s where id = %(project_id)s;

-- tasks_made: how many tasks a project has, in whatever state, and the share that is drawn for the audit
select coalesce(sum(c.pending + c.completed + c.canceled + c.error), 0)::int as tasks,
       (select audit_share::float8 from projects where id = %(project_id)s) as audit_share
from batch_progress c where c.project_id = %(project_id)s;

-- items_without_task: which of these items are no tasks of a project
select g.item_id from unnest(%(item_ids)s::text[]) as g (item_id)
where not exists (select from tasks t where t.item_id = g.item_id and t.project_id = %(project_id)s offset 0);

-- extend_project: a batch was added; learning that read the project before begins anew
with moved as (
  update projects set dataset_version = %(dataset_version)s where id = %(project_id)s
)
update progress set total = total + %(tasks)s, learnt = learnt + 1 where project_id = %(project_id)s;

-- ── tasks ──

-- task_states: the states of some tasks of a project; nobody changes them until this transaction ends
select t.id, t.state, t.batch_id, b.state as batch_state from tasks t join batches b on b.id = t.batch_id
where t.project_id = %(project_id)s and t.id = any(%(task_ids)s)
order by t.id for update of t;

-- cancel_tasks: these tasks are asked of nobody; who holds one may still answer and is paid
with canceled as (
  update tasks set state = 'canceled' where id = any(%(task_ids)s) returning id
)
delete from ready r using canceled c where r.task_id = c.id;

-- reopen_tasks: these tasks are asked again, of those who skipped them, too
with reopened as (
  update tasks set state = 'pending' where id = any(%(task_ids)s) returning id, position, batch_id
), forgotten as (
  update ended_leases e set skipped = false from reopened r where e.task_id = r.id and e.skipped
)
update batches b set frontier = least(b.frontier, r.position),
                     state = case b.state when 'completed' then 'in_progress' else b.state end
from (select batch_id, min(position) as position from reopened group by batch_id) r where b.id = r.batch_id;

-- lock_labels: nobody else writes the states of a project's tasks until this transaction ends; see learning
select pg_advisory_xact_lock(hashtextextended('write:' || %(project_id)s::bigint, 0));

-- lock_slots: nobody else opens slots of a project until this transaction ends; see learning
select pg_advisory_xact_lock(hashtextextended('window:' || %(project_id)s::bigint, 0));

-- unlearn: learning that read the project before begins anew
update progress set learnt = learnt + 1, total = total + %(tasks)s where project_id = %(project_id)s;
