-- A crowd on one queue: batches with priorities, slots in one order, prices that hold, answers that are settled
-- behind the workers' backs.

-- Row-level security and rights for tables that came after the foundation.
create procedure protect_tenant_tables() language plpgsql as $$
declare name text;
begin
  for name in
    select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id'
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and not c.relrowsecurity
  loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy own_organization on %I using (org_id = (select current_org())) '
                   'with check (org_id = (select current_org()))', name);
    execute format('grant select, insert, update, delete on %I to groundswell_app', name);
  end loop;
end $$;

-- ── access ───────────────────────────────────────────────────────────────────────────────────────

-- Whose access ended or changed: every service process reads it each second and forgets them. Written by whatever
-- ends access, whoever does it.
create table access_ended (
  secret bytea not null,
  at timestamptz not null default clock_timestamp()
);
create index access_ended_by_time on access_ended (at);

create function note_access_ended() returns trigger language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if tg_table_name = 'sessions' then
    insert into access_ended (secret) values (old.token_hash);
  elsif tg_table_name = 'api_keys' then
    insert into access_ended (secret) values (old.key_hash);
  else
    insert into access_ended (secret)
    select token_hash from sessions where org_id = old.org_id and user_id = old.user_id
    union all
    select key_hash from api_keys where org_id = old.org_id and user_id = old.user_id;
  end if;
  return null;
end $$;
create trigger note_end after delete on sessions for each row execute function note_access_ended();
create trigger note_end after delete or update on api_keys for each row execute function note_access_ended();
create trigger note_change after update on members for each row execute function note_access_ended();

-- ── projects and batches ─────────────────────────────────────────────────────────────────────────

-- `models` says what models may do: decide where they have proven themselves, only propose, or nothing.
-- `purpose`: production makes labels; qualification and training ask tasks of known answer, of everybody.
-- A lower `priority` comes first, everywhere.
alter table projects
  add column priority smallint not null default 0,
  add column models text not null default 'propose' check (models in ('decide', 'propose', 'none')),
  add column purpose text not null default 'production' check (purpose in ('production', 'qualification', 'training')),
  add column requirements jsonb not null default '{}';
update projects set models = 'decide' where target_probability is not null;

-- A group of the tasks of a project. Tasks whose position is below `frontier` have had their slots opened.
-- `content` names what its items may expose people to, such as violence; it is consented to and limited.
create table batches (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  project_id bigint not null,
  name text not null check (name <> ''),
  state text not null default 'in_progress'
    check (state in ('staging', 'in_progress', 'completed', 'paused', 'cancelled')),
  priority smallint not null default 0,
  content text check (content ~ '^[a-z][a-z0-9_]{0,39}$'),
  frontier int not null default 0,
  created_at timestamptz not null default now(),
  unique (org_id, id),
  unique (project_id, name),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
);
insert into batches (org_id, project_id, name, frontier)
select org_id, id, 'all', 0 from projects;

alter table tasks
  add column batch_id bigint,
  add column gold_suspended boolean not null default false;
update tasks t set batch_id = b.id from batches b where b.project_id = t.project_id;
alter table tasks
  alter column batch_id set not null,
  add foreign key (org_id, batch_id) references batches (org_id, id) on delete cascade;
drop index tasks_pending;
alter table tasks drop column priority, drop column asked;
create index tasks_by_batch on tasks (batch_id, position) where state = 'pending';
create index tasks_gold on tasks (project_id, id) where gold is not null;

-- ── the queue ────────────────────────────────────────────────────────────────────────────────────

-- The number of an open slot: its place in the order of work and its name. A slot that comes back gets a
-- new one, so a worker's place in the order never has to be found anew.
create sequence slot_numbers;
grant usage on sequence slot_numbers to groundswell_app;

-- The queue's own tables have no foreign keys: their rows are copied from rows that hold them, by the same
-- statement, and each check would write to the task's row. They were empty or are planned anew by learning.
drop table ready;
create table ready (
  org_id uuid not null,
  project_id bigint not null,
  priority smallint not null,
  seq bigint not null default nextval('slot_numbers'),
  task_id bigint not null,
  batch_id bigint not null,
  primary key (project_id, priority, seq)
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_cost_delay = 2, autovacuum_vacuum_cost_limit = 400);
create index ready_by_task on ready (task_id);

-- A lease holds the price at which the work was taken: it is what will be paid.
alter table leases
  drop constraint leases_org_id_task_id_fkey,
  drop constraint leases_org_id_worker_id_fkey,
  drop column slot, drop column seq,
  add column batch_id bigint,
  add column price_cents int not null default 0,
  add column for_gold boolean not null default false;
update leases l set batch_id = t.batch_id, price_cents = p.price_cents
from tasks t join projects p on p.id = t.project_id where t.id = l.task_id;
alter table leases alter column batch_id set not null;
alter table leases set (autovacuum_vacuum_cost_delay = 2, autovacuum_vacuum_cost_limit = 400);

alter table ended_leases
  drop constraint ended_leases_org_id_task_id_fkey,
  add column price_cents int not null default 0,
  add column for_gold boolean not null default false;

-- The record of work has none either: an annotation is copied from the lease that it ends, its ledger line is written
-- with it by one statement, and none of the rows that they name is ever deleted.
alter table ledger drop constraint ledger_org_id_annotation_id_fkey, drop constraint ledger_org_id_worker_id_fkey;
alter table annotations
  drop constraint annotations_org_id_id_key,
  drop constraint annotations_org_id_task_id_fkey,
  drop constraint annotations_org_id_worker_id_fkey;

-- What came in and has not been looked at by settling: answers (`answered`), skips, changed answers. Read whole
-- and deleted, so it needs no index.
create table unsettled (
  org_id uuid not null,
  project_id bigint not null,
  task_id bigint not null,
  worker_id bigint not null,
  answered boolean not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 2, autovacuum_vacuum_cost_limit = 400);

-- Who asked for work and went without, minute by minute: the measure of starvation.
create table queue_minutes (
  org_id uuid not null,
  project_id bigint not null,
  minute timestamptz not null,
  asked int not null,
  hungry int not null,
  longest_wait real not null,
  primary key (project_id, minute),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
) with (fillfactor = 70);

-- Settling counts answers as they come; `learnt_annotations` is how many there were when learning read them.
alter table progress add column learnt_annotations int not null default 0;
update progress p set learnt_annotations = annotations,
                      annotations = (select count(*) from annotations a where a.project_id = p.project_id);

-- ── what is known of people ──────────────────────────────────────────────────────────────────────

-- How often a worker was right, by what it was compared with. Fractions: a consensus that is half sure
-- says half as much.
create table evidence (
  org_id uuid not null,
  worker_id bigint not null,
  project_id bigint not null,
  source text not null check (source in ('gold', 'consensus', 'review')),
  total real not null,
  correct real not null,
  updated_at timestamptz not null default now(),
  primary key (worker_id, project_id, source),
  foreign key (org_id, worker_id) references workers (org_id, id),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
) with (fillfactor = 70);

call protect_tenant_tables();
