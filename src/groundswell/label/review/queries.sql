-- save_review: a trusted person's verdict on a task
insert into reviews (org_id, project_id, task_id, user_id, reviewer, answer)
select %(org_id)s, %(project_id)s, g.task_id, %(user_id)s, %(reviewer)s, g.answer::jsonb
from unnest(%(task_ids)s::bigint[], %(answers)s::text[]) as g (task_id, answer)
join tasks t on t.id = g.task_id and t.project_id = %(project_id)s
on conflict (task_id) do update set
  answer = excluded.answer, reviewer = excluded.reviewer, user_id = excluded.user_id, created_at = now();

-- list_reviews: the verdicts in a project
select task_id, answer, reviewer from reviews where project_id = %(project_id)s order by task_id;
