-- Background jobs: our rules on top of procrastinate's tables, which `migrate` puts into a schema of
-- their own first.

-- An owner without a superuser's rights, as on managed PostgreSQL, must be told that it may become the
-- role that it made.
grant groundswell_app to current_user;

-- One fresh job per key suffices; a job that waits for its second try does not count, so that putting
-- it back can never fail.
create unique index one_pending_job on procrastinate.procrastinate_jobs (lock)
  where status = 'todo' and attempts = 0;

create table job_errors (
  job_id bigint primary key references procrastinate.procrastinate_jobs on delete cascade,
  error text not null,
  at timestamptz not null default now()
);

-- Ask for a job inside the caller's transaction. The shared lock is what makes "one pending job
-- suffices" safe: a worker, once it has taken the job, waits until every transaction that found it
-- pending has ended, and so sees what they wrote.
create function defer_job(task text, key text, args jsonb, after interval) returns void
  language plpgsql security definer set search_path = procrastinate, pg_temp
as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended(task || ':' || key, 0));
  insert into procrastinate_jobs (queue_name, task_name, lock, args, scheduled_at)
  values ('default', task, task || ':' || key, args, case when after > interval '0' then now() + after end)
  on conflict (lock) where status = 'todo' and attempts = 0 do nothing;
end $$;

-- Procrastinate's triggers look their types up in the search path, hence these wrappers.
create function retry_failed_job(job_id bigint) returns bigint
  language sql set search_path = procrastinate, pg_temp
as $$
  update procrastinate_jobs set status = 'todo', attempts = 1, scheduled_at = null
  where id = job_id and status = 'failed'
  returning id
$$;

revoke execute on function defer_job, retry_failed_job from public;
grant execute on function defer_job to groundswell_app;
