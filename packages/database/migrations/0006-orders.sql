-- What people have bought, and what of it they have used: products, orders, redemptions, door checks.
create table attendance.products (
  event_id uuid not null references attendance.events,
  product_id uuid not null,
  name text not null,
  kind text not null check (kind in ('ticket', 'addon')),
  created_at timestamptz not null default clock_timestamp(),
  primary key (event_id, product_id)
);

-- At most one order for an enrollment. Whoever writes here or redeems holds the enrollment's row lock.
create table attendance.orders (
  event_id uuid not null,
  enrollment_id uuid not null,
  status text not null check (status in ('pending', 'paid', 'partially_refunded', 'refunded', 'cancelled')),
  created_at timestamptz not null default clock_timestamp(),
  changed_at timestamptz not null default clock_timestamp(),
  foreign key (event_id, enrollment_id) references attendance.enrollments
);
create index orders_by_change on attendance.orders (event_id, changed_at);
alter table attendance.orders add primary key (event_id, enrollment_id);

create table attendance.line_items (
  event_id uuid not null,
  line_item_id uuid not null,
  enrollment_id uuid not null,
  product_id uuid not null,
  quantity int not null check (quantity between 1 and 1000000),
  primary key (event_id, line_item_id),
  constraint line_items_product unique (event_id, enrollment_id, product_id),
  foreign key (event_id, enrollment_id) references attendance.orders,
  foreign key (event_id, product_id) references attendance.products
);
create index line_items_id on attendance.line_items (line_item_id);

-- One use of one unit of a line item.
create table attendance.redemptions (
  event_id uuid not null,
  redemption_id uuid not null,
  enrollment_id uuid not null,
  line_item_id uuid not null,
  scan_id uuid not null,
  station text,
  device_id uuid not null,
  recorded_at timestamptz not null,
  primary key (event_id, redemption_id),
  constraint redemptions_scan unique (event_id, scan_id),
  foreign key (event_id, line_item_id) references attendance.line_items
);
create index redemptions_of_line_item on attendance.redemptions (event_id, line_item_id);

-- One admission to a room or sub-event by a product. Any number of them is fine.
create table attendance.door_checks (
  event_id uuid not null,
  door_check_id uuid not null,
  enrollment_id uuid not null,
  product_id uuid not null,
  scan_id uuid not null,
  station text,
  device_id uuid not null,
  recorded_at timestamptz not null,
  primary key (event_id, door_check_id),
  constraint door_checks_scan unique (event_id, scan_id),
  foreign key (event_id, enrollment_id) references attendance.enrollments,
  foreign key (event_id, product_id) references attendance.products
);
create index door_checks_of_enrollment on attendance.door_checks (event_id, enrollment_id, product_id);

-- A scan asks for one of three things; its scanId is one name for all of them.
alter table attendance.scans
  add column kind text not null default 'check_in' check (kind in ('check_in', 'redemption', 'door_check')),
  -- What the scan asked for besides the ticket, as it was sent.
  add column line_item_id uuid,
  add column product_id uuid,
  add constraint scans_asks_for_one_thing check (
    (kind = 'redemption') = (line_item_id is not null) and (kind = 'door_check') = (product_id is not null)
  );

alter table attendance.enrollments add column cancelled_at timestamptz;
update attendance.enrollments e
set cancelled_at = t.at
from attendance.transitions t
where e.status = 'cancelled' and t.event_id = e.event_id and t.enrollment_id = e.enrollment_id and t.version = e.version;
alter table attendance.enrollments
  add constraint enrollments_cancelled_at check ((status = 'cancelled') = (cancelled_at is not null));

grant select on attendance.products, attendance.orders, attendance.line_items, attendance.redemptions,
  attendance.door_checks to turnout_checkin, turnout_closure, turnout_admin;
grant insert on attendance.redemptions, attendance.door_checks to turnout_checkin;
grant insert on attendance.products to turnout_admin;
grant insert, update (status, changed_at) on attendance.orders to turnout_admin;
grant insert, delete, update (quantity) on attendance.line_items to turnout_admin;
grant update (cancelled_at) on attendance.enrollments to turnout_checkin, turnout_closure, turnout_admin;
