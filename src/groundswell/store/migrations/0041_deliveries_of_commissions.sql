-- The tasks of a labelling project that programs asked for, in their order.
create index commissions_by_labelling_project on commissions (project_id, id);
