-- A second look: review at several levels, work that goes back to its annotator, reviewers who are scored,
-- and the customer's own verdicts.

-- `review_levels` verdicts by different people, each after the one before accepted; 0 is no review.
-- `review_key` decides by a keyed hash which tasks and which verdicts are drawn. It never leaves the service:
-- who knew it would know beforehand which of their work is looked at.
alter table projects
  add column review_levels smallint not null default 0 check (review_levels between 0 and 3),
  add column review_share double precision not null default 0 check (review_share between 0 and 1),
  add column rereview_share double precision not null default 0 check (rereview_share between 0 and 1),
  add column review_key uuid not null default gen_random_uuid();

-- One row asks for one verdict. A new round begins when answers that were rejected have been revised, or nobody
-- did in time. A row with `rereview_of` asks for a blind second verdict on what another reviewer saw; it changes
-- no label. `not_for` names reviewers who have judged these answers. `label` and `annotation_ids` are what the
-- reviewer was shown. A lease that has run out may be taken again.
create table review_work (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  project_id bigint not null,
  task_id bigint not null,
  round smallint not null default 1,
  level smallint not null check (level >= 1),
  reason text not null check (reason in ('completed', 'disagreement', 'revised', 'lapsed', 'level', 'rereview')),
  rereview_of bigint unique,
  not_for uuid[] not null default '{}',
  state text not null default 'open' check (state in ('open', 'leased', 'done')),
  reviewer uuid,
  expires_at timestamptz,
  label jsonb,
  annotation_ids bigint[],
  created_at timestamptz not null default now(),
  check (state <> 'leased' or (reviewer is not null and expires_at is not null)),
  check ((reason = 'rereview') = (rereview_of is not null)),
  unique (org_id, id),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade,
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade,
  foreign key (org_id, rereview_of) references review_work (org_id, id) on delete cascade
);
create unique index review_work_once on review_work (task_id, round, level) where rereview_of is null;
create unique index review_work_by_reviewer on review_work (task_id, round, reviewer) where reviewer is not null;
create index review_work_waiting on review_work (project_id, level, id) where state <> 'done';
create index review_work_held on review_work (reviewer, project_id) where state = 'leased';

-- What reviewers said; append-only. A rejection without evidence cannot be written: it names the answers
-- that it rejects and says why.
create table verdicts (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  review_id bigint not null unique,
  project_id bigint not null,
  task_id bigint not null,
  user_id uuid not null,
  decision text not null check (decision in ('accept', 'reject', 'fix')),
  answer jsonb check (answer is not null or decision <> 'fix'),
  reason text not null default '',
  rejected bigint[] not null default '{}',
  idempotency_key uuid not null,
  created_at timestamptz not null default now(),
  check (decision <> 'reject' or (reason <> '' and cardinality(rejected) > 0)),
  unique (user_id, idempotency_key),
  foreign key (org_id, review_id) references review_work (org_id, id) on delete cascade,
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade
);
create index verdicts_by_project on verdicts (project_id, id);
create index verdicts_by_task on verdicts (task_id);

-- A rejected answer on its way back to its worker, with the evidence. It is answered by a new revision.
create table returned_tasks (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  project_id bigint not null,
  task_id bigint not null,
  worker_id bigint not null,
  annotation_id bigint not null,
  review_id bigint not null,
  reviewer uuid not null,
  reason text not null check (reason <> ''),
  evidence jsonb not null,
  created_at timestamptz not null default now(),
  answered_at timestamptz,
  unique (review_id, annotation_id),
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade,
  foreign key (org_id, worker_id) references workers (org_id, id),
  foreign key (org_id, review_id) references review_work (org_id, id) on delete cascade
);
create index returned_tasks_open on returned_tasks (worker_id, id) where answered_at is null;
create index returned_tasks_unanswered on returned_tasks (project_id, created_at) where answered_at is null;
create index returned_tasks_by_task on returned_tasks (task_id, worker_id);
create index returned_tasks_by_reviewer on returned_tasks (reviewer, worker_id, created_at);

-- When a project's labels became which dataset version. What was delivered is edited no more.
create table deliveries (
  org_id uuid not null,
  project_id bigint not null,
  dataset_version int not null,
  delivered_at timestamptz not null default now(),
  primary key (org_id, project_id, dataset_version),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
);

-- The customer's verdicts on delivered labels. They change no label by themselves.
create table audits (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  project_id bigint not null,
  dataset_version int not null,
  task_id bigint not null,
  user_id uuid not null,
  verdict text not null check (verdict in ('approve', 'reject')),
  comment text not null default '',
  created_at timestamptz not null default now(),
  unique (task_id, dataset_version, user_id),
  foreign key (org_id, project_id, dataset_version) references deliveries on delete cascade,
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade
);
create index audits_by_project on audits (project_id, id);

call protect_tenant_tables();

revoke update, delete on verdicts from groundswell_app;
