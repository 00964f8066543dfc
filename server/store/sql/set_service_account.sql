-- $1 name, $2 tenants, $3 services, $4 whether it may only read, $5 whether it may act for users.
INSERT INTO chatter.service_account AS a (name, tenants, services, read_only, may_act_for_users)
VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (name) DO UPDATE
   SET tenants = excluded.tenants, services = excluded.services, read_only = excluded.read_only,
       may_act_for_users = excluded.may_act_for_users, changed_at = clock_timestamp()
