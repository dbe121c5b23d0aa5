-- commission_projects: projects as programs name them, all or some, the oldest first
select id, name, type, history, rapid, studio, dataset, requirements, created_at from commission_projects
where %(names)s::text[] is null or name = any(%(names)s)
order by id;

-- insert_commission_project: a new project; null where its name is taken
insert into commission_projects (org_id, name, type, history, rapid, studio, dataset, created_by)
values (%(org_id)s, %(name)s, %(type)s, %(history)s::jsonb, %(rapid)s, %(studio)s, %(dataset)s, %(created_by)s)
on conflict (org_id, name) do nothing
returning id;

-- add_params: one more version of a project's parameters; no row where there is no such project
update commission_projects set history = history || %(params)s::jsonb where name = %(name)s returning id;

-- lock_commission_project: nobody else changes it until this transaction ends
select id, name, type, history, rapid, studio, dataset, requirements, created_at from commission_projects
where name = %(name)s for update;

-- commission_batches: batches by name, with how many of their commissions are in each state
select b.id, b.commission_project_id, p.name as project, b.name, b.state, b.callback_url, b.calibration, b.self_label,
       b.metadata, b.priority, b.created_at, b.completed_at, b.staged,
       array(select g.name from commission_groups g where g.id = any(b.groups) order by g.id) as groups,
       coalesce(sum(c.number) filter (where c.state = 'pending'), 0)::int as pending,
       coalesce(sum(c.number) filter (where c.state = 'completed'), 0)::int as completed,
       coalesce(sum(c.number) filter (where c.state = 'canceled'), 0)::int as canceled,
       coalesce(sum(c.number) filter (where c.state = 'error'), 0)::int as error
from commission_batches b join commission_projects p on p.id = b.commission_project_id
left join commission_counts c on c.commission_batch_id = b.id
where b.name = any(%(names)s)
group by b.id, p.id;

-- lock_commission_batch: nobody else changes it until this transaction ends
select id from commission_batches where name = %(name)s for update;

-- insert_commission_batch: a new batch; null where its name is taken
insert into commission_batches (org_id, commission_project_id, name, state, staged, callback_url, calibration, self_label,
                                metadata)
values (%(org_id)s, %(commission_project_id)s, %(name)s, %(state)s, %(staged)s, %(callback_url)s, %(calibration)s,
        %(self_label)s, %(metadata)s)
on conflict (org_id, name) do nothing
returning id;

-- set_commission_batch_state: to another state of its life
update commission_batches set state = %(state)s where id = %(id)s;

-- set_commission_batch_metadata: all of it
update commission_batches set metadata = %(metadata)s where id = %(id)s;

-- set_commission_batch_priority: where it stands among others, lower first
update commission_batches set priority = %(priority)s where id = %(id)s;

-- set_requirements: of a commissioned project, and with it of its labelling projects
with changed as (
  update commission_projects set requirements = %(requirements)s where id = %(id)s returning id
)
update projects p set requirements = (p.requirements - '{workers,trainings}'::text[]) || %(requirements)s
from changed c join commission_schemas s on s.commission_project_id = c.id
where p.id = s.project_id and p.purpose = 'production';

-- emails_of: people by the workers that they are
select w.id as worker_id, u.id as user_id, u.email from workers w join users u on u.id = w.user_id
where w.id = any(%(worker_ids)s) order by u.email;

-- members_by_email: people of the organization
select u.email, u.id as user_id from members m join users u on u.id = m.user_id where u.email = any(%(emails)s);

-- studio_batches: batches of studio projects that are not at their end, in the order of work
select b.name from commission_batches b join commission_projects p on p.id = b.commission_project_id
where p.studio and b.state not in ('completed', 'cancelled')
order by b.priority, b.id;

