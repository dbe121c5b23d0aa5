-- save_review: a trusted person's verdict on a task
insert into reviews (org_id, project_id, task_id, user_id, reviewer, answer)
select %(org_id)s, %(project_id)s, g.task_id, %(user_id)s, %(reviewer)s, g.answer::jsonb
from unnest(%(task_ids)s::bigint[], %(answers)s::text[]) as g (task_id, answer)
join tasks t on t.id = g.task_id and t.project_id = %(project_id)s
on conflict (task_id) do update set
  answer = excluded.answer, reviewer = excluded.reviewer, user_id = excluded.user_id, created_at = now();

-- labels_to_accept: labels of these tasks that no review has made final
select c.task_id, c.answer from consensus c
where c.task_id = any(%(task_ids)s) and c.project_id = %(project_id)s
  and not exists (select from reviews r where r.task_id = c.task_id);

-- payloads: what is seen of tasks
select id as task_id, payload from tasks where id = any(%(task_ids)s) and project_id = %(project_id)s;

-- user_name: how a member is called
select name from users where id = %(user_id)s;

-- judged_answers: what each worker said of these tasks before any reviewer spoke to him, in the classes of now
select distinct on (a.task_id, a.worker_id) a.task_id, a.worker_id,
       a.answer, r.answer as before
from present_annotations a left join reviews r on r.task_id = a.task_id
where a.task_id = any(%(task_ids)s) and a.project_id = %(project_id)s and a.said is not null
  and a.id <= coalesce((select min(x.annotation_id) from returned_tasks x
                        where x.task_id = a.task_id and x.worker_id = a.worker_id), a.id)
order by a.task_id, a.worker_id, a.revision desc;

-- withdraw_reviews: the labels of these tasks are final; nobody need review them
update review_work set state = 'done'
where task_id = any(%(task_ids)s) and project_id = %(project_id)s and state <> 'done' and rereview_of is null;

-- ── leasing ──

-- one_at_a_time: a reviewer's requests wait for each other, so that he cannot pass his own limits by haste
select pg_advisory_xact_lock(hashtextextended('reviewer:' || %(user_id)s::text, 0));

-- lease_reviews: up to `want` reviews for one reviewer: those that he holds, and new ones
-- New are those that are open or whose lease ran out, of tasks that he neither labelled nor judged in this
-- round; a blind second look goes to somebody who never judged the task. The lower level comes first: who has
-- given the first verdicts would otherwise walk past all the second ones, which are not for him, each time;
-- `not_for` makes that walk cheap where nothing else is left.
-- What is shown is fixed here; OFFSET 0 keeps each `not exists` a probe of an index for each row.
with own as (
  select r.id, r.task_id from review_work r
  where r.project_id = %(project_id)s and r.state = 'leased' and r.reviewer = %(user_id)s
  order by r.id limit %(want)s
  for update
), fresh as (
  select r.id, r.task_id, r.level from review_work r
  where r.project_id = %(project_id)s and r.state <> 'done' and (r.state = 'open' or r.expires_at < now())
    and r.reviewer is distinct from %(user_id)s and not (%(user_id)s = any(r.not_for))
    and not exists (select from annotations a where a.task_id = r.task_id
                    and a.worker_id = (select id from workers where user_id = %(user_id)s) offset 0)
    and not exists (select from review_work o where o.task_id = r.task_id and o.reviewer = %(user_id)s
                    and (o.round = r.round or r.rereview_of is not null) offset 0)
    and exists (select from tasks t where t.id = r.task_id and t.state <> 'canceled' offset 0)
  order by r.level, r.id
  limit %(want)s
  for update of r skip locked
), chosen as (
  select id from own
  union all
  (select id from (select distinct on (task_id) id, level from fresh order by task_id, level, id) once
   order by level, id limit greatest(0, %(want)s - (select count(*) from own)))
)
update review_work r set
  state = 'leased', reviewer = %(user_id)s, expires_at = now() + make_interval(secs => %(lease_seconds)s),
  label = case when r.rereview_of is null then (select answer from consensus c where c.task_id = r.task_id)
               else r.label end,
  annotation_ids = case when r.rereview_of is null then array(
    select max(a.id) from annotations a where a.task_id = r.task_id group by a.worker_id order by 1
  ) else r.annotation_ids end
