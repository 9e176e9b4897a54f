import { newId } from '@turnout/runtime/ids';
import type { Db } from '@turnout/runtime/postgres';
import {
  type GivenOrganization,
  givenEnrollments,
  givenEvent,
  givenOrder,
  givenProduct,
  givenToken,
} from '@turnout/test-kit/given';
import { ask } from './ask.ts';
import type { FourServices } from './four-services.ts';

/** One thing of each kind that has an id, all of one event; named as in paths and bodies. */
export interface Ids {
  eventId: string;
  enrollmentId: string;
  accessCode: string;
  participantId: string;
  checkInId: string;
  productId: string;
  lineItemId: string;
  /** The token of a device that has scanned here. */
  deviceId: string;
  tokenId: string;
  runId: string;
  /** To a webhook endpoint, and sent. */
  deliveryId: string;
  endpointId: string;
  letterId: string;
  /** Parts of documents, the same everywhere. */
  part: string;
  file: string;
}

/**
 * Makes something new for a call that uses it up, and answers what its ids are. `token` is the caller's, where it
 * matters who made it.
 */
export type Maker = (place: Place, token: string) => Promise<Partial<Ids>>;

/** Where things are made: an organization, and an event of it. */
export interface Place {
  services: FourServices;
  organization: GivenOrganization;
  ids: Ids;
}

/** A token limited to some events, by what it is for. */
export function limitedToken({ services, organization, ids }: Place, role: 'admin' | 'supervisor' = 'admin') {
  return givenToken(services.owner, organization.id, role, { eventIds: [ids.eventId] });
}

const HOUR = 3_600_000;

/** An event that runs right now, and two of everything in it, so that each list has a second page. */
export async function givenPlace(services: FourServices, organization: GivenOrganization): Promise<Place> {
  const { owner } = services;
  const eventId = await runningEvent(owner, organization.id);
  const [person, other] = await givenEnrollments(owner, organization.id, eventId, 2);
  if (!person || !other) throw new Error('nobody was enrolled');
  const productId = await givenProduct(owner, eventId);
  await givenProduct(owner, eventId, { name: 'Dinner' });
  const [lineItemId = ''] = await givenOrder(owner, { eventId, enrollmentId: person.id }, [
    { productId, quantity: 1_000 },
  ]);
  const place: Place = {
    services,
    organization,
    ids: {
      eventId,
      enrollmentId: person.id,
      accessCode: person.accessCode,
      participantId: await participantOf(owner, person.id),
      checkInId: '',
      productId,
      lineItemId,
      deviceId: '',
      tokenId: '',
      runId: '',
      deliveryId: '',
      endpointId: '',
      letterId: '',
      part: 'start.js',
      file: 'turnout.participant.attended.v1.json',
    },
  };
  const devices = [await limitedToken(place, 'supervisor'), await limitedToken(place, 'supervisor')];
  place.ids.deviceId = tokenIdOf(devices[0] ?? '');
  for (const token of devices) {
    const scan = (facts: object) => ({ scanId: newId(), station: 'Door A', ...facts });
    const [first] = await scans(place, token, [
      scan({ accessCode: person.accessCode }),
      scan({ accessCode: 'nobody', deviceDecision: 'admitted' }),
      scan({ accessCode: 'nobody at all', deviceDecision: 'admitted' }),
    ]);
    place.ids.checkInId = checkInOf(first);
  }
  await makers.event(place, '');
  for (const made of [...inEachPlace, ...inEachPlace]) {
    Object.assign(place.ids, await makers[made](place, ''));
  }
  return place;
}