-- insert_known_task: a task whose answer is known
insert into tasks (org_id, project_id, batch_id, item_id, position, payload, gold, repeats)
select %(org_id)s, %(project_id)s, %(batch_id)s, %(item_id)s::text, %(position)s, %(payload)s::jsonb, %(gold)s,
       exists (select from tasks t where t.item_id = %(item_id)s and t.project_id = %(project_id)s)
returning id;

-- set_test_size: how many known answers a course has
update projects set requirements = requirements || jsonb_build_object('test_size', greatest(1, least(1000, (
  select count(*) from tasks t where t.project_id = %(project_id)s and t.gold is not null))))
where id = %(project_id)s and purpose <> 'production';

-- parts_of: the batches of labelling projects that a commissioned batch consists of
select s.project_id, p.batch_id, b.state
from commission_parts p join commission_schemas s on s.id = p.schema_id join batches b on b.id = p.batch_id
where p.commission_batch_id = %(id)s order by p.batch_id;

-- project_name: what a project is called
select name from commission_projects where id = %(id)s;

-- ── placing ──

-- commission_schema: the labelling project of a label schema
select id, project_id from commission_schemas where signature = %(signature)s;

-- lock_schemas: one transaction at a time opens labelling projects for the programs of an organization
select pg_advisory_xact_lock(hashtextextended('commissions:' || %(org_id)s::uuid, 0));

-- schemas_made: how many labelling projects a commissioned project has
select count(*)::int from commission_schemas where commission_project_id is not distinct from %(commission_project_id)s;

-- insert_schema: the labelling project of a label schema
insert into commission_schemas (org_id, signature, project_id, commission_project_id)
values (%(org_id)s, %(signature)s, %(project_id)s, %(commission_project_id)s)
returning id;

-- open_project: from draft to active
update projects set state = 'active' where id = %(project_id)s;

-- commission_part: the batch of a labelling project that belongs to a commissioned batch, or to none
select batch_id from commission_parts
where schema_id = %(schema_id)s and commission_batch_id is not distinct from %(commission_batch_id)s;

-- reserve_parts: the batches of labelling projects are for the groups of the commissioned batches that they are of
update batches b set workers = case when c.groups <> '{}' then array(
    select distinct w from commission_groups g cross join unnest(g.workers) w where g.id = any(c.groups) order by w) end
from commission_parts p join commission_batches c on c.id = p.commission_batch_id
where p.batch_id = b.id and (c.id = %(commission_batch_id)s or %(group_id)s = any(c.groups));

-- groups: people of a project who are given batches together
select id, name, workers from commission_groups where commission_project_id = %(commission_project_id)s order by id;

-- insert_group: a new group; null where its name is taken
insert into commission_groups (org_id, commission_project_id, name, workers)
values (%(org_id)s, %(commission_project_id)s, %(name)s, %(workers)s)
on conflict (commission_project_id, name) do nothing returning id;

-- set_group: who is in it
update commission_groups set workers = %(workers)s where id = %(id)s;

-- set_groups: for whom a commissioned batch is; for everybody if for none
update commission_batches set groups = %(groups)s where id = %(id)s;

-- insert_part: which batch is which part
insert into commission_parts (org_id, batch_id, schema_id, commission_batch_id)
values (%(org_id)s, %(batch_id)s, %(schema_id)s, %(commission_batch_id)s);

-- taken_unique_ids: which of these names are a commission's already
select unique_id from commissions where unique_id = any(%(unique_ids)s);

-- settle_apart: nobody settles these projects until this transaction ends, so that none ends while tasks come in
select pg_advisory_xact_lock(hashtextextended('settle:' || id::bigint, 0))
from unnest(%(project_ids)s::bigint[]) as id order by id;

-- number_tasks: the numbers from which tasks are counted that are added now; others wait until this transaction ends
update commission_schemas s set tasks = s.tasks + g.number
from (select * from unnest(%(schema_ids)s::bigint[], %(numbers)s::int[]) as g (id, number) order by id) g
where s.id = g.id
returning s.id, s.tasks - g.number as first;

