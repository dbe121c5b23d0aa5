-- Label kinds beyond the choice of one class: what a project decides besides its classes, and answers of any shape.

-- How far people agree, where no model is trained that would report it.
alter table progress add column agreement real;

alter table ontologies add column options jsonb not null default '{}';

-- ── reading ──────────────────────────────────────────────────────────────────────────────────────

-- Answers in terms of the present classes. `said` is what an answer says, as text: the class that it chooses, or all of it;
-- null where it must be asked again. The subqueries run only for answers of older versions: a project that never
-- changed pays nothing.
drop view present_annotations;
create view present_annotations with (security_invoker = true) as
select a.id, a.project_id, a.task_id, a.worker_id, a.revision, a.late, a.ontology_version, a.guideline_version,
       a.active_ms, a.created_at,
       case when not a.answer ? 'choice' then a.answer::text
            when a.ontology_version = p.ontology_version then a.answer ->> 'choice'
            else (select m.to_class from class_mappings m
                  where m.project_id = a.project_id and m.from_version = a.ontology_version
                    and m.class = a.answer ->> 'choice') end as said,
       case when not a.answer ? 'choice' or a.ontology_version = p.ontology_version then a.answer
            else (select jsonb_build_object('choice', m.to_class) from class_mappings m
                  where m.project_id = a.project_id and m.from_version = a.ontology_version
                    and m.class = a.answer ->> 'choice' and m.to_class is not null) end as answer
from annotations a join projects p on p.id = a.project_id;
grant select on present_annotations to groundswell_app;
