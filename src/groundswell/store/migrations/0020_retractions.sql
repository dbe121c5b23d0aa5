-- Work that counts no more: answers of a worker within a time are retracted, with a reason, and can be given back.

-- `answers` is how many were retracted. `outcome` says what became of the labels, once new versions are delivered.
create table retractions (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  worker_id bigint not null,
  project_id bigint,
  since timestamptz not null,
  until timestamptz not null,
  reason text not null check (reason <> ''),
  answers int not null default 0,
  outcome jsonb,
  created_by uuid,
  created_at timestamptz not null default now(),
  undone_at timestamptz,
  check (since < until),
  unique (org_id, id),
  foreign key (org_id, worker_id) references workers (org_id, id),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
);

-- An annotation stays as it is, for good; this keeps it from counting. In its own row, so that reading answers costs
-- nothing more where nothing was retracted, which is nearly everywhere.
alter table annotations add column retraction_id bigint;
create index annotations_retracted on annotations (project_id, retraction_id) where retraction_id is not null;

-- The service cannot change annotations but by these two, which touch nothing else of them.
create function retract_annotations(retraction bigint, worker bigint, project bigint, since timestamptz, until timestamptz)
  returns setof bigint language sql security definer set search_path = public, pg_temp
as $$
  update annotations a set retraction_id = retraction
  where a.org_id = current_org() and a.worker_id = worker and a.project_id = project
    and a.created_at >= since and a.created_at < until and a.retraction_id is null
  returning a.task_id
$$;

create function restore_annotations(retraction bigint)
  returns table (project_id bigint, task_id bigint) language sql security definer set search_path = public, pg_temp
as $$
  update annotations a set retraction_id = null
  where a.org_id = current_org() and a.retraction_id = retraction
  returning a.project_id, a.task_id
$$;

revoke all on function retract_annotations, restore_annotations from public;
grant execute on function retract_annotations, restore_annotations to groundswell_app;

-- Answers in terms of the present classes. `said` is what an answer says, as text: the class that it chooses, or all of it;
-- null where it must be asked again, and where it was retracted. The subqueries run only for answers of older
-- versions: a project that never changed pays nothing.
create or replace view present_annotations with (security_invoker = true) as
select a.id, a.project_id, a.task_id, a.worker_id, a.revision, a.late, a.ontology_version, a.guideline_version,
       a.active_ms, a.created_at,
       case when a.retraction_id is not null then null
            when not a.answer ? 'choice' then a.answer::text
            when a.ontology_version = p.ontology_version then a.answer ->> 'choice'
            else (select m.to_class from class_mappings m
                  where m.project_id = a.project_id and m.from_version = a.ontology_version
                    and m.class = a.answer ->> 'choice') end as said,
       case when a.retraction_id is not null then null
            when not a.answer ? 'choice' or a.ontology_version = p.ontology_version then a.answer
            else (select jsonb_build_object('choice', m.to_class) from class_mappings m
                  where m.project_id = a.project_id and m.from_version = a.ontology_version
                    and m.class = a.answer ->> 'choice' and m.to_class is not null) end as answer
from annotations a join projects p on p.id = a.project_id;

call protect_tenant_tables();

revoke delete on retractions from groundswell_app;