-- insert_commissioned_tasks: a task for each commission
with given as (
  select * from unnest(%(project_ids)s::bigint[], %(batch_ids)s::bigint[], %(item_ids)s::text[], %(positions)s::int[],
                       %(is_audit)s::boolean[], %(payloads)s::text[], %(state)s::text[])
    as g (project_id, batch_id, item_id, position, is_audit, payload, state)
)
insert into tasks (org_id, project_id, batch_id, item_id, position, is_audit, payload, state, completed_at, commissioned,
                   repeats)
select %(org_id)s, g.project_id, g.batch_id, g.item_id, g.position, g.is_audit, g.payload::jsonb, g.state,
       case when g.state = 'completed' then now() end, true,
       row_number() over (partition by g.project_id, g.item_id order by g.position) > 1
       or exists (select from tasks t where t.item_id = g.item_id and t.project_id = g.project_id offset 0)
from given g
returning id, project_id, position;

-- insert_commissions: what programs know of tasks that were just made
insert into commissions (org_id, public_id, type, state, commission_project_id, commission_batch_id, project_id, task_id,
                         params, instruction, callback_url, metadata, tags, unique_id, created_by, completed_at)
select %(org_id)s, g.public_id, g.type, g.state, g.commission_project_id, g.commission_batch_id, g.project_id, g.task_id,
       g.params::jsonb, g.instruction, g.callback_url, g.metadata::jsonb,
       array(select jsonb_array_elements_text(g.tags::jsonb)), g.unique_id, g.created_by,
       case when g.state = 'completed' then now() end
from unnest(%(public_ids)s::text[], %(types)s::text[], %(state)s::text[], %(commission_project_ids)s::bigint[],
            %(commission_batch_ids)s::bigint[], %(project_ids)s::bigint[], %(task_ids)s::bigint[], %(params)s::text[],
            %(instructions)s::text[], %(callback_urls)s::text[], %(metadata)s::text[], %(tags)s::text[],
            %(unique_ids)s::text[], %(created_by)s::uuid[])
  as g (public_id, type, state, commission_project_id, commission_batch_id, project_id, task_id, params, instruction,
        callback_url, metadata, tags, unique_id, created_by);

-- insert_proposals: what people are shown to begin with; of no model of ours, so of version 0
insert into predictions (org_id, task_id, model_version, answer, probability)
select %(org_id)s, g.task_id, 0, g.answer::jsonb, 0.5
from unnest(%(task_ids)s::bigint[], %(answers)s::text[]) as g (task_id, answer);

-- answer_at_once: labels of tasks that nobody is asked
insert into consensus (org_id, task_id, project_id, answer, probability, annotations, source)
select %(org_id)s, g.task_id, g.project_id, g.answer::jsonb, 0.5, 0, 'model'
from unnest(%(task_ids)s::bigint[], %(project_ids)s::bigint[], %(answers)s::text[]) as g (task_id, project_id, answer);

-- extend_projects: tasks were added; projects and batches that were done go on
with counted as (
  update progress p set total = p.total + g.number,
                        completed = p.completed + case when %(state)s = 'completed' then g.number else 0 end
  from unnest(%(project_ids)s::bigint[], %(numbers)s::int[]) as g (id, number) where p.project_id = g.id
), going_on as (
  update projects set state = 'active' where id = any(%(project_ids)s) and state = 'done'
)
update batches set state = 'in_progress' where id = any(%(batch_ids)s) and state = 'completed';

-- ── reading ──

-- commissions: some by their numbers
select c.id, c.public_id, c.type, c.state, p.name as project, b.name as batch, c.project_id, c.task_id, c.params,
       c.instruction, c.callback_url, c.callback_succeeded, c.metadata, c.tags, c.unique_id, c.audit_state, c.audits,
       c.created_at, c.updated_at, c.completed_at, coalesce(r.answer, n.answer) as answer, t.payload as shown,
       t.item_id, t.is_audit
