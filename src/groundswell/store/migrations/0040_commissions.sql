-- Commissions: tasks that a customer's own program asks for one by one, with its parameters, names and callbacks.
--
-- What is asked is an ordinary task of an ordinary project; a commission is what the program knows of it.

-- ── environments ─────────────────────────────────────────────────────────────────────────────────

-- A sandbox is an organization of its own, so nothing of it can be met elsewhere. Its commissions are answered at once.
alter table organizations add column sandbox_of uuid unique references organizations;

-- Whoever's role changes, or who leaves, does so in the sandbox, too.
create function carry_to_sandbox() returns trigger language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    delete from members m using organizations o
    where o.sandbox_of = old.org_id and m.org_id = o.id and m.user_id = old.user_id;
  else
    update members m set role = new.role from organizations o
    where o.sandbox_of = new.org_id and m.org_id = o.id and m.user_id = new.user_id and m.role <> new.role;
  end if;
  return null;
end $$;
create trigger carry_to_sandbox after delete or update of role on members
  for each row execute function carry_to_sandbox();

-- ── what is commissioned ─────────────────────────────────────────────────────────────────────────

-- `commissioned` tells what happens to a task on to its commission. `repeats`: an earlier task of the project has the
-- same item, so this one's label is given to its commission, and not delivered with the dataset.
alter table tasks
  add column commissioned boolean not null default false,
  add column repeats boolean not null default false;

-- `history` are the parameters that tasks have unless they say otherwise, every version; the last is in force.
-- `requirements` are those of all its labelling projects: who is assigned, and which courses are to be gone through.
-- The only workers who are given tasks of a batch; null for everybody.
alter table batches add column workers bigint[];

create table commission_projects (
  org_id uuid not null references organizations,
  id bigint generated always as identity primary key,
  name text not null check (name <> ''),
  type text not null,
  history jsonb not null,
  rapid boolean not null default false,
  studio boolean not null default false,
  dataset text,
  requirements jsonb not null default '{}',
  created_by uuid,
  created_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, name)
);

create table commission_batches (
  org_id uuid not null references organizations,
  id bigint generated always as identity primary key,
  commission_project_id bigint not null,
  name text not null check (name <> ''),
  state text not null check (state in ('staging', 'in_progress', 'paused', 'completed', 'cancelled')),
  staged boolean not null default false,
  callback_url text,
  calibration boolean not null default false,
  self_label boolean not null default false,
  metadata jsonb not null default '{}',
  priority smallint not null default 0,
  groups bigint[] not null default '{}',
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  unique (org_id, id),
  unique (org_id, name),
  foreign key (org_id, commission_project_id) references commission_projects (org_id, id) on delete cascade
);
create index commission_batches_by_project on commission_batches (commission_project_id, id);

-- People of a project who are given batches together.
create table commission_groups (
  org_id uuid not null references organizations,
  id bigint generated always as identity primary key,
  commission_project_id bigint not null,
  name text not null check (name <> ''),
  workers bigint[] not null,
  created_at timestamptz not null default now(),
  unique (commission_project_id, name),
  foreign key (org_id, commission_project_id) references commission_projects (org_id, id) on delete cascade
);

-- One labelling project for each distinct label schema. `tasks` numbers them, and is the lock under which they are
-- added, so that they are committed in their order; the items of the first `gathered` are in the dataset.
create table commission_schemas (
  org_id uuid not null references organizations,
  id bigint generated always as identity primary key,
  signature text not null,
  project_id bigint not null unique,
  commission_project_id bigint,
  tasks int not null default 0,
  gathered int not null default 0,
  created_at timestamptz not null default now(),
  unique (org_id, signature),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade,
  foreign key (org_id, commission_project_id) references commission_projects (org_id, id) on delete cascade
);
create index commission_schemas_by_project on commission_schemas (commission_project_id);

-- Which batch of a labelling project is which part of a commissioned batch; of none, for tasks without a batch.
create table commission_parts (
  org_id uuid not null references organizations,
  batch_id bigint primary key,
  schema_id bigint not null references commission_schemas on delete cascade,
  commission_batch_id bigint,
  unique nulls not distinct (schema_id, commission_batch_id),
  foreign key (org_id, batch_id) references batches (org_id, id) on delete cascade,
  foreign key (org_id, commission_batch_id) references commission_batches (org_id, id) on delete cascade
);
create index commission_parts_by_batch on commission_parts (commission_batch_id);

