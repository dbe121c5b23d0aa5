-- Files that people hand in as answers: who, for which task, and what they are. Their bytes lie among the uploads, by
-- digest; a row is what lets somebody fetch them.
create table handed_files (
  org_id uuid not null,
  digest text not null check (digest ~ '^[0-9a-f]{64}$'),
  project_id bigint not null,
  task_id bigint not null,
  worker_id bigint not null,
  name text not null,
  media_type text not null,
  size_bytes bigint not null,
  handed_at timestamptz not null default now(),
  primary key (task_id, worker_id, digest),
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade,
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade,
  foreign key (org_id, worker_id) references workers (org_id, id)
);
create index handed_files_by_digest on handed_files (org_id, digest);

call protect_tenant_tables();
