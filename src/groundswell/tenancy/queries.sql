-- insert_organization: a new tenant; no row means that the name is taken
insert into organizations (id, slug, name) values (%(id)s, %(slug)s, %(name)s)
on conflict (slug) do nothing
returning id;

-- organization: the acting organization, with what those who label see of it
select id, slug, name, pseudonym, show_name from organizations where id = %(org_id)s;

-- set_appearance: what those who label see of the organization
update organizations set pseudonym = %(pseudonym)s, show_name = %(show_name)s where id = %(org_id)s;

-- upsert_user: a person, known by e-mail address
insert into users (id, email, name) values (%(id)s, %(email)s, %(name)s)
on conflict (email) do update set name = users.name
returning id;

-- insert_member: give a person a role in an organization
insert into members (org_id, user_id, role) values (%(org_id)s, %(user_id)s, %(role)s)
on conflict (org_id, user_id) do nothing;

-- member_by_email: a member of an organization
select o.id as org_id, o.slug as org_slug, shown_name(o, m.role) as org_name, u.id as user_id, u.email, u.name, m.role,
       o.task_key
from members m join organizations o on o.id = m.org_id join users u on u.id = m.user_id
where o.slug = %(slug)s and u.email = %(email)s;

-- list_members: people of the organization, by e-mail address
select o.id as org_id, o.slug as org_slug, o.name as org_name, u.id as user_id, u.email, u.name, m.role, o.task_key
from members m join organizations o on o.id = m.org_id join users u on u.id = m.user_id
where u.email > %(after)s
order by u.email
limit %(limit)s;

-- member: one person of the organization
select o.id as org_id, o.slug as org_slug, o.name as org_name, u.id as user_id, u.email, u.name, m.role, o.task_key
from members m join organizations o on o.id = m.org_id join users u on u.id = m.user_id
where m.user_id = %(user_id)s;

-- lock_admins: who the admins are; nobody else changes that until this transaction ends
select user_id from members where role = 'admin' order by user_id for update;

-- set_role: what a member may do from now on
update members set role = %(role)s where user_id = %(user_id)s returning user_id;

-- insert_sign_in_token: a link that may be used once
insert into sign_in_tokens (token_hash, org_id, user_id, expires_at)
values (%(token_hash)s, %(org_id)s, %(user_id)s, %(expires_at)s);

-- take_sign_in_token: use a link up; no row means used, expired or never given
delete from sign_in_tokens where token_hash = %(token_hash)s and expires_at > %(now)s
returning org_id, user_id;

-- insert_session: a signed-in browser
insert into sessions (token_hash, org_id, user_id, expires_at)
values (%(token_hash)s, %(org_id)s, %(user_id)s, %(expires_at)s);

-- member_by_session: who a session cookie belongs to
select o.id as org_id, o.slug as org_slug, shown_name(o, m.role) as org_name, u.id as user_id, u.email, u.name, m.role,
       o.task_key
from sessions s
join members m on m.org_id = s.org_id and m.user_id = s.user_id
join organizations o on o.id = s.org_id join users u on u.id = s.user_id
where s.token_hash = %(token_hash)s and s.expires_at > %(now)s;

-- delete_session: sign out
delete from sessions where token_hash = %(token_hash)s;

-- delete_expired: tokens and sessions that ended
with gone as (delete from sign_in_tokens where expires_at < %(now)s),
told as (delete from access_ended where at < %(now)s - interval '1 day')
delete from sessions where expires_at < %(now)s;

-- insert_api_key: a key; only its hash is kept
insert into api_keys (org_id, id, user_id, name, prefix, key_hash)
values (%(org_id)s, %(id)s, %(user_id)s, %(name)s, %(prefix)s, %(key_hash)s);

-- list_api_keys: the keys of the organization and of its sandbox, never the secrets
select k.id, k.name, k.prefix, k.created_at, k.revoked_at, o.sandbox_of is not null as is_test
from api_keys k join organizations o on o.id = k.org_id
where o.id = %(org_id)s or o.sandbox_of = %(org_id)s
order by k.created_at;

-- revoke_api_key: end a key of the organization or of its sandbox at once
update api_keys k set revoked_at = %(now)s from organizations o
where k.id = %(id)s and k.revoked_at is null and o.id = k.org_id and (o.id = %(org_id)s or o.sandbox_of = %(org_id)s)
returning k.id;

-- sandbox: where the programs of an organization are tried; itself, if it is one
select id from organizations where sandbox_of = %(org_id)s or (id = %(org_id)s and sandbox_of is not null);

-- make_sandbox: a sandbox under a name that is free; no row if somebody else makes one, or took the name
insert into organizations (id, slug, name, sandbox_of)
select %(id)s, rtrim(left(o.slug, %(longest)s), '-') || '-test' || coalesce(taken.number::text, ''), o.name || ' (test)', o.id
from organizations o cross join lateral (
  select case when exists (select from organizations where slug = rtrim(left(o.slug, %(longest)s), '-') || '-test')
         then 1 + (random() * 100000)::int end as number
) taken
where o.id = %(org_id)s
on conflict do nothing
returning id;

-- join_sandbox: the role of a member of the organization holds in its sandbox
insert into members (org_id, user_id, role) values (%(org_id)s, %(user_id)s, %(role)s)
on conflict (org_id, user_id) do update set role = excluded.role;

-- insert_audit: who did what
insert into audit_log (org_id, user_id, action, subject, detail)
values (%(org_id)s, %(user_id)s, %(action)s, %(subject)s, %(detail)s);

-- callers: who these secrets belong to, keys and sessions alike
select s.token_hash as secret, s.expires_at, o.id as org_id, o.slug as org_slug, shown_name(o, m.role) as org_name, u.id as user_id,
       u.email, u.name, m.role, o.task_key,
       o.sandbox_of is not null as is_sandbox
from sessions s
join members m on m.org_id = s.org_id and m.user_id = s.user_id
join organizations o on o.id = s.org_id join users u on u.id = s.user_id
where s.token_hash = any(%(secrets)s)
union all
select k.key_hash as secret, null as expires_at, o.id as org_id, o.slug as org_slug, shown_name(o, m.role) as org_name, u.id as user_id,
       u.email, u.name, m.role, o.task_key,
       o.sandbox_of is not null as is_sandbox
from api_keys k
join members m on m.org_id = k.org_id and m.user_id = k.user_id
join organizations o on o.id = k.org_id join users u on u.id = k.user_id
where k.key_hash = any(%(secrets)s) and k.revoked_at is null;

-- access_ended: keys and sessions that ended, or whose member changed, since then
select secret from access_ended where at > %(since)s;

-- database_time: what the database's clock says
select now();

-- every_organization: the id and short name of every tenant, for duties that serve all
select id, slug from organizations order by slug;
