-- held_task: what a task shows, while this worker holds it
select t.payload
from leases l join tasks t on t.id = l.task_id
where l.task_id = %(task_id)s and l.worker_id = %(worker_id)s and l.project_id = %(project_id)s
  and l.expires_at > now();

-- lock_talkers: the models that reply in a project; their accounts stand still until the transaction ends
select name from predictors where project_id = %(project_id)s and kind = 'chat' order by name for update;

-- replies_of_call: what became of a call
select id, predictor, content, cut, error, ended_at is null and asked_at > now() - %(lost)s::interval as under_way
from model_replies where worker_id = %(worker_id)s and idempotency_key = %(key)s order by id;

-- asked_today: how often a worker has asked each model of a project within a day
select predictor, count(*)::int as calls
from model_replies
where project_id = %(project_id)s and worker_id = %(worker_id)s and asked_at > now() - interval '1 day'
group by predictor;

-- begin_reply: what a model is about to be asked, at the most that it can cost
insert into model_replies (org_id, project_id, task_id, worker_id, predictor, model, idempotency_key, messages, cents)
values (%(org_id)s, %(project_id)s, %(task_id)s, %(worker_id)s, %(predictor)s, %(model)s, %(key)s, %(messages)s::jsonb,
        %(cents)s)
returning id;

-- hold_cents: the most that a reply can cost counts until it is known what it did
update predictors set cost_cents = cost_cents + %(cents)s, updated_at = now()
where project_id = %(project_id)s and name = %(name)s;

-- set_spent: a model's budget does not hold another reply
update predictors set state = 'budget_spent', updated_at = now()
where project_id = %(project_id)s and name = %(name)s and state <> 'budget_spent';

-- end_reply: what a model said, or why it said nothing, and what that cost
update model_replies set
  content = %(content)s, cut = %(cut)s, error = %(error)s, tokens_in = %(tokens_in)s, tokens_out = %(tokens_out)s,
  cents = %(cents)s, ended_at = now()
where id = %(id)s;

-- book_reply: what was held for a reply becomes what it did cost
update predictors set
  cost_cents = greatest(0, cost_cents - %(held)s + %(cents)s), requests = requests + %(requests)s,
  tokens_in = tokens_in + %(tokens_in)s, tokens_out = tokens_out + %(tokens_out)s,
  answered = answered + %(answered)s, unanswered = unanswered + 1 - %(answered)s,
  state = case when %(answered)s = 1 then 'up_to_date' else 'unreachable' end,
  last_error = coalesce(%(error)s, last_error), updated_at = now()
where project_id = %(project_id)s and name = %(name)s;

-- replies: what models replied in a project, the newest first
select id, task_id, worker_id, predictor, model, messages, content, cut, error, tokens_in, tokens_out, cents, asked_at,
       ended_at
from model_replies
where project_id = %(project_id)s and (%(before)s::bigint is null or id < %(before)s)
order by id desc limit %(limit)s;
