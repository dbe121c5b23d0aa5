-- predictors: the models of others of a project, by name
select name, kind, url, model, instructions, key_name, per_item, per_million_in, per_million_out, budget_cents,
       replies_per_day, version, revision, state, answered, unanswered, requests, tokens_in, tokens_out, cost_cents,
       last_error, failures, retry_at, updated_at
from predictors where project_id = %(project_id)s order by name;

-- count_predictors: how many others a project has
select count(*) from predictors where project_id = %(project_id)s and name <> %(name)s;

-- put_predictor: name a model, or say anew what it is; what it has cost stays, and what it answered in the same version
insert into predictors as p (org_id, project_id, name, kind, url, model, instructions, key_name, per_item, per_million_in,
                             per_million_out, budget_cents, replies_per_day, version)
values (%(org_id)s, %(project_id)s, %(name)s, %(kind)s, %(url)s, %(model)s, %(instructions)s, %(key_name)s, %(per_item)s,
        %(per_million_in)s, %(per_million_out)s, %(budget_cents)s, %(replies_per_day)s, %(version)s)
on conflict (project_id, name) do update set
  kind = excluded.kind, url = excluded.url, model = excluded.model, instructions = excluded.instructions,
  key_name = excluded.key_name, per_item = excluded.per_item, per_million_in = excluded.per_million_in,
  per_million_out = excluded.per_million_out, budget_cents = excluded.budget_cents,
  replies_per_day = excluded.replies_per_day, version = excluded.version,
  answered = case when p.version = excluded.version then p.answered else 0 end,
  unanswered = 0, revision = p.revision + 1, state = 'waiting', failures = 0, retry_at = null, last_error = null,
  updated_at = now();

-- forget_unanswered: what a model could not answer is asked again once somebody has put it again
delete from model_answers where project_id = %(project_id)s and predictor = %(name)s and probabilities is null;

-- delete_predictor: forget a model and what it answered
delete from predictors where project_id = %(project_id)s and name = %(name)s returning cost_cents;

-- begin_version: the classes have changed since a model was put, so that it is asked another question
update predictors set version = %(version)s, answered = 0, unanswered = 0, updated_at = now()
where project_id = %(project_id)s and name = %(name)s and revision = %(revision)s and version <> %(version)s;

-- tasks_to_ask: tasks that have no answer in this version: tests first, since they prove a model, then in the order of work
select t.id, t.item_id
from tasks t join batches b on b.id = t.batch_id
where t.project_id = %(project_id)s and t.state <> 'canceled' and b.state in ('in_progress', 'completed')
  and not exists (select from model_answers a
                  where a.task_id = t.id and a.predictor = %(name)s and a.version = %(version)s)
order by t.gold is null, t.state <> 'pending',
         not exists (select from ready r where r.task_id = t.id), b.priority, t.position
limit %(limit)s;

-- book: what a batch has cost, whatever became of it; the row is locked until the answers are stored
update predictors set
  requests = requests + %(requests)s, tokens_in = tokens_in + %(tokens_in)s, tokens_out = tokens_out + %(tokens_out)s,
  cost_cents = cost_cents + %(cents)s, updated_at = now()
where project_id = %(project_id)s and name = %(name)s
returning revision, version;

-- save_answers: what a model said of tasks, and how many of them that are
with given as (
  select (row ->> 'task_id')::bigint as task_id,
         case when jsonb_typeof(row -> 'p') = 'array'
              then array(select value::real from jsonb_array_elements_text(row -> 'p')) end as p
  from jsonb_array_elements(%(rows)s::jsonb -> 'rows') row
), saved as (
  insert into model_answers as a (org_id, project_id, task_id, predictor, version, probabilities)
  select %(org_id)s, %(project_id)s, t.id, %(name)s, %(version)s, g.p
  from given g join tasks t on t.id = g.task_id and t.project_id = %(project_id)s
  on conflict (task_id, predictor) do update set
    version = excluded.version, probabilities = excluded.probabilities, created_at = now()
  where a.version <> excluded.version
  returning probabilities
)
select count(*) filter (where probabilities is not null)::int as answered,
       count(*) filter (where probabilities is null)::int as unanswered
from saved;

-- propose: until learning has a word of its own, what a model of others says is the proposal; it is of version 0
insert into predictions as p (org_id, task_id, model_version, answer, probability)
select %(org_id)s, g.task_id, 0, g.answer::jsonb, g.probability
from unnest(%(task_ids)s::bigint[], %(answers)s::text[], %(probabilities)s::real[]) as g (task_id, answer, probability)
join tasks t on t.id = g.task_id
on conflict (task_id) do update set answer = excluded.answer, probability = excluded.probability
where p.model_version = 0;

-- tasks_of_items: the tasks of a project that ask about these items
select id as task_id, item_id, payload from tasks
where item_id = any(%(item_ids)s) and project_id = %(project_id)s and state <> 'canceled';

-- set_progress: how far a predictor is now
update predictors set
  state = %(state)s, answered = answered + %(answered)s, unanswered = unanswered + %(unanswered)s,
  last_error = coalesce(%(error)s, last_error), failures = %(failures)s, retry_at = %(retry_at)s, updated_at = now()
where project_id = %(project_id)s and name = %(name)s and revision = %(revision)s;

-- organization_slug: the short name of the organization of this transaction
select slug from organizations;

-- projects_to_ask: active projects of every organization where a model has something to do, or was not looked at for long
select distinct q.org_id, q.project_id
from predictors q join projects p on p.id = q.project_id
where p.state = 'active' and p.models <> 'none' and p.kind <> 'chat' and q.state <> 'budget_spent'
  and (q.retry_at is null or q.retry_at <= now())
  and (q.state <> 'up_to_date' or q.updated_at < now() - interval '10 minutes');
