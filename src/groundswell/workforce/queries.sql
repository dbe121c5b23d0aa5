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

-- list_skills: workers of a project with their skill, the busiest first, one page; for managers only
select w.id as worker_id, w.name, w.origin, s.skill, s.standard_error, s.annotations
from skills s join workers w on w.id = s.worker_id
where s.project_id = %(project_id)s and s.annotations <= %(annotations)s
  and (s.annotations < %(annotations)s or s.worker_id > %(after)s)
order by s.annotations desc, s.worker_id
limit %(limit)s;

-- earnings: what a worker earned in a project
select count(*)::int as annotations, coalesce(sum(l.seconds), 0)::float8 as seconds,
       coalesce(sum(l.price_cents), 0)::int as price_cents
from ledger l join annotations a on a.id = l.annotation_id
where l.worker_id = %(worker_id)s and a.project_id = %(project_id)s;

-- add_evidence: add to what is known of workers, in the order given
insert into evidence (org_id, worker_id, project_id, source, total, correct)
select %(org_id)s, g.worker_id, g.project_id, g.source, g.total, g.correct
from unnest(%(worker_ids)s::bigint[], %(project_ids)s::bigint[], %(sources)s::text[], %(totals)s::real[],
            %(corrects)s::real[]) with ordinality as g (worker_id, project_id, source, total, correct, place)
order by g.place
on conflict (worker_id, project_id, source) do update set
  total = evidence.total + excluded.total, correct = evidence.correct + excluded.correct, updated_at = now();

-- standing_of_workers: what is known of these workers as far as these projects are concerned, one row for each pair
-- Members above labeler and programs are vouched for. Content is looked at only where a project has any; which that is,
-- is found once and not for each worker.
with classes as materialized (
  select distinct project_id, content from batches
  where project_id = any(%(project_ids)s::bigint[]) and content is not null and state = 'in_progress'
)
select w.id as worker_id, p.id as project_id, w.origin,
       w.origin <> 'member' or exists (
         select from members m where m.org_id = w.org_id and m.user_id = w.user_id and m.role <> 'labeler') as vouched,
       e.checked, e.checked_right, e.agreed, e.agreed_right, e.results, r.reason_code, r.ends_at, h.hidden
from unnest(%(worker_ids)s::bigint[], %(project_ids)s::bigint[]) as g (worker_id, project_id)
join workers w on w.id = g.worker_id join projects p on p.id = g.project_id
left join lateral (
  select sum(e.total) filter (where q.kind = p.kind and e.source <> 'consensus')::float8 as checked,
         sum(e.correct) filter (where q.kind = p.kind and e.source <> 'consensus')::float8 as checked_right,
         sum(e.total) filter (where q.kind = p.kind and e.source = 'consensus')::float8 as agreed,
         sum(e.correct) filter (where q.kind = p.kind and e.source = 'consensus')::float8 as agreed_right,
         jsonb_object_agg(e.project_id, jsonb_build_array(e.total, e.correct))
           filter (where e.source = 'gold' and q.purpose <> 'production') as results
  from evidence e join projects q on q.id = e.project_id
  where e.worker_id = w.id
) e on true
left join lateral (
  select r.reason_code, r.ends_at from restrictions r
  where r.worker_id = w.id and r.lifted_at is null and r.ends_at > %(now)s and r.starts_at <= %(now)s
    and (r.project_id is null or r.project_id = p.id)
  order by r.ends_at desc limit 1
) r on true
left join lateral (
  select array_agg(c.content order by c.content) as hidden
  from classes c
  left join content_consents s on s.worker_id = w.id and s.content = c.content
  left join content_limits l on l.org_id = w.org_id and l.content = c.content
  left join lateral (
    select coalesce(sum(x.answers) filter (where x.day = %(today)s::date), 0) as day, coalesce(sum(x.answers), 0) as week
    from content_exposures x
    where x.worker_id = w.id and x.content = c.content and x.day > %(today)s::date - 7 and x.day <= %(today)s::date
  ) x on true
  where c.project_id = p.id and (s.worker_id is null or x.day >= coalesce(l.per_day, %(per_day)s)
                                 or x.week >= coalesce(l.per_week, %(per_week)s))
) h on true;

-- standing_of_projects: whether projects can test with gold, the crowd of their kind, the entries that they name
select p.id as project_id,
       exists (select from tasks t where t.project_id = p.id and t.gold is not null and not t.gold_suspended) as has_gold,
       c."right"::float8 as "right", c.wrong::float8 as wrong,
       (select jsonb_object_agg(q.id, jsonb_build_array(q.name, q.requirements)) from projects q
        where q.id = any(%(entry_ids)s::bigint[])) as entries
from projects p left join crowds c on c.org_id = p.org_id and c.kind = p.kind
where p.id = any(%(project_ids)s::bigint[]);

