-- count_exposures: answers on classes of content that were given today, in the order given
insert into content_exposures (org_id, worker_id, content, day, answers)
select %(org_id)s, g.worker_id, g.content, current_date, g.answers
from unnest(%(worker_ids)s::bigint[], %(contents)s::text[], %(answers)s::int[])
  with ordinality as g (worker_id, content, answers, place)
order by g.place
on conflict (worker_id, content, day) do update set answers = content_exposures.answers + excluded.answers;

-- exposures_of: how a worker stands to the content of active projects, and to all that was agreed to
with classes as (
  select b.content from batches b join projects p on p.id = b.project_id
  where b.content is not null and p.state = 'active' and b.state in ('in_progress', 'paused')
  union
  select content from content_consents where worker_id = %(worker_id)s
)
select c.content, s.consented_at, coalesce(l.per_day, %(per_day)s) as per_day,
       coalesce(l.per_week, %(per_week)s) as per_week, x.today, x.this_week
from classes c
left join content_consents s on s.worker_id = %(worker_id)s and s.content = c.content
left join content_limits l on l.content = c.content
cross join lateral (
  select coalesce(sum(answers) filter (where day = %(today)s::date), 0)::int as today,
         coalesce(sum(answers), 0)::int as this_week
  from content_exposures
  where worker_id = %(worker_id)s and content = c.content and day > %(today)s::date - 7 and day <= %(today)s::date
) x
order by c.content;

-- consent: a worker agrees to be shown a class of content; agreeing twice is agreeing once
insert into content_consents (org_id, worker_id, content) values (%(org_id)s, %(worker_id)s, %(content)s)
on conflict (worker_id, content) do nothing;

-- revoke_consent: a worker is shown it no more
delete from content_consents where worker_id = %(worker_id)s and content = %(content)s;

-- list_limits: the limits on every class that batches have or that a limit was set for
select content, coalesce(l.per_day, %(per_day)s) as per_day, coalesce(l.per_week, %(per_week)s) as per_week,
       l.content is not null as own
from (select distinct content from batches where content is not null) b full join content_limits l using (content)
order by content;

-- set_limit: the most answers on a class of content that one worker may give
insert into content_limits (org_id, content, per_day, per_week)
values (%(org_id)s, %(content)s, %(per_day)s, %(per_week)s)
on conflict (org_id, content) do update set per_day = excluded.per_day, per_week = excluded.per_week;