create table commissions (
  org_id uuid not null references organizations,
  id bigint generated always as identity primary key,
  public_id text not null unique check (public_id ~ '^[0-9a-f]{24}$'),
  type text not null,
  state text not null default 'pending' check (state in ('pending', 'completed', 'canceled', 'error')),
  commission_project_id bigint,
  commission_batch_id bigint,
  project_id bigint not null,
  task_id bigint not null unique,
  params jsonb not null,
  instruction text not null default '',
  callback_url text,
  callback_succeeded boolean,
  metadata jsonb not null default '{}',
  tags text[] not null default '{}',
  unique_id text,
  audit_state text not null default 'pending'
    check (audit_state in ('pending', 'accepted', 'fixed', 'commented', 'rejected')),
  audits jsonb not null default '[]',
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  completed_at timestamptz,
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade,
  foreign key (org_id, commission_project_id) references commission_projects (org_id, id) on delete cascade,
  foreign key (org_id, commission_batch_id) references commission_batches (org_id, id) on delete cascade
);
create unique index commissions_by_unique_id on commissions (org_id, unique_id) where unique_id is not null;
create index commissions_by_org on commissions (org_id, id);
create index commissions_by_state on commissions (org_id, state, id);
create index commissions_by_project on commissions (commission_project_id, id);
create index commissions_by_batch on commissions (commission_batch_id, id);
create index commissions_by_time on commissions (org_id, created_at);
create index commissions_by_tag on commissions using gin (tags) where tags <> '{}';

-- How many commissions of a project, batch (0 for none) and type are in each state; kept by what changes them.
create table commission_counts (
  org_id uuid not null references organizations,
  commission_project_id bigint not null,
  commission_batch_id bigint not null,
  type text not null,
  state text not null,
  number int not null,
  primary key (org_id, commission_project_id, commission_batch_id, type, state)
) with (fillfactor = 50);
create index commission_counts_by_batch on commission_counts (commission_batch_id);

-- Files that a program handed over, to be named in what it commissions: bytes, or an address that is fetched when a
-- task names it.
create table commission_files (
  org_id uuid not null references organizations,
  id text primary key check (id ~ '^[0-9a-f]{24}$'),
  digest text check (digest ~ '^[0-9a-f]{64}$'),
  address text,
  name text not null default '',
  fields jsonb not null default '{}',
  created_at timestamptz not null default now(),
  check ((digest is null) <> (address is null))
);

-- ── callbacks ────────────────────────────────────────────────────────────────────────────────────

-- What a customer's server is to be told, written by the transaction in which it happens.
create table callbacks (
  org_id uuid not null references organizations,
  id bigint generated always as identity primary key,
  url text not null,
  event text not null,
  commission_id bigint,
  commission_batch_id bigint,
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
  attempts int not null default 0,
  next_at timestamptz not null default now(),
  status int,
  error text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  check ((commission_id is null) <> (commission_batch_id is null)),
  foreign key (commission_id) references commissions on delete cascade,
  foreign key (org_id, commission_batch_id) references commission_batches (org_id, id) on delete cascade
);
create index callbacks_waiting on callbacks (next_at) where state = 'waiting';
create index callbacks_waiting_of on callbacks (commission_id, id) where state = 'waiting';
create index callbacks_by_org on callbacks (org_id, id);

-- What the customer's server knows us by; sent with every callback, so it is kept as it is.
create table callback_keys (
  org_id uuid primary key references organizations,
  secret text not null
);

-- ── what follows from what ───────────────────────────────────────────────────────────────────────

-- A commission ends, or is asked anew, with its task. For a statement as a whole, so that counts are taken in order.
create function note_commissioned_tasks() returns trigger language plpgsql as $$
begin
  if not exists (select from new_rows where commissioned) then
    return null;
  end if;
  with moved as (
    select n.id, n.state, n.completed_at, o.state as before
    from new_rows n join old_rows o on o.id = n.id where n.commissioned and n.state <> o.state
  ), changed as (
    update commissions c set state = m.state, completed_at = m.completed_at, updated_at = now()
    from moved m where c.task_id = m.id
    returning c.org_id, c.id, c.callback_url, m.state, m.before
  )
  insert into callbacks (org_id, url, event, commission_id)
  select org_id, callback_url, case state when 'pending' then 'recalled' else state end, id from changed
  where callback_url is not null and state <> 'canceled' and (state <> 'pending' or before = 'completed')
  order by id;
  return null;
