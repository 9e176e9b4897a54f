/**
 * The floor: what a check-in costs at the very least when each request is one statement. Bare Express, no token, no
 * validation, no stored answer; one prepared statement inserts the check-in, moves the status, and writes the audit row
 * and the outbox row. It does not check a rule either.
 */
import { randomUUID } from 'node:crypto';
import express from 'express';
import pg from 'pg';

const { DATABASE_URL, POOL, EVENT_DAY } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL ?? '', max: Number(POOL) });

const checkIn = `
  with moved as (
    update attendance.enrollments
    set status = 'checked_in', version = version + 1
    where event_id = $1 and access_code = $2 and status = 'confirmed'
    returning event_id, enrollment_id, organization_id, version
  ), recorded as (
    insert into attendance.check_ins
      (event_id, check_in_id, enrollment_id, day, scanned_at, recorded_at, direction, source, device_id, scan_id)
    select event_id, $3, enrollment_id, $4, now(), now(), 'entry', 'scan', $5, $6 from moved
  ), audited as (
    insert into attendance.transitions
      (event_id, enrollment_id, version, transition_id, organization_id, from_status, to_status, triggered_by, actor, reason,
       at, cause, message_id)
    select event_id, enrollment_id, version, $3, organization_id, 'confirmed', 'checked_in', 'front_desk', $7,
      'first_check_in', now(), $8, $9
    from moved
  )
  insert into outbox.messages (message_id, partition, partition_key, routing_key, content_type, headers, body)
  select $9, 0, event_id, 'turnout.check-in.recorded.v1', 'application/cloudevents+json', '{}', $10 from moved
  returning partition_key`;

const deviceId = randomUUID();
const actor = JSON.stringify({ type: 'token', id: deviceId, label: 'floor' });

const app = express();
app.use(express.json());
app.post('/v1/events/:eventId/check-ins', async (request, response) => {
  const { eventId } = request.params;
  const { scanId, accessCode } = request.body;
  const [checkInId, messageId] = [randomUUID(), randomUUID()];
  const body = JSON.stringify({
    specversion: '1.0',
    id: messageId,
    type: 'turnout.check-in.recorded.v1',
    source: `/events/${eventId}`,
    time: new Date().toISOString(),
    data: { eventId, checkInId, day: EVENT_DAY },
  });
  const { rowCount } = await pool.query({
    name: 'check_in',
    text: checkIn,
    values: [eventId, accessCode, checkInId, EVENT_DAY, deviceId, scanId, actor, scanId, messageId, body],
  });
  response
    .status(rowCount === 1 ? 201 : 409)
    .json({ outcome: 'first', checkIn: { id: checkInId, day: EVENT_DAY } });
});
const server = app.listen(Number(process.env.PORT), '127.0.0.1');
process.once('SIGTERM', () => server.close(() => void pool.end()));
