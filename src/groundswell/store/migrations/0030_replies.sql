-- Conversations that go on with a model of others: what it replied, to whom, and what that cost.

-- How often one worker may ask a model within a day.
alter table predictors add column replies_per_day int not null default 200 check (replies_per_day between 1 and 100000);

-- One row for each model and call. It is written before the model is asked, with the most that its reply can cost; so
-- does the predictor's account stand. A row that never ends was lost with its process, and stays at the most.
create table model_replies (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  project_id bigint not null,
  task_id bigint not null,
  worker_id bigint not null,
  predictor text not null,
  model text not null,
  idempotency_key uuid not null,
  messages jsonb not null,
  content text,
  cut boolean not null default false,
  error text,
  tokens_in int not null default 0,
  tokens_out int not null default 0,
  cents float8 not null,
  asked_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (worker_id, idempotency_key, predictor),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade,
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade,
  foreign key (org_id, worker_id) references workers (org_id, id)
);
create index model_replies_of_day on model_replies (project_id, predictor, worker_id, asked_at);
create index model_replies_by_project on model_replies (project_id, id);
create index model_replies_by_task on model_replies (task_id);

call protect_tenant_tables();
