-- may_speak: whether a person has or had a task in hands
select exists (select from leases where task_id = %(task_id)s and worker_id = %(worker_id)s)
    or exists (select from annotations where task_id = %(task_id)s and worker_id = %(worker_id)s)
    or exists (select from ended_leases where task_id = %(task_id)s and worker_id = %(worker_id)s);

-- task_of: whether there is such a task in the project
select id from tasks where id = %(task_id)s and project_id = %(project_id)s;

-- insert_comment: somebody says something
insert into comments (org_id, project_id, task_id, user_id, body, is_flag)
values (current_org(), %(project_id)s, %(task_id)s, %(user_id)s, %(body)s, %(is_flag)s)
returning id;

-- thread: what was said of a task, the oldest first
select c.id, c.project_id, c.task_id, c.user_id, u.name as author, c.body, c.is_flag, c.resolved_at, c.created_at
from comments c join users u on u.id = c.user_id
where c.task_id = %(task_id)s and c.project_id = %(project_id)s
order by c.id limit %(limit)s;

-- comments: what was said in a project, the newest first; only what is open where that is asked
select c.id, c.project_id, c.task_id, c.user_id, u.name as author, c.body, c.is_flag, c.resolved_at, c.created_at
from comments c join users u on u.id = c.user_id
where c.project_id = %(project_id)s and c.id < %(before)s
  and (not %(open)s or (c.is_flag and c.resolved_at is null))
order by c.id desc limit %(limit)s;

-- resolve: somebody has looked at a flag
update comments set resolved_by = %(user_id)s, resolved_at = now()
where id = %(comment_id)s and project_id = %(project_id)s and is_flag and resolved_at is null
returning id;

-- flag: whether there is such a flag
select id from comments where id = %(comment_id)s and project_id = %(project_id)s and is_flag;
