-- Tenancy, labelling and workforce.
--
-- Every tenant table carries org_id and a row-level policy that compares it with the transaction's
-- organization. The service works as the role groundswell_app, which owns nothing and cannot bypass
-- policies; a transaction that forgot to set its organization gets an error, not another tenant's rows.
-- Foreign keys include org_id, so that a row can never point into another organization.

do $$ begin
  if not exists (select from pg_roles where rolname = 'groundswell_app') then
    create role groundswell_app nologin;
  end if;
end $$;

create function current_org() returns uuid language sql stable parallel safe
  as $$ select current_setting('groundswell.org_id')::uuid $$;

-- ── tenancy ──────────────────────────────────────────────────────────────────────────────────────

create table organizations (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null check (name <> ''),
  created_at timestamptz not null default now()
);

create table users (
  id uuid primary key,
  email text not null unique,
  name text not null,
  created_at timestamptz not null default now()
);

create table members (
  org_id uuid not null references organizations,
  user_id uuid not null references users,
  role text not null check (role in ('admin', 'manager', 'member', 'labeler')),
  created_at timestamptz not null default now(),
  primary key (org_id, user_id)
);

create table sign_in_tokens (
  token_hash bytea primary key,
  org_id uuid not null,
  user_id uuid not null,
  expires_at timestamptz not null,
  foreign key (org_id, user_id) references members on delete cascade
);

create table sessions (
  token_hash bytea primary key,
  org_id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  foreign key (org_id, user_id) references members on delete cascade
);

create table api_keys (
  org_id uuid not null,
  id uuid primary key,
  user_id uuid not null,
  name text not null,
  prefix text not null,
  key_hash bytea not null unique,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  foreign key (org_id, user_id) references members on delete cascade
);

create table audit_log (
  org_id uuid not null references organizations,
  id bigint generated always as identity primary key,
  user_id uuid,
  action text not null,
  subject text not null,
  detail jsonb not null default '{}',
  at timestamptz not null default now()
);
create index audit_log_by_org on audit_log (org_id, id);

-- ── workforce ────────────────────────────────────────────────────────────────────────────────────

create table workers (
  org_id uuid not null references organizations,
  id bigint generated always as identity primary key,
  user_id uuid references users,
  name text not null,
  origin text not null check (origin in ('member', 'program', 'simulated')),
  created_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, user_id)
);

-- ── labelling ────────────────────────────────────────────────────────────────────────────────────

create table projects (
  org_id uuid not null references organizations,
  id bigint generated always as identity primary key,
  name text not null,
  kind text not null,
  state text not null default 'draft' check (state in ('draft', 'active', 'paused', 'done')),
  dataset text not null,
  dataset_version int not null,
  ontology_version int not null default 1,
  guideline_version int not null default 1,
  answers smallint not null check (answers >= 1),
  max_answers smallint not null,
  target_probability real check (target_probability > 0.5 and target_probability < 1),
  lease_seconds int not null default 900 check (lease_seconds > 0),
  price_cents int not null default 0 check (price_cents >= 0),
  created_by uuid,
  created_at timestamptz not null default now(),
  check (max_answers >= answers),
  unique (org_id, id),
  unique (org_id, name)
);

create table ontologies (
  org_id uuid not null,
  project_id bigint not null,
  version int not null,
  classes jsonb not null,
  created_at timestamptz not null default now(),
  primary key (project_id, version),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
);

create table guidelines (
  org_id uuid not null,
  project_id bigint not null,
  version int not null,
  body text not null,
  created_at timestamptz not null default now(),
  primary key (project_id, version),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
);

-- `position` is the row of the item in the dataset version; `asked` counts every slot ever opened and numbers
-- the next. State `error`: set aside, because several people could not answer it.
create table tasks (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  project_id bigint not null,
  item_id text not null,
  position int not null,
  priority smallint not null default 0,
  state text not null default 'pending' check (state in ('pending', 'completed', 'canceled', 'error')),
  asked int not null default 0,
  is_audit boolean not null default false,
  gold text,
  payload jsonb not null,
  completed_at timestamptz,
  unique (org_id, id),
  unique (project_id, position),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
);
create index tasks_pending on tasks (project_id, priority, id) where state = 'pending';

-- The open slots that may be leased now: a small window, refilled by planning. The order of work is
-- (priority, seq); one row is one answer wanted.
create table ready (
  org_id uuid not null,
  project_id bigint not null,
  priority smallint not null,
  seq bigint not null,
  slot int not null,
  task_id bigint not null,
  primary key (project_id, priority, seq, task_id, slot),
  unique (task_id, slot),
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0);

