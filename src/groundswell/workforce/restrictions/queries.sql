-- insert_restriction: keep a worker from work; no row means that there is no such worker, or that the key was used
insert into restrictions (org_id, worker_id, project_id, reason_code, evidence, appeal_to, starts_at, ends_at, created_by,
                          idempotency_key)
select %(org_id)s, w.id, %(project_id)s::bigint, %(reason)s, %(evidence)s, %(appeal_to)s, %(starts_at)s, %(ends_at)s,
       %(created_by)s, %(key)s
from workers w where w.id = %(worker_id)s
on conflict (org_id, idempotency_key) do nothing
returning id;

-- restriction_by_key: what a key has written before
select id from restrictions where org_id = %(org_id)s and idempotency_key = %(key)s;

-- has_project: whether there is such a project
select exists (select from projects where id = %(project_id)s);

-- lift_restriction: end a restriction that holds or will hold; no row means that there is none
update restrictions set lifted_at = %(now)s, lifted_by = %(user_id)s
where id = %(id)s and lifted_at is null and ends_at > %(now)s
returning worker_id;

-- list_restrictions: of one worker or of all, the newest first, one page
select r.id, r.worker_id, w.name as worker_name, r.project_id, p.name as project_name, r.reason_code, r.evidence,
       r.appeal_to, r.starts_at, r.ends_at, r.lifted_at, r.lifted_by, r.created_by, r.created_at
from restrictions r join workers w on w.id = r.worker_id left join projects p on p.id = r.project_id
where r.id < %(before)s and (%(worker_id)s::bigint is null or r.worker_id = %(worker_id)s::bigint)
order by r.id desc limit %(limit)s;
