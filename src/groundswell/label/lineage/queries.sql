-- tasks_of_item: every task that asks about an item, with the label that it has now
select t.id as task_id, t.project_id, p.name as project, p.kind, t.state, b.name as batch, t.is_audit, t.gold,
       c.answer as label, c.probability::float8 as probability, c.source, c.model_version,
       coalesce(c.annotations, 0) as answers, r.answer as review, r.reviewer
from tasks t join projects p on p.id = t.project_id join batches b on b.id = t.batch_id
left join consensus c on c.task_id = t.id left join reviews r on r.task_id = t.id
where t.item_id = %(item_id)s
order by t.project_id, t.id;

-- answers_of_tasks: every answer that was given to tasks, also those that count no more
select a.id, a.task_id, a.worker_id, w.name as worker, w.origin, a.revision, a.answer, a.proposal, a.late, a.active_ms,
       a.ontology_version, a.guideline_version, a.created_at, a.retraction_id
from annotations a join workers w on w.id = a.worker_id
where a.task_id = any(%(task_ids)s::bigint[])
order by a.id;

-- deliveries_of_projects: when the labels of projects became which version of which dataset
select d.project_id, p.dataset, d.dataset_version as number, d.delivered_at
from deliveries d join projects p on p.id = d.project_id
where d.project_id = any(%(project_ids)s::bigint[])
order by d.project_id, d.dataset_version;

-- exports_of_projects: files of labels of projects
select id, project_id, format, dataset, version as number, sha256, finished_at
from exports where project_id = any(%(project_ids)s::bigint[]) and state = 'ready'
order by id;

-- find_workers: workers by their number, their name or the e-mail address of their member
select w.id, w.name from workers w left join users u on u.id = w.user_id
where w.id::text = %(reference)s or w.name = %(reference)s or u.email = %(reference)s
order by w.id limit 20;

-- work_by_project: how many answers of a worker count within a time, by project, and on how many tasks
select a.project_id, p.name as project, p.dataset, p.dataset_version, count(*)::int as answers,
       count(distinct a.task_id)::int as tasks, min(a.created_at) as first_at, max(a.created_at) as last_at
from annotations a join projects p on p.id = a.project_id
where a.worker_id = %(worker_id)s and a.created_at >= %(since)s and a.created_at < %(until)s
  and (%(project_id)s::bigint is null or a.project_id = %(project_id)s)
  and a.retraction_id is null
group by a.project_id, p.id
order by a.project_id;

-- fates: what the labels of tasks rest on besides answers of a worker within a time, a page of tasks of a project
-- Votes are the newest answer of every other worker, or an older one of this worker's own.
select t.id as task_id, t.item_id, t.gold is not null or r.task_id is not null as decided, c.task_id is not null as labelled,
       o.votes, o.agreeing
from (
  select distinct a.task_id from annotations a
  where a.worker_id = %(worker_id)s and a.project_id = %(project_id)s
    and a.created_at >= %(since)s and a.created_at < %(until)s and a.task_id > %(after)s
    and a.retraction_id is null
  order by a.task_id limit %(limit)s
) mine
join tasks t on t.id = mine.task_id
left join consensus c on c.task_id = t.id
left join reviews r on r.task_id = t.id
cross join lateral (
  select count(*)::int as votes, (count(*) filter (where v.answer = c.answer))::int as agreeing
  from (
    select distinct on (a.worker_id) a.answer from present_annotations a
    where a.task_id = t.id and a.said is not null
      and not (a.worker_id = %(worker_id)s and a.created_at >= %(since)s and a.created_at < %(until)s)
    order by a.worker_id, a.revision desc
  ) v
) o
order by t.id;

-- certificates_after: how many certificates of a project speak of labels from this time on
select count(*)::int from certificates where project_id = %(project_id)s and created_at >= %(since)s;

-- insert_retraction: answers are to count no more, for this reason
insert into retractions (org_id, worker_id, project_id, since, until, reason, created_by)
values (%(org_id)s, %(worker_id)s, %(project_id)s, %(since)s, %(until)s, %(reason)s, %(created_by)s)
returning id;

