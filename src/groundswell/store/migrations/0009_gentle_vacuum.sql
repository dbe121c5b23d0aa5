-- Vacuums of the tables that turn over all day work little and often: a burst of one makes people wait.
alter table ready set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 200);
alter table leases set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 200,
                        autovacuum_vacuum_threshold = 20000);
alter table unsettled set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 200);
alter table worker_progress set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 200,
                                 autovacuum_vacuum_scale_factor = 0.5);
alter table evidence set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 200,
                          autovacuum_vacuum_scale_factor = 0.5);