from commissions c join tasks t on t.id = c.task_id
left join commission_projects p on p.id = c.commission_project_id
left join commission_batches b on b.id = c.commission_batch_id
left join consensus n on n.task_id = c.task_id and c.state = 'completed'
left join reviews r on r.task_id = c.task_id and c.state = 'completed'
where c.id = any(%(ids)s) or c.public_id = any(%(public_ids)s)
order by c.id desc;

-- commission_total: how many commissions of a project, a batch, a type and a state there are
select coalesce(sum(number), 0)::int from commission_counts
where (%(project)s::bigint is null or commission_project_id = %(project)s)
  and (%(batch)s::bigint is null or commission_batch_id = %(batch)s)
  and (%(type)s::text is null or type = %(type)s)
  and (%(state)s::text is null or state = %(state)s);

-- is_under_way: whether somebody holds a task or has answered it
select exists (select from leases where task_id = %(task_id)s)
    or exists (select from annotations where task_id = %(task_id)s);

-- ── setting ──

-- lock_commission: nobody else changes it until this transaction ends
select id, state, project_id, task_id, tags, metadata from commissions where public_id = %(public_id)s for update;

-- holder_of: which other commission has a name
select id from commissions where unique_id = %(unique_id)s and id <> %(id)s;

-- set_unique_id: what the program calls it, or nothing
update commissions set unique_id = %(unique_id)s, updated_at = now() where id = %(id)s;

-- set_metadata: all of it
update commissions set metadata = %(metadata)s, updated_at = now() where id = %(id)s;

-- set_tags: all of them
update commissions set tags = %(tags)s, updated_at = now() where id = %(id)s;

-- add_audit: one more verdict of the customer
update commissions set audits = audits || %(audit)s::jsonb, audit_state = %(state)s, updated_at = now()
where id = %(id)s;

-- ── files ──

-- insert_file: a file that a program handed over
insert into commission_files (org_id, id, digest, address, name, fields)
values (%(org_id)s, %(id)s, %(digest)s, %(address)s, %(name)s, %(fields)s);

-- file: one by its id
select id, digest, address, name from commission_files where id = %(id)s;

-- ── gathering ──

-- to_gather: the items of a project's tasks that are not in its dataset yet, in their order; others wait
with schema as (
  select project_id, gathered, tasks from commission_schemas where project_id = %(project_id)s for update
)
select t.position, t.item_id, t.payload, t.repeats, s.gathered as first
from schema s join tasks t on t.project_id = s.project_id and t.position >= s.gathered
order by t.position limit %(limit)s;

-- note_gathered: tasks up to here are in this version of the dataset
with noted as (
  update commission_schemas set gathered = %(gathered)s where project_id = %(project_id)s
)
update projects set dataset_version = %(version)s where id = %(project_id)s;

-- ── callbacks ──

-- claim_callbacks: what is to be told now, of every organization, the oldest of each task and a few of each address
-- Nobody else has these for a while; if who claimed them dies meanwhile, they are due again.
with due as (
  select c.id from (
    select c.id, c.next_at, row_number() over (partition by c.url order by c.next_at, c.id) as nth
    from callbacks c
    where c.state = 'waiting' and c.next_at <= now() and c.url <> all(%(busy)s)
      and not exists (select from callbacks e
                      where e.commission_id = c.commission_id and e.state = 'waiting' and e.id < c.id)
  ) f join callbacks c on c.id = f.id
  where f.nth <= %(of_one)s order by f.next_at, f.id limit %(limit)s for update of c skip locked
), claimed as (
  update callbacks c set next_at = now() + make_interval(secs => %(seconds)s), attempts = c.attempts + 1
  from due where c.id = due.id and c.state = 'waiting' and c.next_at <= now()
  returning c.id, c.org_id, c.url, c.event, c.commission_id, c.commission_batch_id, c.attempts
)
select c.id, c.org_id, o.sandbox_of is not null as is_test, c.url, c.event, c.commission_id, c.commission_batch_id,
       c.attempts