-- crowd_of_kind: the workers of one kind of label in the sums that a prior needs
with tallies as (
  select coalesce(sum(e.total) filter (where e.source <> 'consensus'), 0) as checked,
         coalesce(sum(e.correct) filter (where e.source <> 'consensus'), 0) as checked_right,
         coalesce(sum(e.total) filter (where e.source = 'consensus'), 0) as agreed,
         coalesce(sum(e.correct) filter (where e.source = 'consensus'), 0) as agreed_right
  from evidence e join projects p on p.id = e.project_id
  where p.org_id = %(org_id)s and p.kind = %(kind)s
  group by e.worker_id
), weighed as (
  select checked + share * agreed as n,
         least(greatest(checked_right + share * agreed_right, 0), checked + share * agreed) as x
  from tallies cross join lateral (
    select least(%(consensus_weight)s::float8, coalesce(%(consensus_most)s::float8 / nullif(agreed, 0), 0)) as share) s
)
select count(*)::int as workers, coalesce(sum(n), 0)::float8 as total, coalesce(sum(x), 0)::float8 as correct,
       coalesce(sum(n * n), 0)::float8 as squares, coalesce(sum(x * x / n), 0)::float8 as spread
from weighed where n > 0;

-- save_crowd: what is assumed of somebody unknown at one kind of label, and the median of the known
with tallies as (
  select coalesce(sum(e.total) filter (where e.source <> 'consensus'), 0) as checked,
         coalesce(sum(e.correct) filter (where e.source <> 'consensus'), 0) as checked_right,
         coalesce(sum(e.total) filter (where e.source = 'consensus'), 0) as agreed,
         coalesce(sum(e.correct) filter (where e.source = 'consensus'), 0) as agreed_right
  from evidence e join projects p on p.id = e.project_id
  where p.org_id = %(org_id)s and p.kind = %(kind)s
  group by e.worker_id
)
insert into crowds (org_id, kind, "right", wrong, median, workers)
select %(org_id)s, %(kind)s, %(right)s::float8, %(wrong)s::float8, coalesce(percentile_cont(0.5) within group (
         order by (%(right)s::float8 + checked_right + share * agreed_right)
                  / (%(right)s::float8 + %(wrong)s::float8 + checked + share * agreed)),
       %(right)s::float8 / (%(right)s::float8 + %(wrong)s::float8)), count(*)
from tallies cross join lateral (
  select least(%(consensus_weight)s::float8, coalesce(%(consensus_most)s::float8 / nullif(agreed, 0), 0)) as share) s
on conflict (org_id, kind) do update set
  "right" = excluded."right", wrong = excluded.wrong, median = excluded.median, workers = excluded.workers,
  updated_at = now();

-- workers_of_members: the workers that members work as
select w.org_id, w.user_id, w.id from unnest(%(org_ids)s::uuid[], %(user_ids)s::uuid[]) as g (org_id, user_id)
join workers w on w.org_id = g.org_id and w.user_id = g.user_id;

-- insert_member_workers: workers for members who have none yet
insert into workers (org_id, user_id, name, origin)
select g.org_id, g.user_id, g.name, 'member'
from unnest(%(org_ids)s::uuid[], %(user_ids)s::uuid[], %(names)s::text[]) as g (org_id, user_id, name)
on conflict (org_id, user_id) do nothing;

-- evidence_of_workers: what is known of these workers by label kind and by what they were compared with
select e.worker_id, p.kind, e.source, sum(e.total)::float8 as total, sum(e.correct)::float8 as correct
from evidence e join projects p on p.id = e.project_id
where e.worker_id = any(%(worker_ids)s::bigint[])
group by e.worker_id, p.kind, e.source
order by e.worker_id, p.kind, e.source;

-- list_crowds: what is assumed of somebody unknown, by label kind
select kind, "right"::float8 as "right", wrong::float8 as wrong from crowds where org_id = %(org_id)s;

-- list_workers: everybody who works, by id, one page
select w.id, w.name, w.origin, w.created_at,
       coalesce((select sum(annotations) from worker_progress where worker_id = w.id), 0)::int as annotations,
       (select count(*) from restrictions r where r.worker_id = w.id and r.lifted_at is null
          and r.starts_at <= %(now)s and r.ends_at > %(now)s)::int as restrictions
from workers w
where w.id > %(after)s and (%(worker_id)s::bigint is null or w.id = %(worker_id)s::bigint)
order by w.id limit %(limit)s;

-- earned_by_day: what a worker earned in each project on each day (UTC) of a time, the newest first
select p.id as project_id, p.name as project_name, (l.at at time zone 'utc')::date as day, count(*)::int as annotations,
       sum(l.seconds)::float8 as seconds, sum(l.price_cents)::bigint as price_cents
from ledger l join annotations a on a.id = l.annotation_id join projects p on p.id = a.project_id
where l.worker_id = %(worker_id)s and l.at >= %(since)s and l.at < %(until)s
group by p.id, p.name, (l.at at time zone 'utc')::date
order by day desc, p.id;

-- ledger_lines: every second that was counted for a worker and what it earned, the newest first, one page
select l.id, l.at, a.project_id, p.name as project_name, a.task_id, l.annotation_id, l.seconds::float8 as seconds,
       l.price_cents
from ledger l join annotations a on a.id = l.annotation_id join projects p on p.id = a.project_id
where l.worker_id = %(worker_id)s and l.id < %(before)s
order by l.id desc limit %(limit)s;
