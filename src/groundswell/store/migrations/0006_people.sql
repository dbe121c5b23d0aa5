-- What is known of people, what they agreed to see, and what may be held against them, for how long.

-- ── skill ────────────────────────────────────────────────────────────────────────────────────────

-- What is assumed of a worker of whom nothing is known, for each kind of label: pseudo-answers, as learnt from the
-- whole crowd; and the skill of the worker in its middle. Refreshed in the background.
create table crowds (
  org_id uuid not null references organizations,
  kind text not null,
  "right" real not null check ("right" > 0),
  wrong real not null check (wrong > 0),
  median real not null check (median between 0 and 1),
  workers int not null,
  updated_at timestamptz not null default now(),
  primary key (org_id, kind)
);

-- ── content ──────────────────────────────────────────────────────────────────────────────────────

create table content_consents (
  org_id uuid not null,
  worker_id bigint not null,
  content text not null check (content ~ '^[a-z][a-z0-9_]{0,39}$'),
  consented_at timestamptz not null default now(),
  primary key (worker_id, content),
  foreign key (org_id, worker_id) references workers (org_id, id)
);

-- The most answers of one class that one worker may give; where a class has no row, the defaults of the code hold.
create table content_limits (
  org_id uuid not null references organizations,
  content text not null check (content ~ '^[a-z][a-z0-9_]{0,39}$'),
  per_day int not null check (per_day >= 0),
  per_week int not null check (per_week >= 0),
  primary key (org_id, content)
);

create table content_exposures (
  org_id uuid not null,
  worker_id bigint not null,
  content text not null,
  day date not null,
  answers int not null check (answers > 0),
  primary key (worker_id, content, day),
  foreign key (org_id, worker_id) references workers (org_id, id)
) with (fillfactor = 70);

create index batches_with_content on batches (project_id) where content is not null;

-- ── restrictions ─────────────────────────────────────────────────────────────────────────────────

-- Nobody is kept from work without a reason, evidence, an end and somebody to turn to. Of a row that was written
-- only the lifting may be filled in later.
create table restrictions (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  worker_id bigint not null,
  project_id bigint,
  reason_code text not null check (reason_code ~ '^[a-z][a-z_]{0,39}$'),
  evidence jsonb not null check (jsonb_typeof(evidence) = 'object' and evidence <> '{}'),
  appeal_to text not null check (appeal_to <> ''),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  lifted_at timestamptz,
  lifted_by uuid,
  created_by uuid,
  idempotency_key uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now(),
  unique (org_id, idempotency_key),
  check (ends_at > starts_at and ends_at <= starts_at + interval '366 days'),
  foreign key (org_id, worker_id) references workers (org_id, id),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
);
create index restrictions_by_worker on restrictions (worker_id, ends_at) where lifted_at is null;

-- ── pseudonyms ───────────────────────────────────────────────────────────────────────────────────

-- What those who label see of the organization, unless it shows its name. The default is drawn for each row.
alter table organizations
  add column pseudonym text not null default 'Client ' || upper(substr(md5(random()::text), 1, 4))
    check (pseudonym <> '' and length(pseudonym) <= 200),
  add column show_name boolean not null default false;

create function shown_name(o organizations, role text) returns text language sql immutable
  as $$ select case when role = 'labeler' and not o.show_name then o.pseudonym else o.name end $$;

call protect_tenant_tables();

revoke update, delete on restrictions from groundswell_app;
grant update (lifted_at, lifted_by) on restrictions to groundswell_app;
