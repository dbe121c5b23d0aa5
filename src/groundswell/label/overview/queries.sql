-- task_states: how many tasks are in each state, as the batches count them
select coalesce(sum(pending), 0)::int as pending, coalesce(sum(completed), 0)::int as completed,
       coalesce(sum(canceled), 0)::int as canceled, coalesce(sum(error), 0)::int as error
from batch_progress where project_id = %(project_id)s;

-- label_sources: labels by whom they are from
select source, count(*)::int as number from consensus where project_id = %(project_id)s group by source;

-- label_classes: labels by class, the most frequent first
select label, count(*)::int as number from consensus
where project_id = %(project_id)s and label is not null
group by label order by number desc, label limit %(limit)s;

-- label_doubt: labels by their probability, in ten bins
select least(9, floor(probability * 10))::int as bin, count(*)::int as number
from consensus where project_id = %(project_id)s group by 1;

-- hours: what happened hour by hour, the oldest first
select hour, answers, completed, seconds, price_cents from project_hours
where project_id = %(project_id)s and hour > now() - make_interval(days => %(days)s)
order by hour;

-- totals: what people did and earned from the beginning, and what models of others cost
select coalesce(sum(seconds), 0)::float8 as seconds, coalesce(sum(price_cents), 0)::bigint as people_cents,
       (select coalesce(sum(cost_cents), 0)::float8 from predictors where project_id = %(project_id)s) as models_cents
from project_hours where project_id = %(project_id)s;

-- review_counts: how far review is
select count(*) filter (where w.state = 'open')::int as waiting, count(*) filter (where w.state = 'leased')::int as leased,
       (select count(*) from verdicts where project_id = %(project_id)s and decision = 'accept')::int as accepted,
       (select count(*) from verdicts where project_id = %(project_id)s and decision = 'reject')::int as rejected,
       (select count(*) from verdicts where project_id = %(project_id)s and decision = 'fix')::int as fixed,
       (select count(*) from returned_tasks where project_id = %(project_id)s and answered_at is null)::int as returned
from review_work w where w.project_id = %(project_id)s and w.state <> 'done';

-- certificate: the newest certificate
select body from certificates where project_id = %(project_id)s order by id desc limit 1;

-- open_flags: flags that nobody has resolved
select count(*)::int from comments where project_id = %(project_id)s and is_flag and resolved_at is null;
