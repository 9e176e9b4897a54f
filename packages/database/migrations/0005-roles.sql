-- One login role for each service with the grants it needs and no others. Passwords are set by who runs the stack.
-- Roles belong to the whole server, so another database may have made them already.
do $$
declare
  service text;
begin
  foreach service in array array['turnout_checkin', 'turnout_closure', 'turnout_admin', 'turnout_notifier'] loop
    begin
      execute format('create role %I login', service);
    exception when duplicate_object or unique_violation then
      null;
    end;
  end loop;
end $$;

grant usage on schema access, turnout to turnout_checkin, turnout_closure, turnout_admin, turnout_notifier;
grant select on access.organizations, access.tokens to turnout_checkin, turnout_closure, turnout_admin, turnout_notifier;
grant select on turnout.migrations to turnout_checkin, turnout_closure, turnout_admin, turnout_notifier;

grant insert on access.tokens to turnout_admin;
grant update (revoked_at) on access.tokens to turnout_admin;

grant usage on schema attendance, outbox to turnout_checkin, turnout_closure, turnout_admin;
grant select, insert, update, delete on outbox.messages to turnout_checkin, turnout_closure, turnout_admin;
grant insert on outbox.published, outbox.dead to turnout_checkin, turnout_closure, turnout_admin;

grant select on attendance.events, attendance.participants, attendance.enrollments, attendance.check_ins,
  attendance.transitions to turnout_checkin, turnout_closure, turnout_admin;
grant insert on attendance.transitions to turnout_checkin, turnout_closure, turnout_admin;
grant update (status, version, attended_at, verdict_by) on attendance.enrollments
  to turnout_checkin, turnout_closure, turnout_admin;

grant select, insert on attendance.scans to turnout_checkin;
grant insert on attendance.check_ins to turnout_checkin, turnout_admin;
grant update (annulled_at, annulled_by, annulment_reason) on attendance.check_ins to turnout_checkin;

grant update (closure_epoch, closed_epoch, closed_at) on attendance.events to turnout_closure;
grant select, insert, update on attendance.closure_runs to turnout_closure;

grant select on attendance.closure_runs to turnout_admin;
grant insert on attendance.events, attendance.participants, attendance.enrollments to turnout_admin;
grant update (name, time_zone, starts_at, ends_at, day_boundary, requirement_type, requirement_days,
  closure_grace_minutes, reentry, admission_opens_at, cancelled_at, cancellation_reason)
  on attendance.events to turnout_admin;
grant update (name, email, locale, external_id) on attendance.participants to turnout_admin;

grant usage on schema notifier to turnout_notifier;
grant select, insert on notifier.inbox to turnout_notifier;
grant select, insert, update on notifier.deliveries to turnout_notifier;
grant usage on schema attendance to turnout_notifier;
grant select on attendance.contacts to turnout_notifier;
