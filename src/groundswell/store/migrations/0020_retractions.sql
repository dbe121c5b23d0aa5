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

-- Annotations stay as they are, for good; a row here keeps one from counting. Undoing takes the row away.
create table retracted_annotations (
  org_id uuid not null,
  annotation_id bigint primary key,
  retraction_id bigint not null,
  project_id bigint not null,
  task_id bigint not null,
  foreign key (org_id, retraction_id) references retractions (org_id, id) on delete cascade
);
create index retracted_by_retraction on retracted_annotations (retraction_id);
create index retracted_by_project on retracted_annotations (project_id);

-- Answers in terms of the present classes; `choice` is null where the class must be asked again, and where the
-- answer was retracted.
create or replace view present_annotations with (security_invoker = true) as
select a.id, a.project_id, a.task_id, a.worker_id, a.revision, a.late, a.ontology_version, a.guideline_version,
       a.active_ms, a.created_at,
       case when exists (select from retracted_annotations r where r.annotation_id = a.id) then null
            when a.ontology_version = p.ontology_version then a.answer ->> 'choice'
            else (select m.to_class from class_mappings m
                  where m.project_id = a.project_id and m.from_version = a.ontology_version
                    and m.class = a.answer ->> 'choice') end as choice
from annotations a join projects p on p.id = a.project_id;

call protect_tenant_tables();

revoke update on retracted_annotations from groundswell_app;
revoke delete on retractions from groundswell_app;