from chosen where r.id = chosen.id
returning r.id;

-- lapse_returns: review anew what was returned and not answered in time
insert into review_work (org_id, project_id, task_id, round, level, reason)
select distinct w.org_id, w.project_id, w.task_id, w.round + 1, 1, 'lapsed'
from returned_tasks x join review_work w on w.id = x.review_id
where x.project_id = %(project_id)s and x.answered_at is null and x.created_at < now() - make_interval(days => %(days)s)
  and not exists (select from reviews r where r.task_id = x.task_id)
on conflict do nothing;

-- shown_reviews: what a reviewer sees of the reviews that he holds, in the classes of now
select r.id as review_id, r.task_id, t.item_id, t.payload, r.level, r.expires_at, r.label,
       coalesce((select jsonb_agg(jsonb_build_object('annotation_id', a.id,
                                                     'answer', a.answer) order by a.id)
                 from present_annotations a where a.id = any(r.annotation_ids)), '[]') as answers
from review_work r join tasks t on t.id = r.task_id
where r.id = any(%(review_ids)s) order by r.level, r.id;

-- ── verdicts ──

-- held_review: a review as its verdict meets it
select r.id as review_id, r.task_id, r.round, r.level, r.rereview_of, r.state, r.reviewer, r.label, r.annotation_ids,
       (select answer from consensus c where c.task_id = r.task_id) as label_now,
       array(select max(a.id) from annotations a where a.task_id = r.task_id group by a.worker_id order by 1)
         as annotations_now,
       exists (select from annotations a where a.task_id = r.task_id
               and a.worker_id = (select id from workers where user_id = %(user_id)s)) as labelled_it,
       v.decision as said, v.idempotency_key as said_key
from review_work r left join verdicts v on v.review_id = r.id
where r.id = %(review_id)s and r.project_id = %(project_id)s
for update of r;

-- insert_verdict: what a reviewer says; no row means that the key was used for another review
insert into verdicts (org_id, review_id, project_id, task_id, user_id, decision, answer, reason, rejected, idempotency_key)
values (%(org_id)s, %(review_id)s, %(project_id)s, %(task_id)s, %(user_id)s, %(decision)s, %(answer)s::jsonb,
        %(reason)s, %(rejected)s, %(idempotency_key)s)
on conflict do nothing
returning id;

-- end_review: a review is decided
update review_work set state = 'done' where id = %(review_id)s;

-- next_level: ask for the verdict of the next level
insert into review_work (org_id, project_id, task_id, round, level, reason, not_for)
select org_id, project_id, task_id, round, level + 1, 'level', not_for || reviewer from review_work where id = %(review_id)s
on conflict do nothing;

-- ask_rereview: ask another reviewer for a blind verdict on what this one was shown
insert into review_work (org_id, project_id, task_id, round, level, reason, rereview_of, label, annotation_ids, not_for)
select r.org_id, r.project_id, r.task_id, r.round, r.level, 'rereview', r.id, r.label, r.annotation_ids,
       array(select distinct v.user_id from verdicts v where v.task_id = r.task_id)
from review_work r where r.id = %(review_id)s
on conflict do nothing;

-- rejections_within_an_hour: how many answers of one of these workers a reviewer has rejected, the most of any
select count(*)::int from returned_tasks r
where r.reviewer = %(user_id)s and r.created_at > now() - interval '1 hour'
  and r.worker_id in (select worker_id from annotations where id = any(%(rejected)s))
group by r.worker_id order by 1 desc limit 1;

