-- Vacuums and statistics of the tables that turn over or grow all day: little and seldom. A burst of either makes people
-- wait, and fresh statistics make every connection plan its statements anew, though the plans must not change.

alter table ready set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 200,
                       autovacuum_analyze_threshold = 1000000);
alter table leases set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 200,
                        autovacuum_vacuum_threshold = 20000, autovacuum_analyze_threshold = 1000000);
alter table unsettled set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 200,
                           autovacuum_analyze_threshold = 1000000);
alter table worker_progress set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 200,
                                 autovacuum_vacuum_scale_factor = 0.5, autovacuum_analyze_threshold = 1000000);
alter table evidence set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 200,
                          autovacuum_vacuum_scale_factor = 0.5, autovacuum_analyze_scale_factor = 1);
alter table annotations set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 200,
                             autovacuum_vacuum_insert_scale_factor = 0.5, autovacuum_analyze_scale_factor = 0.5);
alter table ledger set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 200,
                        autovacuum_vacuum_insert_scale_factor = 0.5, autovacuum_analyze_scale_factor = 0.5);
alter table consensus set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 200,
                           autovacuum_vacuum_insert_scale_factor = 0.5, autovacuum_analyze_scale_factor = 0.5);