/** What calls use up. */
export const makers: Record<Made, Maker> = {
  async event({ services, organization }) {
    return { eventId: await runningEvent(services.owner, organization.id) };
  },
  async endedEvent({ services, organization }) {
    return { eventId: await givenEvent(services.owner, organization.id) };
  },
  async enrollment({ services, organization, ids }) {
    const [person] = await givenEnrollments(services.owner, organization.id, ids.eventId, 1);
    if (!person) throw new Error('nobody was enrolled');
    const participantId = await participantOf(services.owner, person.id);
    return { enrollmentId: person.id, accessCode: person.accessCode, participantId };
  },
  async checkIn(place, token) {
    const { accessCode = '' } = await makers.enrollment(place, token);
    const [scan] = await scans(place, token, [{ scanId: newId(), accessCode }]);
    return { checkInId: checkInOf(scan) };
  },
  async token(place) {
    return { tokenId: tokenIdOf(await limitedToken(place)) };
  },
  async run({ services, organization, ids }) {
    const runId = newId();
    await services.owner.query(
      `insert into attendance.closure_runs
         (event_id, run_id, organization_id, trigger, status, epoch, started_at, finished_at)
       values ($1, $2, $3, 'command', 'succeeded', 1, now(), now())`,
      [ids.eventId, runId, organization.id],
    );
    return { runId };
  },
  async endpoint({ services, organization }) {
    const endpointId = newId();
    await services.owner.query(
      'insert into notifier.webhook_endpoints (endpoint_id, organization_id, url) values ($1, $2, $3)',
      [endpointId, organization.id, `http://127.0.0.1:1/${endpointId}`],
    );
    await services.owner.query(
      `insert into notifier.webhook_secrets (endpoint_id, secret_id, sealed) values ($1, gen_random_uuid(), '\\x00')`,
      [endpointId],
    );
    return { endpointId };
  },
  async delivery({ services, organization, ids }) {
    const deliveryId = newId();
    await services.owner.query(
      `with received as (
         insert into notifier.inbox (message_id, type, organization_id, event_id, subject_id)
         values (gen_random_uuid(), 'turnout.participant.attended.v1', $2, $3, $4) returning message_id
       ), kept as (
         insert into notifier.webhook_bodies (message_id, body) select message_id, '{}' from received
       ), made as (
         insert into notifier.deliveries (delivery_id, message_id, organization_id, event_id, enrollment_id, channel,
           endpoint_id, status, attempts, sent_at)
         select $1, message_id, $2, $3, $4, 'webhook', $5, 'sent', 2, now() from received
         returning delivery_id
       )
       insert into notifier.delivery_attempts (delivery_id, attempt, started_at, duration_ms, status_code)
       select delivery_id, attempt, now(), 1, 200 from made, generate_series(1, 2) as attempt`,
      [deliveryId, organization.id, ids.eventId, ids.enrollmentId, ids.endpointId],
    );
    return { deliveryId };
  },
  async letter({ services, organization, ids }) {
    const letterId = newId();
    await services.owner.query(
      `with received as (
         insert into notifier.inbox (message_id, type, organization_id, event_id, subject_id)
         values (gen_random_uuid(), 'turnout.participant.attended.v1', $2, $3, $4) returning message_id
       ), made as (
         insert into notifier.deliveries (delivery_id, message_id, organization_id, event_id, enrollment_id, channel,
           template, status)
         select $1, message_id, $2, $3, $4, 'log', 'you_attended', 'failed' from received
         returning delivery_id
       )
       insert into notifier.dead_letters (letter_id, source, identity, organization_id, event_id, type, reason, attempts)
       select $1, 'delivery', delivery_id, $2, $3, 'turnout.participant.attended.v1', 'refused', 5 from made`,
      [letterId, organization.id, ids.eventId, ids.enrollmentId],
    );
    return { letterId };
  },
};

export type Made =
  | 'event'
  | 'endedEvent'
  | 'enrollment'
  | 'checkIn'
  | 'token'
  | 'run'
  | 'endpoint'
  | 'delivery'
  | 'letter';

/** Made twice in each place: the ids are those of the second. */
const inEachPlace = ['token', 'run', 'endpoint', 'delivery', 'letter'] as const;

async function participantOf(owner: Db, enrollmentId: string): Promise<string> {
  const [enrollment] = await owner.query<{ participant_id: string }>(
    'select participant_id from attendance.enrollments where enrollment_id = $1',
    [enrollmentId],
  );
  return enrollment?.participant_id ?? '';
}

export function tokenIdOf(token: string): string {
  return (token.split('_')[1] ?? '').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

async function runningEvent(owner: Db, organizationId: string): Promise<string> {
  return await givenEvent(owner, organizationId, {
    starts_at: new Date(Date.now() - 24 * HOUR),
    ends_at: new Date(Date.now() + 24 * HOUR),
  });
}

async function scans({ services, ids }: Place, token: string, sent: object[]) {
  const url = `${services.urls.checkin}/v1/events/${ids.eventId}/check-ins/batch`;
  const body = { scans: sent, pendingBefore: new Date().toISOString() };
  const answer = await ask({ method: 'POST', url, token, body });
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body.results as ScanResult[];
}

interface ScanResult {
  status: number;
  body: { checkIn?: { id: string } };
}

function checkInOf(scan: ScanResult | undefined): string {
  if (scan?.body.checkIn === undefined) throw new Error(`not checked in: ${JSON.stringify(scan)}`);
  return scan.body.checkIn.id;
}