-- return_answers: rejected answers go back to their workers, with the evidence
insert into returned_tasks (org_id, project_id, task_id, worker_id, annotation_id, review_id, reviewer, reason, evidence)
select a.org_id, a.project_id, a.task_id, a.worker_id, a.id, %(review_id)s, %(user_id)s, %(reason)s,
       jsonb_build_object('annotation_id', a.id, 'answer', a.answer, 'should_be', %(should_be)s::jsonb)
from annotations a where a.id = any(%(rejected)s) and a.task_id = %(task_id)s
order by a.id;

-- ── reviewers ──

-- reviewer_counts: who said what how often in a project
select v.user_id, coalesce(u.name, 'a former member') as name,
       count(*) filter (where v.decision = 'accept')::int as accepted,
       count(*) filter (where v.decision = 'reject')::int as rejected,
       count(*) filter (where v.decision = 'fix')::int as fixed
from verdicts v left join users u on u.id = v.user_id
where v.project_id = %(project_id)s
group by v.user_id, u.name order by count(*) desc, v.user_id;

-- compared_verdicts: pairs of a verdict and its blind repetition
select r.label, one.user_id as one_user, one.decision as one_decision, one.answer as one_answer,
       other.user_id as other_user, other.decision as other_decision, other.answer as other_answer
from review_work r
join verdicts other on other.review_id = r.id
join verdicts one on one.review_id = r.rereview_of
where r.project_id = %(project_id)s and r.rereview_of is not null;

-- ── answers that are changed ──

-- returned_of: the open returns of a worker, the oldest first; a label that is final asks nobody any more
select x.id as return_id, x.project_id, x.task_id, t.item_id, t.payload, x.annotation_id, a.answer, x.reason,
       x.evidence, x.created_at
from returned_tasks x join tasks t on t.id = x.task_id join annotations a on a.id = x.annotation_id
where x.worker_id = %(worker_id)s and x.answered_at is null and t.state <> 'canceled' and x.id > %(after)s
  and x.created_at > now() - make_interval(days => %(days)s)
  and not exists (select from reviews r where r.task_id = x.task_id)
order by x.id limit %(limit)s;

-- returned_task: whose a return is, and of which task
select project_id, task_id from returned_tasks where id = %(return_id)s and worker_id = %(worker_id)s;

-- own_task: the task that a worker's annotation answers
select task_id from annotations
where id = %(annotation_id)s and worker_id = %(worker_id)s and project_id = %(project_id)s;

-- lock_answer: changes of one worker's answer to one task wait for each other
select pg_advisory_xact_lock(hashtextextended('answer:' || %(task_id)s::bigint || ':' || %(worker_id)s::bigint, 0));

-- stored_under: what an earlier edit with this key stored
select id, task_id from annotations where worker_id = %(worker_id)s and idempotency_key = %(key)s;

-- may_edit: what decides whether a worker may change his answer to a task
select t.state, exists (select from reviews r where r.task_id = t.id) as is_final,
       coalesce((select max(d.delivered_at) from deliveries d where d.project_id = t.project_id) > (
         select max(a.created_at) from annotations a where a.task_id = t.id and a.worker_id = %(worker_id)s
       ), false) as is_delivered,
       exists (select from returned_tasks x where x.task_id = t.id and x.worker_id = %(worker_id)s
               and x.answered_at is null and x.created_at > now() - make_interval(days => %(days)s)) as is_returned
from tasks t where t.id = %(task_id)s;

