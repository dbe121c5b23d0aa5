-- offered_projects: active projects with their terms, by id, one page
-- What waits is what is open plus what will be opened; of a test, the tasks that this worker has not met. Each list is
-- read from an index in its order, up to a limit: the conditions on pairs and the orders are there to keep it so.
select p.id, p.name, p.kind, p.purpose, p.price_cents, p.requirements,
       array(select distinct b.content from batches b
             where b.project_id = p.id and b.content is not null and b.state = 'in_progress' order by 1) as content,
       least(%(most)s, case when p.purpose = 'production'
         then open_slots.number + p.answers * beyond.number else tests.number end)::int as available,
       pace.seconds as typical_seconds,
       array(select o.name from projects o
             where p.purpose <> 'production' and o.state = 'active'
               and (o.requirements -> 'qualifications' @> to_jsonb(p.id) or o.requirements -> 'trainings' @> to_jsonb(p.id))
               and (exists (select from ready where project_id = o.id)
                    or exists (select from batches b cross join lateral (
                                 select from tasks t
                                 where t.batch_id = b.id and t.position >= b.frontier and t.state = 'pending'
                                 order by t.position limit 1) t
                               where b.project_id = o.id and b.state = 'in_progress'))
             order by o.name limit 20) as opens,
       coalesce(m.annotations, 0) as mine
from projects p
left join worker_progress m on m.project_id = p.id and m.worker_id = %(worker_id)s
cross join lateral (
  select count(*) as number from (select from ready r where r.project_id = p.id limit %(most)s) r
) open_slots
cross join lateral (
  select count(*) as number from (
    select from batches b cross join lateral (
      select from tasks t where t.batch_id = b.id and t.position >= b.frontier and t.state = 'pending'
      order by t.position limit %(most)s) t
    where b.project_id = p.id and b.state = 'in_progress' and p.purpose = 'production' limit %(most)s) t
) beyond
cross join lateral (
  select count(*) as number from (
    select from tasks t where t.project_id = p.id and t.gold is not null and not t.gold_suspended
      and p.purpose <> 'production'
      and not exists (select from annotations a where a.task_id = t.id and a.worker_id = %(worker_id)s offset 0)
    limit %(most)s) t
) tests
cross join lateral (
  select case when count(*) >= 20 then percentile_cont(0.5) within group (order by active_ms) / 1000 end as seconds
  from (select active_ms from annotations a
        where (a.project_id, a.id) >= (p.id, 0::bigint) and (a.project_id, a.id) <= (p.id, 9223372036854775807)
        order by a.project_id desc, a.id desc limit 200) newest
) pace
where p.state = 'active' and p.id > %(after)s
order by p.id limit %(limit)s;
