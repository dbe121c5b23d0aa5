-- Models of others: what is asked of them, what they answered, and what that cost.

-- Jobs that wait for others have a queue of their own.
drop function defer_job(text, text, jsonb, interval);
create function defer_job(task text, key text, args jsonb, after interval, queue text default 'default') returns void
  language plpgsql security definer set search_path = procrastinate, pg_temp
as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended(task || ':' || key, 0));
  insert into procrastinate_jobs (queue_name, task_name, lock, args, scheduled_at)
  values (queue, task, task || ':' || key, args, case when after > interval '0' then now() + after end)
  on conflict (lock) where status = 'todo' and attempts = 0 do nothing;
end $$;
revoke execute on function defer_job from public;
grant execute on function defer_job to groundswell_app;

-- `key_name` names a secret that the operator gives the process; the secret itself is never here. `version` says what is
-- asked, `revision` how often it was put.
create table predictors (
  org_id uuid not null,
  project_id bigint not null,
  name text not null,
  kind text not null check (kind in ('http', 'chat')),
  url text not null,
  model text not null,
  instructions text not null,
  key_name text,
  per_item float8 not null check (per_item >= 0),
  per_million_in float8 not null check (per_million_in >= 0),
  per_million_out float8 not null check (per_million_out >= 0),
  budget_cents float8 not null check (budget_cents >= 0),
  version text not null,
  revision int not null default 1,
  state text not null default 'waiting'
    check (state in ('waiting', 'asking', 'up_to_date', 'budget_spent', 'unreachable')),
  answered int not null default 0,
  unanswered int not null default 0,
  requests bigint not null default 0,
  tokens_in bigint not null default 0,
  tokens_out bigint not null default 0,
  cost_cents float8 not null default 0,
  last_error text,
  failures int not null default 0,
  retry_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (project_id, name),
  unique (org_id, project_id, name),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
);

-- The newest answer of a predictor to a task; without probabilities where it had none that could be used.
create table model_answers (
  org_id uuid not null,
  project_id bigint not null,
  task_id bigint not null,
  predictor text not null,
  version text not null,
  probabilities real[],
  created_at timestamptz not null default now(),
  primary key (task_id, predictor),
  foreign key (org_id, project_id, predictor) references predictors (org_id, project_id, name) on delete cascade,
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade
);
create index model_answers_by_predictor on model_answers (project_id, predictor, task_id);

call protect_tenant_tables();
