-- Lists that page over millions of tasks, counts that nobody has to count, and files to download.

-- ── lists ────────────────────────────────────────────────────────────────────────────────────────

-- One index for each order in which tasks are listed, so that a page is read and never sorted.
drop index tasks_by_batch;
create index tasks_by_batch on tasks (batch_id, state, position);
create index tasks_by_state on tasks (project_id, state, position);
create index tasks_by_completion on tasks (project_id, completed_at, id) where completed_at is not null;
create index tasks_by_item on tasks using hash (item_id);
drop index consensus_by_project;
create index consensus_by_probability on consensus (project_id, probability, task_id);
-- A column, not an expression: row-level security keeps an index from being asked by a function that might leak.
alter table consensus add column label text generated always as (answer ->> 'choice') stored;
create index consensus_by_label on consensus (project_id, label, probability, task_id);
create index reviews_by_project on reviews (project_id, task_id);
create index batches_by_project on batches (project_id, id);
create index skills_by_project on skills (project_id, annotations desc, worker_id);

-- ── projects ─────────────────────────────────────────────────────────────────────────────────────

-- The share of the tasks that is drawn for the certificate, of batches that are added later, too.
alter table projects add column audit_share real not null default 0 check (audit_share between 0 and 1);
update projects p set audit_share = (
  select coalesce(avg(is_audit::int), 0) from tasks where project_id = p.id
);

-- ── counts ───────────────────────────────────────────────────────────────────────────────────────

-- How many tasks of a batch are in each state. Kept by the statements that change tasks, whoever runs them.
create table batch_progress (
  org_id uuid not null,
  batch_id bigint primary key,
  project_id bigint not null,
  pending int not null default 0,
  completed int not null default 0,
  canceled int not null default 0,
  error int not null default 0,
  foreign key (org_id, batch_id) references batches (org_id, id) on delete cascade
) with (fillfactor = 50);

insert into batch_progress
select b.org_id, b.id, b.project_id, count(*) filter (where t.state = 'pending'),
       count(*) filter (where t.state = 'completed'), count(*) filter (where t.state = 'canceled'),
       count(*) filter (where t.state = 'error')
from batches b left join tasks t on t.batch_id = b.id
group by b.id;

-- In the order of batches, so that two statements never wait for each other.
create function count_new_tasks() returns trigger language plpgsql as $$
begin
  insert into batch_progress as p (org_id, batch_id, project_id, pending, completed, canceled, error)
  select org_id, batch_id, project_id, count(*) filter (where state = 'pending'),
         count(*) filter (where state = 'completed'), count(*) filter (where state = 'canceled'),
         count(*) filter (where state = 'error')
  from new_rows group by org_id, batch_id, project_id order by batch_id
  on conflict (batch_id) do update set
    pending = p.pending + excluded.pending, completed = p.completed + excluded.completed,
    canceled = p.canceled + excluded.canceled, error = p.error + excluded.error;
  return null;
end $$;

create function count_changed_tasks() returns trigger language plpgsql as $$
declare change record;
begin
  for change in
    select batch_id, sum(n) filter (where state = 'pending') as pending,
           sum(n) filter (where state = 'completed') as completed,
           sum(n) filter (where state = 'canceled') as canceled, sum(n) filter (where state = 'error') as error
    from (
      select batch_id, state, sum(n) as n
      from (select batch_id, state, 1 as n from new_rows union all select batch_id, state, -1 from old_rows) each
      group by batch_id, state having sum(n) <> 0
    ) net
    group by batch_id order by batch_id
  loop
    update batch_progress p set
      pending = p.pending + coalesce(change.pending, 0), completed = p.completed + coalesce(change.completed, 0),
      canceled = p.canceled + coalesce(change.canceled, 0), error = p.error + coalesce(change.error, 0)
    where p.batch_id = change.batch_id;
  end loop;
  return null;
end $$;

create trigger count_new_tasks after insert on tasks
  referencing new table as new_rows for each statement execute function count_new_tasks();
create trigger count_changed_tasks after update on tasks
  referencing old table as old_rows new table as new_rows
  for each statement execute function count_changed_tasks();

-- A batch has counts from the start, though it has no task yet.
create function count_nothing_yet() returns trigger language plpgsql as $$
begin
  insert into batch_progress (org_id, batch_id, project_id) values (new.org_id, new.id, new.project_id);
  return null;
end $$;
create trigger count_nothing_yet after insert on batches for each row execute function count_nothing_yet();

-- ── exports ──────────────────────────────────────────────────────────────────────────────────────

-- A delivered version written to a file, which is named by its digest and never changes.
create table exports (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  project_id bigint not null,
  format text not null,
  proposals boolean not null default false,
  state text not null default 'pending' check (state in ('pending', 'ready', 'failed')),
  dataset text,
  version int,
  rows bigint,
  bytes bigint,
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  error text,
  created_by uuid,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  check (state <> 'ready' or (dataset is not null and version is not null and rows is not null
                              and bytes is not null and sha256 is not null)),
  check (state <> 'failed' or error is not null),
  unique (org_id, id),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
);
create index exports_by_project on exports (project_id, id);

call protect_tenant_tables();
