-- What a project did hour by hour, comments on tasks, and proposals that were brought from elsewhere.

-- ── hour by hour ─────────────────────────────────────────────────────────────────────────────────

-- What an answer took and earned travels to settling with it, which adds it up: a dashboard reads some hundred rows.
alter table unsettled
  add column seconds real not null default 0,
  add column price_cents int not null default 0;

create table project_hours (
  org_id uuid not null,
  project_id bigint not null,
  hour timestamptz not null,
  answers int not null,
  completed int not null,
  seconds double precision not null,
  price_cents bigint not null,
  primary key (project_id, hour),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
) with (fillfactor = 70);

-- ── comments ─────────────────────────────────────────────────────────────────────────────────────

-- What people say of a task, to each other. A flag asks somebody to look; it is open until somebody has.
create table comments (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  project_id bigint not null,
  task_id bigint not null,
  user_id uuid not null references users,
  body text not null check (body <> '' and length(body) <= 4000),
  is_flag boolean not null,
  resolved_by uuid references users,
  resolved_at timestamptz,
  created_at timestamptz not null default now(),
  check ((resolved_by is null) = (resolved_at is null)),
  check (resolved_at is null or is_flag),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade,
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade
);
create index comments_by_task on comments (task_id, id);
create index comments_by_project on comments (project_id, id);
create index comments_open on comments (project_id, id) where is_flag and resolved_at is null;

call protect_tenant_tables();

-- Only its resolution changes; what was said stays.
revoke update, delete on comments from groundswell_app;
grant update (resolved_by, resolved_at) on comments to groundswell_app;
