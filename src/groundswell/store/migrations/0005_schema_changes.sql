-- A live label schema may change, and change back; instructions are read inside the platform, and every view is logged.

-- ── ontologies ───────────────────────────────────────────────────────────────────────────────────

-- `mapping` says what each class of the version `made_from` became, null where it must be asked again;
-- `inverse` what each class was, null where that cannot be told. A version that `restores` another means
-- exactly what that one meant, so its own mapping is never consulted.
alter table ontologies
  add column made_from int,
  add column restores int,
  add column operations jsonb not null default '[]',
  add column mapping jsonb not null default '{}',
  add column inverse jsonb not null default '{}',
  add column created_by uuid,
  add check ((made_from is null) = (version = 1)),
  add foreign key (project_id, made_from) references ontologies (project_id, version),
  add foreign key (project_id, restores) references ontologies (project_id, version);
revoke update, delete on ontologies from groundswell_app;

-- What a class of an older version is in the present one, null where it must be asked again. Made anew by each
-- change, so that reading an answer is one probe however many changes there were; empty for a project
-- that never changed.
create table class_mappings (
  org_id uuid not null,
  project_id bigint not null,
  from_version int not null,
  class text not null,
  to_class text,
  primary key (project_id, from_version, class),
  foreign key (project_id, from_version) references ontologies (project_id, version) on delete cascade,
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
);

-- Labels as they were before a change that could not be read backwards, under the version in which they were
-- made: what puts them back exactly. `row` is the whole row; of a task that a change reopened, its state, and
-- how many answers counted then: with as many again it is settled again.
create table label_origins (
  org_id uuid not null,
  project_id bigint not null,
  task_id bigint not null,
  what text not null check (what in ('gold', 'consensus', 'review', 'state')),
  version int not null,
  row jsonb not null,
  primary key (task_id, what),
  foreign key (org_id, task_id) references tasks (org_id, id) on delete cascade
);
create index label_origins_by_project on label_origins (project_id);

-- ── what a change does ───────────────────────────────────────────────────────────────────────────
--
-- Both functions take `meanings`: for every class of every version, what it means at present and after the change
-- (null: it must be asked again), and whether that step can be read backwards (exact). The dry run counts what
-- they return, the change carries it out: so the two cannot disagree.

-- Every label of a project with what becomes of it. A label that an earlier change replaced is carried over
-- from what it was originally (`original`), unless somebody has given another since. `keep`: this change
-- could not be read backwards, so what the label was must be kept.
create function label_moves(of_project bigint, of_version int, meanings jsonb)
  returns table (task_id bigint, what text, present text, after text, original boolean, keep boolean)
  language sql stable
as $$
  with meaning as (
    select * from jsonb_to_recordset(meanings) as m (version int, class text, present text, after text, exact boolean)
  ), labels as (
    select t.id as task_id, 'gold' as what, t.gold as choice, null::timestamptz as made
    from tasks t where t.project_id = of_project and t.gold is not null
    union all
    select c.task_id, 'consensus', c.answer ->> 'choice', null from consensus c where c.project_id = of_project
    union all
    select r.task_id, 'review', r.answer ->> 'choice', r.created_at from reviews r where r.project_id = of_project
  ), origins as (
    select o.task_id, o.what, m.present, m.after, (o.row ->> 'created_at')::timestamptz as made
    from label_origins o
    join meaning m on m.version = o.version and m.class = coalesce(o.row ->> 'gold', o.row -> 'answer' ->> 'choice')
    where o.project_id = of_project and o.what <> 'state'
  ), both_of as (
    select task_id, what, l.choice, o.present, o.after,
           o.task_id is not null and o.present is not distinct from l.choice
           and (l.made is null or l.made = o.made) as original
    from labels l full join origins o using (task_id, what)
  )
  select b.task_id, b.what, b.choice, case when b.original then b.after else m.after end, b.original,
         not b.original and b.choice is not null and not coalesce(m.exact, false)
  from both_of b left join meaning m on m.version = of_version and m.class = b.choice
  where b.choice is not null or (b.original and b.after is not null)
$$;

-- The tasks that must be asked again: their label goes, or fewer answers count than the project wants.
-- `answers` count at present; `missing` is how many it will take, at most: a model may settle some.
create function tasks_to_ask(of_project bigint, of_version int, meanings jsonb)
  returns table (task_id bigint, batch_id bigint, "position" int, state text, answers int, missing int)
  language sql stable
as $$
  with meaning as (
    select * from jsonb_to_recordset(meanings) as m (version int, class text, present text, after text)
  ), unlabelled as (
    select m.task_id from label_moves(of_project, of_version, meanings) m
    where m.what = 'consensus' and m.present is not null and m.after is null
  ), losing as (
    select distinct a.task_id from annotations a
    join meaning m on m.version = a.ontology_version and m.class = a.answer ->> 'choice'
    where a.project_id = of_project and m.present is not null and m.after is null
  ), answers as (
    select a.task_id, count(distinct a.worker_id) filter (where m.present is not null)::int as present,
           count(distinct a.worker_id) filter (where m.after is not null)::int as after
    from losing join annotations a using (task_id)
    join meaning m on m.version = a.ontology_version and m.class = a.answer ->> 'choice'
    group by a.task_id
  )
  select t.id, t.batch_id, t.position, t.state, coalesce(a.present, 0),
         greatest(1, least(coalesce(a.present, 0), w.answers) - least(coalesce(a.after, 0), w.answers))
  from tasks t
  join batches b on b.id = t.batch_id and b.state <> 'cancelled'
  join (select p.id, p.target_probability is null as evenly,
               case when p.target_probability is null then p.answers else p.max_answers end::int as answers
        from projects p) w on w.id = t.project_id
  left join answers a on a.task_id = t.id
  left join unlabelled u on u.task_id = t.id
  where t.project_id = of_project and t.state in ('pending', 'completed')
    and (u.task_id is not null or (w.evenly and a.after < a.present and a.after < w.answers))
$$;

-- ── guidelines ───────────────────────────────────────────────────────────────────────────────────

-- While they are locked, only those who manage or hold leased work may read a project's instructions.
alter table projects add column guidelines_locked boolean not null default false;
alter table guidelines add column created_by uuid;
revoke update, delete on guidelines from groundswell_app;

create table guideline_views (
  org_id uuid not null,
  id bigint generated always as identity primary key,
  project_id bigint not null,
  version int not null,
  user_id uuid not null references users,
  at timestamptz not null default now(),
  foreign key (project_id, version) references guidelines (project_id, version) on delete cascade,
  foreign key (org_id, project_id) references projects (org_id, id) on delete cascade
);
create index guideline_views_by_project on guideline_views (project_id, id);
create index guideline_views_by_reader on guideline_views (project_id, user_id, at);

call protect_tenant_tables();

revoke update, delete on guideline_views from groundswell_app;

-- ── reading ──────────────────────────────────────────────────────────────────────────────────────

-- Answers in terms of the present classes; `choice` is null where the class must be asked again. The subquery
-- runs only for answers of older versions: a project that never changed pays nothing.
create view present_annotations with (security_invoker = true) as
select a.id, a.project_id, a.task_id, a.worker_id, a.revision, a.late, a.ontology_version, a.guideline_version,
       a.active_ms, a.created_at,
       case when a.ontology_version = p.ontology_version then a.answer ->> 'choice'
            else (select m.to_class from class_mappings m
                  where m.project_id = a.project_id and m.from_version = a.ontology_version
                    and m.class = a.answer ->> 'choice') end as choice
from annotations a join projects p on p.id = a.project_id;
grant select on present_annotations to groundswell_app;