-- same_retraction: what the same request has made a short while ago
select id from retractions
where worker_id = %(worker_id)s and project_id is not distinct from %(project_id)s and since = %(since)s
  and until = %(until)s and reason = %(reason)s and undone_at is null and created_at > now() - interval '10 minutes'
order by id desc limit 1;

-- retract_answers: answers of a worker to tasks of a project count no more; returns their tasks
with gone as materialized (
  select task_id from retract_annotations(%(retraction_id)s, %(worker_id)s, %(project_id)s, %(since)s, %(until)s) as g (task_id)
), counted as (
  update retractions set answers = answers + (select count(*) from gone) where id = %(retraction_id)s
)
select distinct task_id from gone order by task_id;

-- withdraw_labels: tasks whose label rested on nothing but answers that count no more have none
delete from consensus c
where c.task_id = any(%(task_ids)s::bigint[]) and c.source in ('people', 'people and model')
  and not exists (select from present_annotations a where a.task_id = c.task_id and a.said is not null);

-- look_again: settling looks anew at these tasks, and what was learnt meanwhile is out of date
with told as (
  insert into unsettled (org_id, project_id, task_id, worker_id, answered)
  select %(org_id)s, %(project_id)s, task_id, %(worker_id)s, false from unnest(%(task_ids)s::bigint[]) as g (task_id)
)
update progress set learnt = learnt + 1 where project_id = %(project_id)s;

-- ask_again: completed tasks that lost answers ask again, in batches that were not cancelled
with again as (
  select t.id, t.batch_id, t.position from tasks t
  join batches b on b.id = t.batch_id and b.state <> 'cancelled' join projects p on p.id = t.project_id
  where t.id = any(%(task_ids)s::bigint[]) and t.state = 'completed' and t.gold is null
    and not exists (select from reviews r where r.task_id = t.id)
    and p.answers > (select count(distinct a.worker_id) from present_annotations a
                     where a.task_id = t.id and a.said is not null)
), reopened as (
  update tasks t set state = 'pending', completed_at = null from again a where t.id = a.id
), opened as (
  update batches b set frontier = least(b.frontier, a.first),
                       state = case when b.state = 'completed' then 'in_progress' else b.state end
  from (select batch_id, min(position) as first from again group by batch_id) a where b.id = a.batch_id
), counted as (
  update progress set completed = completed - (select count(*) from again) where project_id = %(project_id)s
), active as (
  update projects set state = 'active'
  where id = %(project_id)s and state = 'done' and exists (select from again)
)
select count(*)::int from again;

-- retraction: one retraction
select r.id, r.worker_id, w.name as worker, r.project_id, r.since, r.until, r.reason, r.answers, r.outcome,
       r.created_at, r.undone_at
from retractions r join workers w on w.id = r.worker_id where r.id = %(retraction_id)s;

-- retractions: what was retracted, the newest first, one page
select r.id, r.worker_id, w.name as worker, r.project_id, r.since, r.until, r.reason, r.answers, r.outcome,
       r.created_at, r.undone_at
from retractions r join workers w on w.id = r.worker_id where r.id < %(before)s
order by r.id desc limit %(limit)s;

-- projects_of_retraction: the projects whose answers a retraction took
select distinct project_id from annotations where retraction_id = %(retraction_id)s order by project_id;

-- undo_retraction: its answers count again; returns their tasks by project
with back as materialized (
  select * from restore_annotations(%(retraction_id)s)
), noted as (
  update retractions set undone_at = now(), outcome = null where id = %(retraction_id)s
)
select project_id, array_agg(distinct task_id order by task_id) as task_ids from back group by project_id order by project_id;

-- save_outcome: what became of the labels
update retractions set outcome = %(outcome)s where id = %(retraction_id)s;

-- organization_slug: the short name of the organization of this transaction
select slug from organizations;

-- versions_in_use: the dataset versions that projects label, and those that they have delivered last
select dataset, dataset_version as number from projects
union
select p.dataset, max(d.dataset_version) from deliveries d join projects p on p.id = d.project_id group by p.id;
