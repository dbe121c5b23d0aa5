-- may_hand_in: whether a task is of a project, and this worker holds it or has answered it
select exists (select from leases l where l.task_id = t.id and l.worker_id = %(worker_id)s and l.expires_at > now())
    or exists (select from annotations a where a.task_id = t.id and a.worker_id = %(worker_id)s)
from tasks t where t.id = %(task_id)s and t.project_id = %(project_id)s;

-- handed_by: how many files one worker has handed in for one task, and how many bytes they have
select count(*)::int as files, coalesce(sum(size_bytes), 0)::bigint as bytes
from handed_files where task_id = %(task_id)s and worker_id = %(worker_id)s;

-- insert_handed: a file was handed in; the same one again changes nothing
insert into handed_files (org_id, digest, project_id, task_id, worker_id, name, media_type, size_bytes)
values (%(org_id)s, %(digest)s, %(project_id)s, %(task_id)s, %(worker_id)s, %(name)s, %(media_type)s, %(size_bytes)s)
on conflict do nothing;

-- handed_file: a file by its digest, of one worker or of anybody; what it was called first
select digest, name, media_type, size_bytes from handed_files
where digest = %(digest)s and (%(worker_id)s::bigint is null or worker_id = %(worker_id)s)
order by handed_at limit 1;
