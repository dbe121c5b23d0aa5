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

-- insert_tasks: one task for each item of the dataset version
insert into tasks (org_id, project_id, item_id, position, is_audit, gold, payload)
select %(org_id)s, %(project_id)s, given.item_id, given.position, given.is_audit, given.gold, given.payload::jsonb
from unnest(%(item_ids)s::text[], %(positions)s::int[], %(is_audit)s::boolean[], %(gold)s::text[], %(payloads)s::text[])
  as given (item_id, position, is_audit, gold, payload);