-- insert_revision: the next revision of a worker's answer, its seconds in the ledger, and word of it to settling
-- It earns nothing more: the answer was paid when it was first given.
with stored as (
  insert into annotations (org_id, project_id, task_id, worker_id, revision, answer, active_ms, late,
                           ontology_version, guideline_version, idempotency_key)
  select a.org_id, a.project_id, a.task_id, a.worker_id, a.revision + 1, %(answer)s::jsonb,
         greatest(0, least(%(active_ms)s, extract(epoch from now() - a.created_at) * 1000))::int, a.late,
         p.ontology_version, p.guideline_version, %(key)s
  from annotations a join projects p on p.id = a.project_id
  where a.task_id = %(task_id)s and a.worker_id = %(worker_id)s
  order by a.revision desc limit 1
  returning id, org_id, project_id, task_id, worker_id, active_ms
), noted as (
  insert into ledger (org_id, worker_id, annotation_id, seconds, price_cents)
  select org_id, worker_id, id, active_ms / 1000.0, 0 from stored
), told as (
  insert into unsettled (org_id, project_id, task_id, worker_id, answered)
  select org_id, project_id, task_id, worker_id, false from stored
)
select id from stored;

-- answer_returns: a worker has answered what was returned to him of a task; returns how many he had
with answered as (
  update returned_tasks set answered_at = now()
  where task_id = %(task_id)s and worker_id = %(worker_id)s and answered_at is null
  returning id
)
select count(*)::int from answered;

-- next_round: review a task anew, once every answer that was returned is answered
-- Who keeps to his answer is judged by somebody else than who rejected it.
insert into review_work (org_id, project_id, task_id, round, level, reason, not_for)
select w.org_id, w.project_id, w.task_id, w.round + 1, 1, 'revised', array(
         select distinct x.reviewer from returned_tasks x
         where x.review_id = w.id and x.evidence -> 'answer' = (
           select a.answer from annotations a where a.task_id = x.task_id and a.worker_id = x.worker_id
           order by a.revision desc limit 1))
from review_work w
where w.id = (select max(review_id) from returned_tasks where task_id = %(task_id)s)
  and not exists (select from returned_tasks x where x.task_id = %(task_id)s and x.answered_at is null)
on conflict do nothing;

-- task_state: whether a task is of this project, and its state
select state from tasks where id = %(task_id)s and project_id = %(project_id)s;

-- history: every revision of every answer to a task, or of one member's own
select a.id as annotation_id, a.worker_id, a.revision, a.answer, a.late, a.active_ms, a.created_at
from annotations a join workers w on w.id = a.worker_id
where a.task_id = %(task_id)s and a.project_id = %(project_id)s and (%(everybody)s or w.user_id = %(user_id)s)
order by a.worker_id, a.revision;

-- ── the customer's audit ──

-- is_delivered: whether a dataset version is a delivery of a project
select true from deliveries where project_id = %(project_id)s and dataset_version = %(dataset_version)s;

-- save_audits: verdicts of the customer on delivered labels; a later one of the same person replaces it
insert into audits (org_id, project_id, dataset_version, task_id, user_id, verdict, comment)
select t.org_id, t.project_id, %(dataset_version)s, t.id, %(user_id)s, g.verdict, g.comment
from unnest(%(task_ids)s::bigint[], %(verdicts)s::text[], %(comments)s::text[]) as g (task_id, verdict, comment)
join tasks t on t.id = g.task_id and t.project_id = %(project_id)s and t.state <> 'canceled'
order by t.id
on conflict (task_id, dataset_version, user_id) do update set
  verdict = excluded.verdict, comment = excluded.comment, created_at = now();

-- list_audits: the customer's verdicts, a page at a time
select a.id as audit_id, a.task_id, t.item_id, a.dataset_version, a.verdict, a.comment, a.user_id, a.created_at
from audits a join tasks t on t.id = a.task_id
where a.project_id = %(project_id)s and a.id > %(after)s
  and (%(dataset_version)s::int is null or a.dataset_version = %(dataset_version)s)
order by a.id limit %(limit)s;

-- audit_counts: how many labels the customer has judged, and approved
select count(*)::int as audited, count(*) filter (where verdict = 'approve')::int as approved
from audits
where project_id = %(project_id)s and (%(dataset_version)s::int is null or dataset_version = %(dataset_version)s);
