-- upsert_member_worker: the worker that a member of the organization works as
insert into workers (org_id, user_id, name, origin) values (%(org_id)s, %(user_id)s, %(name)s, 'member')
on conflict (org_id, user_id) do update set name = excluded.name
returning id;

-- insert_workers: workers that are no members, in the order of the names
insert into workers (org_id, name, origin)
select %(org_id)s, name, %(origin)s from unnest(%(names)s::text[]) with ordinality as given (name, place)
order by place
returning id;

-- user_of_worker: the member who works as this worker, null for programs
select user_id from workers where id = %(worker_id)s;

-- save_skills: replace what is known of each worker's skill in a project
insert into skills (org_id, worker_id, project_id, skill, standard_error, annotations)
select %(org_id)s, given.worker_id, %(project_id)s, given.skill, given.standard_error, given.annotations
from unnest(%(worker_ids)s::bigint[], %(skills)s::real[], %(standard_errors)s::real[], %(annotations)s::int[])
  as given (worker_id, skill, standard_error, annotations)
on conflict (worker_id, project_id) do update set
  skill = excluded.skill, standard_error = excluded.standard_error, annotations = excluded.annotations,
  updated_at = now();

-- list_skills: workers of a project with their skill, for managers only
select w.id as worker_id, w.name, w.origin, s.skill, s.standard_error, s.annotations
from skills s join workers w on w.id = s.worker_id
where s.project_id = %(project_id)s order by s.annotations desc, w.id;

-- earnings: what a worker earned in a project
select count(*)::int as annotations, coalesce(sum(l.seconds), 0)::float8 as seconds,
       coalesce(sum(l.price_cents), 0)::int as price_cents
from ledger l join annotations a on a.id = l.annotation_id
where l.worker_id = %(worker_id)s and a.project_id = %(project_id)s;
