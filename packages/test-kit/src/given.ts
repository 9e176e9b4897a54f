import { ensureOrganization, issueToken } from '@turnout/access/issue-token';
import type { Role } from '@turnout/contracts/http/tokens';
import { newId } from '@turnout/runtime/ids';
import type { Db, Queryable } from '@turnout/runtime/postgres';

/** An organization with a token of each role, straight into the database. */
export interface GivenOrganization {
  id: string;
  slug: string;
  tokens: Record<Role, string>;
}

/** A new organization with a token of each role, all of them for all of its events. */
export async function givenOrganization(db: Queryable): Promise<GivenOrganization> {
  const slug = `org-${newId().slice(-12)}`;
  const id = await ensureOrganization(db, slug);
  const token = async (role: Role) => await givenToken(db, id, role);
  return {
    id,
    slug,
    tokens: {
      front_desk: await token('front_desk'),
      supervisor: await token('supervisor'),
      admin: await token('admin'),
      auditor: await token('auditor'),
    },
  };
}

/** A new token of this role, in clear; for all of the organization's events and of no station unless said otherwise. */
export async function givenToken(
  db: Queryable,
  organizationId: string,
  role: Role,
  scope: { eventIds?: string[]; station?: string } = {},
): Promise<string> {
  const { token } = await issueToken(db, {
    organizationId,
    role,
    label: `test ${role}`,
    eventIds: scope.eventIds ?? null,
    station: scope.station ?? null,
    expiresAt: null,
  });
  return token;
}

/** Column values of attendance.events; what is left out makes a three-day event in Berlin that ended yesterday. */
export interface EventFacts {
  name?: string;
  time_zone?: string;
  starts_at?: Date;
  ends_at?: Date;
  day_boundary?: string;
  requirement_type?: 'all_days' | 'any_day' | 'minimum_days';
  requirement_days?: number | null;
  closure_grace_minutes?: number;
  device_grace_minutes?: number;
  reentry?: 'allowed' | 'once_per_day' | 'once';
  admission_opens_at?: Date | null;
  cancelled_at?: Date | null;
  cancellation_reason?: string | null;
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * Three event days, the second of which is today. They begin twelve hours from now, so that whatever the hour is, what
 * a test does now is done on one day, and what was done 24 hours ago on the day before.
 */
export function threeDaysAroundNow() {
  const now = Date.now();
  return {
    starts_at: new Date(now - DAY),
    ends_at: new Date(now + DAY),
    time_zone: 'UTC',
    day_boundary: new Date(now - DAY / 2).toISOString().slice(11, 16),
  } satisfies EventFacts;
}

/** A new event; answers its id. */
export async function givenEvent(
  db: Queryable,
  organizationId: string,
  facts: EventFacts = {},
): Promise<string> {
  const eventId = newId();
  const row = {
    event_id: eventId,
    organization_id: organizationId,
    name: 'TypeScript Days',
    time_zone: 'Europe/Berlin',
    starts_at: new Date(Date.now() - 3 * DAY),
    ends_at: new Date(Date.now() - DAY),
    requirement_type: 'any_day',
    ...facts,
  };
  await insert(db, 'attendance.events', row);
  return eventId;
}

export interface GivenEnrollment {
  id: string;
  accessCode: string;
  name: string;
}

/** Enrolls people, one transaction for all; each with the first row of the audit trail. */
export async function givenEnrollments(
  db: Db,
  organizationId: string,
  eventId: string,
  count: number,
): Promise<GivenEnrollment[]> {
  const people = Array.from({ length: count }, (_, index) => {
    const id = newId();
    return {
      id,
      participantId: newId(),
      accessCode: `CODE${id.replaceAll('-', '').slice(-16).toUpperCase()}`,
      name: `Person ${index + 1}`,
    };
  });
  const ids = people.map(({ id }) => id);
  const participantIds = people.map(({ participantId }) => participantId);
  await db.transaction(async (tx) => {
    await tx.query(
      `insert into attendance.participants (organization_id, participant_id, name, email)
       select $1, id, name, id || '@example.org' from unnest($2::uuid[], $3::text[]) as p (id, name)`,
      [organizationId, participantIds, people.map(({ name }) => name)],
    );
    await tx.query(
      `insert into attendance.enrollments (event_id, enrollment_id, organization_id, participant_id, status, access_code)
       select $1, id, $2, participant, 'confirmed', code
       from unnest($3::uuid[], $4::uuid[], $5::text[]) as e (id, participant, code)`,
      [eventId, organizationId, ids, participantIds, people.map(({ accessCode }) => accessCode)],
    );
    await tx.query(
      `insert into attendance.transitions
         (event_id, enrollment_id, version, transition_id, organization_id, to_status, triggered_by, actor, reason, at, cause)
       select $1, id, 1, gen_random_uuid(), $2, 'confirmed', 'admin', '{"type":"system","id":"test"}', 'enrolled',
         clock_timestamp(), 'test'
       from unnest($3::uuid[]) as id`,
      [eventId, organizationId, ids],
    );
  });
  return people;
}

/** Something that is sold for an event; lunch unless said otherwise. */
export async function givenProduct(
  db: Queryable,
  eventId: string,
  { name = 'Lunch', kind = 'addon' }: { name?: string; kind?: 'ticket' | 'addon' } = {},
): Promise<string> {
  const productId = newId();
  await insert(db, 'attendance.products', { event_id: eventId, product_id: productId, name, kind });
  return productId;
}

/** An order, paid unless said otherwise; the ids of its line items, in the order given. */
export async function givenOrder(
  db: Db,
  { eventId, enrollmentId, status = 'paid' }: { eventId: string; enrollmentId: string; status?: string },
  lineItems: readonly { productId: string; quantity: number }[] = [],
): Promise<string[]> {
  return await db.transaction(async (tx) => {
    await insert(tx, 'attendance.orders', { event_id: eventId, enrollment_id: enrollmentId, status });
    const ids: string[] = [];
    for (const { productId, quantity } of lineItems) {
      const lineItemId = newId();
      await insert(tx, 'attendance.line_items', {
        event_id: eventId,
        line_item_id: lineItemId,
        enrollment_id: enrollmentId,
        product_id: productId,
        quantity,
      });
      ids.push(lineItemId);
    }
    return ids;
  });
}

async function insert(db: Queryable, table: string, row: Record<string, unknown>): Promise<void> {
  const columns = Object.keys(row);
  await db.query(
    `insert into ${table} (${columns.join(', ')}) values (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(row),
  );
}
