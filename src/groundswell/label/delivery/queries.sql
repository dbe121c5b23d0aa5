-- labels: each task with its consensus, its review and, where nothing else is known, the model's proposal
select t.id as task_id, t.item_id, t.position, t.state, t.is_audit, t.gold, c.answer, c.probability::float8 as probability,
       c.annotations, c.source, r.answer as review, p.answer as proposal, p.probability::float8 as proposal_probability,
       p.model_version
from tasks t
left join consensus c on c.task_id = t.id
left join reviews r on r.task_id = t.id
left join predictions p on p.task_id = t.id
where t.project_id = %(project_id)s and t.state <> 'canceled'
order by t.position;

-- insert_certificate: what was certified
insert into certificates (org_id, project_id, body)
values (%(org_id)s, %(project_id)s, %(body)s) returning id;

-- newest_certificate: the last one that was issued for a project
select body from certificates where project_id = %(project_id)s order by id desc limit 1;
