-- labels: each task with its consensus, its review and, where nothing else is known, the model's proposal
-- Of tasks that came one by one those whose items are in the dataset, and of several of one item the first.
select t.id as task_id, t.item_id, t.position, t.state, t.is_audit, t.gold, c.answer, c.probability::float8 as probability,
       c.annotations, c.source, r.answer as review, p.answer as proposal, p.probability::float8 as proposal_probability,
       p.model_version
from tasks t
left join consensus c on c.task_id = t.id
left join reviews r on r.task_id = t.id
left join predictions p on p.task_id = t.id
where t.project_id = %(project_id)s and t.state <> 'canceled' and not t.repeats
  and t.position < coalesce((select gathered from commission_schemas s where s.project_id = %(project_id)s), 2147483647)
order by t.position;

-- label_of: one task with its consensus, its review and the model's proposal
select t.id as task_id, t.item_id, t.position, t.state, t.is_audit, t.gold, c.answer, c.probability::float8 as probability,
       c.annotations, c.source, r.answer as review, p.answer as proposal, p.probability::float8 as proposal_probability,
       p.model_version
from tasks t
left join consensus c on c.task_id = t.id
left join reviews r on r.task_id = t.id
left join predictions p on p.task_id = t.id
where t.id = %(task_id)s and t.project_id = %(project_id)s;

-- shown_task: what is seen of a task, and who made its label final
select t.payload, r.reviewer from tasks t left join reviews r on r.task_id = t.id
where t.id = %(task_id)s and t.project_id = %(project_id)s;

-- given_answers: the newest answer of each worker to a task, in the classes of now
select newest.* from (
  select distinct on (a.worker_id) a.id as annotation_id, a.worker_id, w.name as worker, a.answer, a.revision, a.late,
         a.active_ms, s.skill::float8 as skill, o.proposal, a.created_at
  from present_annotations a join annotations o on o.id = a.id join workers w on w.id = a.worker_id
  left join skills s on s.worker_id = a.worker_id and s.project_id = a.project_id
  where a.task_id = %(task_id)s and a.project_id = %(project_id)s
  order by a.worker_id, a.revision desc
) newest order by newest.annotation_id;

-- accepted: what people have written to completed tasks but tests: the review's answer, else the newest of each worker
-- Not of those that wait for a verdict, or for an answer that was sent back.
select t.id as task_id, t.item_id, t.payload, given.annotation_id, given.worker_ids, given.answer, given.answered_at
from tasks t
cross join lateral (
  select null::bigint as annotation_id, r.answer, r.created_at as answered_at,
         array(select a.worker_id from present_annotations a where a.task_id = t.id and a.answer = r.answer
               order by a.worker_id) as worker_ids
  from reviews r where r.task_id = t.id
  union all
  select newest.id, newest.answer, newest.created_at, array[newest.worker_id] from (
    select distinct on (a.worker_id) a.id, a.worker_id, a.answer, a.created_at from present_annotations a
    where a.task_id = t.id order by a.worker_id, a.revision desc
  ) newest
  where newest.answer is not null and not exists (select from reviews r where r.task_id = t.id)
    and not exists (select from review_work w where w.task_id = t.id and w.state <> 'done' and w.rereview_of is null)
    and not exists (select from returned_tasks b where b.task_id = t.id and b.answered_at is null)
) given
where t.project_id = %(project_id)s and t.state = 'completed' and t.gold is null
order by t.position, given.annotation_id;

-- insert_certificate: what was certified
insert into certificates (org_id, project_id, body)
values (%(org_id)s, %(project_id)s, %(body)s) returning id;

-- customer_verdicts: what customers have said of the labels of tasks that their programs asked for
select task_id, audit_state = 'accepted' as accepted from commissions
where project_id = %(project_id)s and audit_state in ('accepted', 'rejected');

-- newest_certificate: the last one that was issued for a project
select body from certificates where project_id = %(project_id)s order by id desc limit 1;

-- certificates: those of a project, the newest first, one page
select id, created_at, body from certificates
where project_id = %(project_id)s and id < %(before)s order by id desc limit %(limit)s;

-- note_delivery: a project's labels have become this dataset version
insert into deliveries (org_id, project_id, dataset_version)
values (%(org_id)s, %(project_id)s, %(dataset_version)s)
on conflict do nothing;

-- ── exports ──

-- insert_export: a file of a project's labels is asked for
insert into exports (org_id, project_id, format, proposals, created_by)
values (%(org_id)s, %(project_id)s, %(format)s, %(proposals)s, %(created_by)s)
returning id, project_id, format, proposals, state, dataset, version, rows, bytes, sha256, error, created_at, finished_at;

-- exports: the files of a project, the newest first, one page
select id, project_id, format, proposals, state, dataset, version, rows, bytes, sha256, error, created_at, finished_at
from exports where project_id = %(project_id)s and id < %(before)s
order by id desc limit %(limit)s;

-- export: one file of a project
select id, project_id, format, proposals, state, dataset, version, rows, bytes, sha256, error, created_at, finished_at
from exports where project_id = %(project_id)s and id = %(export_id)s;

-- finish_export: the file is written, under the name of its digest
update exports set state = 'ready', dataset = %(dataset)s, version = %(version)s, rows = %(rows)s, bytes = %(bytes)s,
  sha256 = %(sha256)s, finished_at = now()
where id = %(export_id)s and state = 'pending';

-- fail_export: there will be no file; why not
update exports set state = 'failed', error = %(error)s, finished_at = now()
where id = %(export_id)s and state = 'pending';

-- organization_slug: the short name of the organization of this transaction
select slug from organizations;
