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

-- insert_certificate: what was certified
insert into certificates (org_id, project_id, body)
values (%(org_id)s, %(project_id)s, %(body)s) returning id;

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