from claimed c join organizations o on o.id = c.org_id order by c.id;

-- batch_name: what a batch is called
select name from commission_batches where id = %(id)s;

-- end_callback: it was taken, or is given up
with ended as (
  update callbacks set state = %(state)s, status = %(status)s, error = %(error)s, ended_at = now() where id = %(id)s
  returning commission_id
)
update commissions c set callback_succeeded = %(state)s = 'delivered' from ended e where c.id = e.commission_id;

-- put_off_callback: it is tried again later
update callbacks set status = %(status)s, error = %(error)s, next_at = now() + %(after)s where id = %(id)s;

-- callbacks: what is and was told, the newest first, one page
select c.id, c.url, c.event, m.public_id as task, b.name as batch, c.state, c.attempts, c.next_at, c.status, c.error,
       c.created_at, c.ended_at
from callbacks c left join commissions m on m.id = c.commission_id
left join commission_batches b on b.id = c.commission_batch_id
where c.id < %(before)s and (%(state)s::text is null or c.state = %(state)s)
order by c.id desc limit %(limit)s;

-- callback: one of them
select c.id, c.url, c.event, m.public_id as task, b.name as batch, c.state, c.attempts, c.next_at, c.status, c.error,
       c.created_at, c.ended_at
from callbacks c left join commissions m on m.id = c.commission_id
left join commission_batches b on b.id = c.commission_batch_id
where c.id = %(id)s;

-- replay_callback: it is told anew, with all its tries
update callbacks set state = 'waiting', attempts = 0, next_at = now(), ended_at = null, error = null, status = null
where id = %(id)s returning id;

-- make_callback_key: what customers know us by, made once
insert into callback_keys (org_id, secret) values (%(org_id)s, %(secret)s) on conflict (org_id) do nothing;

-- callback_key: what customers know us by
select secret from callback_keys where org_id = %(org_id)s;

-- is_sandbox: whether commissions of the acting organization are answered at once
select sandbox_of is not null from organizations;

-- organization_slug: the short name of the acting organization
select slug from organizations;

-- ── deliveries ──

-- deliveries: when the labels of programs' tasks became which version of which dataset, the newest first
select d.project_id, p.dataset, d.dataset_version, d.delivered_at, p.name || ' version ' || d.dataset_version as name,
       c.id as commission_project_id, c.name as project, c.type, p.kind, o.version as ontology_version, o.classes,
       o.options,
       (select count(*)::int from commissions m join tasks t on t.id = m.task_id
        where m.project_id = d.project_id and m.completed_at <= d.delivered_at and not t.repeats) as tasks
from deliveries d join projects p on p.id = d.project_id
join ontologies o on o.project_id = p.id and o.version = p.ontology_version
join commission_schemas s on s.project_id = p.id join commission_projects c on c.id = s.commission_project_id
where (%(commission_project_id)s::bigint is null or c.id = %(commission_project_id)s)
  and (%(project_id)s::bigint is null or d.project_id = %(project_id)s)
  and (%(dataset_version)s::int is null or d.dataset_version = %(dataset_version)s)
  and (%(after)s::timestamptz is null or d.delivered_at >= %(after)s)
  and (%(before)s::timestamptz is null or d.delivered_at <= %(before)s)
order by d.delivered_at desc, d.project_id;

-- delivered_ids: tasks that had a label when their project was delivered, the newest first, one page
select m.id, t.item_id from commissions m join tasks t on t.id = m.task_id
where m.project_id = %(project_id)s and m.completed_at <= %(delivered_at)s and not t.repeats and m.id < %(before)s
order by m.id desc limit %(limit)s;

-- label_schema: what may be said of the tasks of a labelling project that belongs to a program's
select c.type, p.kind, o.classes, o.options
from projects p join ontologies o on o.project_id = p.id
join commission_schemas s on s.project_id = p.id join commission_projects c on c.id = s.commission_project_id
where p.id = %(project_id)s and o.version = %(ontology_version)s;
