-- defer_job: ask for a background job, unless one is pending for the key
select defer_job(%(task)s, %(key)s, %(args)s, %(after)s, %(queue)s);

-- await_askers: wait for the transactions that found this job pending (see defer_job)
select pg_advisory_xact_lock(hashtextextended(%(key)s, 0));

-- save_job_error: why the last try of a job failed
insert into job_errors (job_id, error) values (%(job_id)s, %(error)s)
on conflict (job_id) do update set error = excluded.error, at = now();

-- failed_jobs: jobs that gave up, the newest first
select j.id, j.task_name as task, j.args, j.attempts, coalesce(e.error, 'the process died') as error,
       coalesce(e.at, now()) as failed_at
from procrastinate.procrastinate_jobs j left join job_errors e on e.job_id = j.id
where j.status = 'failed'
order by j.id desc
limit %(limit)s;

-- jobs_of: jobs of an organization that wait, run or gave up; those that gave up first, then the newest first
select j.id, j.task_name as task, (j.args ->> 'project_id')::bigint as project_id, j.attempts, e.error,
       case j.status when 'todo' then 'waiting' when 'doing' then 'running' else 'failed' end as state,
       coalesce(case when j.status = 'todo' then j.scheduled_at else e.at end,
                (select max(at) from procrastinate.procrastinate_events where job_id = j.id)) as at
from procrastinate.procrastinate_jobs j left join job_errors e on e.job_id = j.id
where j.args ->> 'org_id' = %(org_id)s::text and j.status in ('todo', 'doing', 'failed')
order by j.status = 'failed' desc, j.id desc
limit %(limit)s;

-- retry_failed_job: give a job that gave up a fresh start; one of an organization, where one is given
select retry_failed_job(id) from procrastinate.procrastinate_jobs
where id = %(job_id)s and (%(org_id)s::text is null or args ->> 'org_id' = %(org_id)s::text);
