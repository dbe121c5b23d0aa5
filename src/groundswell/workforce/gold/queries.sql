-- gold_items: tasks of known answer with how skilled workers did on them, by id, one page
-- Skill is that of the kind of label, with the crowd's prior, and without the answer that is looked at: who missed the
-- item does not count as less skilled for it.
with project as (
  select p.id, p.org_id, p.kind, coalesce(c."right", %(prior_right)s::float8) as prior_right,
         coalesce(c.wrong, %(prior_wrong)s::float8) as prior_wrong,
         coalesce(c.median, %(prior_right)s::float8 / (%(prior_right)s::float8 + %(prior_wrong)s::float8)) as median
  from projects p left join crowds c on c.org_id = p.org_id and c.kind = p.kind
  where p.id = %(project_id)s
), items as (
  select t.id, t.gold, t.gold_suspended from tasks t
  where t.project_id = %(project_id)s and t.gold is not null and t.id > %(after)s
    and (%(suspended)s::boolean is null or t.gold_suspended = %(suspended)s::boolean)
  order by t.id limit %(limit)s
), answers as (
  select a.task_id, a.worker_id, a.said, a.said = i.gold as is_right
  from items i join present_annotations a on a.task_id = i.id and a.revision = 1 and a.said is not null
), tallies as (
  select e.worker_id,
         coalesce(sum(e.total) filter (where e.source <> 'consensus'), 0) as checked,
         coalesce(sum(e.correct) filter (where e.source <> 'consensus'), 0) as checked_right,
         coalesce(sum(e.total) filter (where e.source = 'consensus'), 0) as agreed,
         coalesce(sum(e.correct) filter (where e.source = 'consensus'), 0) as agreed_right
  from evidence e join projects p on p.id = e.project_id join project on p.org_id = project.org_id and p.kind = project.kind
  where e.worker_id in (select worker_id from answers)
  group by e.worker_id
), skilled as (
  select a.task_id, a.said, a.is_right, s.skill
  from answers a join tallies y using (worker_id) cross join project cross join lateral (
    select least(%(consensus_weight)s::float8, coalesce(%(consensus_most)s::float8 / nullif(y.agreed, 0), 0)) as share) h
  cross join lateral (
    select (project.prior_right + greatest(y.checked_right + h.share * y.agreed_right - a.is_right::int, 0))
           / (project.prior_right + project.prior_wrong + greatest(y.checked + h.share * y.agreed - 1, 0)) as skill) s
  where s.skill > project.median
), said as (
  select task_id, jsonb_object_agg(said, times) as said
  from (select task_id, said, count(*) as times from skilled where said is not null group by task_id, said) each
  group by task_id
), summed as (
  select task_id, count(*)::int as answers, (count(*) filter (where is_right))::int as "right", avg(skill)::float8 as skill
  from skilled group by task_id
)
select i.id as task_id, i.gold, i.gold_suspended as suspended, coalesce(s.answers, 0) as answers,
       coalesce(s."right", 0) as "right", coalesce(s.skill, 0)::float8 as skill, coalesce(d.said, '{}') as said
from items i left join summed s on s.task_id = i.id left join said d on d.task_id = i.id
order by i.id;

-- suspend_gold: these tasks are not used as tests any more
update tasks set gold_suspended = true
where id = any(%(task_ids)s) and project_id = %(project_id)s and gold is not null and not gold_suspended
returning id;

-- answers_to_tests: what each worker answered to these tests, the first time
select task_id, worker_id, answer ->> 'choice' as choice from annotations
where task_id = any(%(task_ids)s) and revision = 1;

-- gold_task: a task of known answer with the classes that its project knows
select t.gold, t.gold_suspended as suspended, o.classes
from tasks t join projects p on p.id = t.project_id
join ontologies o on o.project_id = p.id and o.version = p.ontology_version
where t.id = %(task_id)s and t.project_id = %(project_id)s and t.gold is not null
for update of t;

-- set_gold: correct the key of a test, or take it out of use or into it again
update tasks set gold = %(gold)s, gold_suspended = %(suspended)s where id = %(task_id)s;

-- project_exists: whether there is such a project
select exists (select from projects where id = %(project_id)s);