end $$;
create trigger note_commissioned_tasks after update on tasks
  referencing old table as old_rows new table as new_rows
  for each statement execute function note_commissioned_tasks();

-- A review that changes the label of a completed commission changes its response.
create function note_commissioned_review() returns trigger language plpgsql as $$
begin
  with changed as (
    update commissions c set updated_at = now()
    where c.task_id = new.task_id and c.state = 'completed'
    returning c.org_id, c.id, c.callback_url
  )
  insert into callbacks (org_id, url, event, commission_id)
  select org_id, callback_url, 'reviewed', id from changed where callback_url is not null;
  return null;
end $$;
create trigger note_commissioned_review after insert or update of answer on reviews
  for each row execute function note_commissioned_review();

-- What is answered at once, in a sandbox, is told like everything else.
create function note_finished_commission() returns trigger language plpgsql as $$
begin
  insert into callbacks (org_id, url, event, commission_id) values (new.org_id, new.callback_url, new.state, new.id);
  return null;
end $$;
create trigger note_finished_commission after insert on commissions for each row
  when (new.state <> 'pending' and new.callback_url is not null) execute function note_finished_commission();

create function note_audited_commission() returns trigger language plpgsql as $$
begin
  insert into callbacks (org_id, url, event, commission_id) values (new.org_id, new.callback_url, 'audited', new.id);
  return null;
end $$;
create trigger note_audited_commission after update of audits on commissions for each row
  when (new.audits is distinct from old.audits and new.callback_url is not null)
  execute function note_audited_commission();

-- In the order of their keys, so that two statements never wait for each other.
create function count_commissions(rows commission_counts[]) returns void language plpgsql as $$
begin
  insert into commission_counts as c (org_id, commission_project_id, commission_batch_id, type, state, number)
  select org_id, commission_project_id, commission_batch_id, type, state, number from unnest(rows)
  order by org_id, commission_project_id, commission_batch_id, type, state
  on conflict (org_id, commission_project_id, commission_batch_id, type, state)
    do update set number = c.number + excluded.number;
  -- A batch ends with its last task, and goes on with a new one.
  with left_open as (
    select b.id, exists (select from commission_counts c where c.commission_batch_id = b.id and c.state = 'pending'
                         and c.number > 0) as asks
    from commission_batches b
    where b.id in (select commission_batch_id from unnest(rows)) and b.state in ('in_progress', 'completed')
  ), changed as (
    update commission_batches b set
      state = case when l.asks then 'in_progress' else 'completed' end,
      completed_at = case when l.asks then null else now() end
    from left_open l where b.id = l.id and l.asks = (b.state = 'completed')
    returning b.org_id, b.id, b.state, b.callback_url
  )
  insert into callbacks (org_id, url, event, commission_batch_id)
  select org_id, callback_url, 'batch_completed', id from changed
  where state = 'completed' and callback_url is not null;
end $$;

create function count_new_commissions() returns trigger language plpgsql as $$
begin
  perform count_commissions(array(
    select row(org_id, coalesce(commission_project_id, 0), coalesce(commission_batch_id, 0), type, state,
               count(*))::commission_counts
    from new_rows group by org_id, commission_project_id, commission_batch_id, type, state));
  return null;
end $$;
create trigger count_new_commissions after insert on commissions
  referencing new table as new_rows for each statement execute function count_new_commissions();

create function count_changed_commissions() returns trigger language plpgsql as $$
begin
  perform count_commissions(array(
    select row(org_id, coalesce(commission_project_id, 0), coalesce(commission_batch_id, 0), type, state,
               sum(n))::commission_counts
    from (
      select org_id, commission_project_id, commission_batch_id, type, state, 1 as n from new_rows
      union all
      select org_id, commission_project_id, commission_batch_id, type, state, -1 from old_rows
    ) each
    group by org_id, commission_project_id, commission_batch_id, type, state having sum(n) <> 0));
  return null;
end $$;
create trigger count_changed_commissions after update on commissions
  referencing old table as old_rows new table as new_rows
  for each statement execute function count_changed_commissions();

call protect_tenant_tables();
