-- answers_for_signals: the newest revision of each worker's answer to each task, among the latest answers of a project
select distinct on (task_id, worker_id) id, task_id, worker_id, said, active_ms
from (
  select id, task_id, worker_id, revision, said, active_ms from present_annotations
  where project_id = %(project_id)s order by id desc limit %(limit)s
) latest
where said is not null
order by task_id, worker_id, revision desc;

-- truths_for_signals: what is held to be right: gold, a reviewer's verdict, or the consensus of several people
select t.id as task_id,
       coalesce(t.gold, r.answer ->> 'choice', c.answer ->> 'choice') as said
from unnest(%(task_ids)s::bigint[]) as g (task_id)
join tasks t on t.id = g.task_id
left join reviews r on r.task_id = t.id
left join consensus c on c.task_id = t.id and (c.annotations >= %(least)s or c.source in ('gold', 'review'))
where t.project_id = %(project_id)s and (t.gold is not null or r.task_id is not null or c.task_id is not null);

-- names_for_signals: what workers are called
select id, name from workers where id = any(%(worker_ids)s);