create table leases (
  org_id uuid not null,
  task_id bigint not null,
  worker_id bigint not null,
  project_id bigint not null,
  priority smallint not null,
  seq bigint not null,
  slot int not null,
  leased_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (task_id, worker_id),
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade,
  foreign key (org_id, worker_id) references workers (org_id, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
create index leases_by_expiry on leases (expires_at);
create index leases_by_worker on leases (worker_id, project_id);

-- Leases that ended without an answer: expired (the answer may still come, late) or skipped (it may not).
create table ended_leases (
  org_id uuid not null,
  project_id bigint not null,
  task_id bigint not null,
  worker_id bigint not null,
  reason text not null,
  leased_at timestamptz not null,
  ended_at timestamptz not null default now(),
  skipped boolean not null,
  primary key (task_id, worker_id),
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade
);
create index skips_by_project on ended_leases (project_id) where skipped;

create table annotations (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  project_id bigint not null,
  task_id bigint not null,
  worker_id bigint not null,
  revision smallint not null default 1,
  answer jsonb not null,
  active_ms int not null check (active_ms >= 0),
  proposal jsonb,
  late boolean not null default false,
  ontology_version int not null,
  guideline_version int not null,
  idempotency_key uuid not null,
  created_at timestamptz not null default now(),
  unique (org_id, id),
  unique (task_id, worker_id, revision),
  unique (worker_id, idempotency_key),
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade,
  foreign key (org_id, worker_id) references workers (org_id, id)
);
create index annotations_by_project on annotations (project_id, id);

create table reviews (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  project_id bigint not null,
  task_id bigint not null,
  user_id uuid,
  reviewer text not null,
  answer jsonb not null,
  created_at timestamptz not null default now(),
  unique (task_id),
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade
);

create table models (
  org_id uuid not null,
  project_id bigint not null,
  version int not null,
  report jsonb not null,
  created_at timestamptz not null default now(),
  primary key (project_id, version),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
);

-- The newest proposal for each task; the one that a person saw is kept with the annotation.
create table predictions (
  org_id uuid not null,
  task_id bigint primary key,
  model_version int not null,
  answer jsonb not null,
  probability real not null,
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade
);

create table consensus (
  org_id uuid not null,
  task_id bigint primary key,
  project_id bigint not null,
  answer jsonb not null,
  probability real not null,
  annotations int not null,
  source text not null check (source in ('people', 'people and model', 'model', 'gold', 'review')),
  model_version int,
  updated_at timestamptz not null default now(),
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade
);
create index consensus_by_project on consensus (project_id);

create table certificates (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  project_id bigint not null,
  body jsonb not null,
  created_at timestamptz not null default now(),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
);

create table skills (
  org_id uuid not null,
  worker_id bigint not null,
  project_id bigint not null,
  skill real not null,
  standard_error real not null,
  annotations int not null,
  updated_at timestamptz not null default now(),
  primary key (worker_id, project_id),
  foreign key (org_id, worker_id) references workers (org_id, id),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
);

-- Counted in the background, read on every screen: nothing is counted while somebody waits. `learnt` counts
-- the runs of learning that were written, so that one that began before another cannot end after it.
create table progress (
  org_id uuid not null,
  project_id bigint primary key,
  total int not null default 0,
  completed int not null default 0,
  annotations int not null default 0,
  workers int not null default 0,
  learnt int not null default 0,
  updated_at timestamptz not null default now(),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
);

create table worker_progress (
  org_id uuid not null,
  worker_id bigint not null,
  project_id bigint not null,
  annotations int not null,
  primary key (worker_id, project_id),
  foreign key (org_id, worker_id) references workers (org_id, id),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
) with (fillfactor = 70);

-- What was earned, for which seconds of work. Append-only: nobody may update or delete.
create table ledger (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  worker_id bigint not null,
  annotation_id bigint not null,
  seconds real not null check (seconds >= 0),
  price_cents int not null check (price_cents >= 0),
  at timestamptz not null default now(),
  foreign key (org_id, worker_id) references workers (org_id, id),
  foreign key (org_id, annotation_id) references annotations (org_id, id)
);
create index ledger_by_worker on ledger (worker_id, id);

-- ── row-level security and grants ────────────────────────────────────────────────────────────────

do $$
declare name text;
begin
  for name in
    select c.table_name from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = current_schema() and c.column_name = 'org_id' and t.table_type = 'BASE TABLE'
  loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy own_organization on %I using (org_id = (select current_org())) '
                   'with check (org_id = (select current_org()))', name);
    execute format('grant select, insert, update, delete on %I to groundswell_app', name);
  end loop;
end $$;

alter table organizations enable row level security;
create policy own_organization on organizations using (id = (select current_org()));
grant select, update on organizations to groundswell_app;

alter table users enable row level security;
create policy fellow_members on users
  using (exists (select from members m where m.user_id = users.id and m.org_id = (select current_org())));
grant select on users to groundswell_app;

revoke update, delete on annotations, ledger, audit_log, ended_leases from groundswell_app;
grant update on ended_leases to groundswell_app;
