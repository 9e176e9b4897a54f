/**
 * Who may call what: every route of every service, once. Tests walk all of it, so a line is what is promised; a route
 * without a line, and a line without a route, fail them.
 *
 * A line says what the route is, who may call it, and how to call it so that it works: `body` and `query` of an
 * example, `uses` for what the call uses up, `gives` for its status where that is not 200. What everybody else is
 * answered follows:
 *
 * | nobody, a revoked token, an expired one | 401 |
 * | a role that is not named | 403 |
 * | a token of another organization, where the path names something | 404 |
 * | a token for other events, where the path names something | 404 |
 * | the same, where a route is for the whole `organization` and its path names no event | 403 |
 * | where nobody is named: everybody | as it `gives` |
 *
 * A list without a name in its path is `filtered`: everybody who may see it gets what is theirs.
 */
import { newId } from '@turnout/runtime/ids';
import type { Service } from './support/four-services.ts';
import { line, type MatrixLine } from './support/line.ts';

const desk = ['front_desk', 'supervisor', 'admin'] as const;
const everybody = [...desk, 'auditor'] as const;
const supervising = ['supervisor', 'admin', 'auditor'] as const;
const reading = ['admin', 'auditor'] as const;
const writing = ['admin'] as const;

const EVENT = '/v1/events/:eventId';
const ATTENDEE = `${EVENT}/attendees/:accessCode`;
const ENROLLMENT = `${EVENT}/enrollments/:enrollmentId`;
const ENDPOINT = '/v1/webhook-endpoints/:endpointId';

const threeDays = {
  name: 'TypeScript Days',
  timeZone: 'Europe/Berlin',
  startsAt: '2026-05-01T09:00:00+02:00',
  endsAt: '2026-05-03T17:00:00+02:00',
  attendanceRequirement: { type: 'minimum_days', days: 2 },
  dayBoundary: '04:00',
  closureGraceMinutes: 5,
  admissionOpensAt: '2026-05-01T08:00:00+02:00',
};
const person = () => ({
  participant: { name: 'Ada', email: `${newId()}@example.org`, locale: 'de', externalId: newId() },
  accessCode: newId(),
  ticketType: 'Speaker',
});
const settings = {
  defaultAttendanceRequirement: { type: 'minimum_days', days: 2 },
  closureGraceMinutes: 5,
  reentry: 'allowed',
  closureNotifications: { participants: true, organizers: false },
  retentionDays: 400,
};
const because = { reason: 'as agreed' };
const madeAt = () => new Date().toISOString();
const HOUR = 3_600_000;
const lately = () => ({ from: new Date(Date.now() - HOUR).toISOString(), to: madeAt() });

export const matrix: Record<Service, readonly MatrixLine[]> = {
  checkin: [
    line(`POST ${EVENT}/check-ins`, desk, {
      body: [
        ({ accessCode }) => ({ scanId: newId(), accessCode, scannedAt: madeAt(), station: 'Door A' }),
        ({ enrollmentId }) => ({ scanId: newId(), enrollmentId, direction: 'exit' }),
      ],
      gives: 201,
    }),
    line(`POST ${EVENT}/check-ins/batch`, desk, {
      body: [
        ({ accessCode }) => ({
          scans: [{ scanId: newId(), accessCode, station: 'Door A' }],
          pendingBefore: madeAt(),
        }),
        ({ enrollmentId }) => ({ scans: [{ scanId: newId(), enrollmentId }] }),
      ],
    }),
    line(`POST ${EVENT}/check-ins/:checkInId/annulment`, desk, { body: because, uses: 'checkIn' }),
    line(`POST ${EVENT}/annulments`, ['supervisor', 'admin'], {
      body: [
        ({ deviceId }) => ({ deviceId, ...lately(), ...because, dryRun: true }),
        () => ({ station: 'Door A', ...lately(), ...because }),
      ],
    }),
    line(`GET ${EVENT}/attendees`, everybody, { query: { search: 'Person' } }),
    line(`GET ${ATTENDEE}`, everybody),
    line(`GET ${ATTENDEE}/products`, everybody),
    line(`POST ${EVENT}/redemptions`, desk, {
      body: ({ accessCode, lineItemId }) => ({ scanId: newId(), accessCode, lineItemId, station: 'Bar' }),
      gives: 201,
    }),
    line(`POST ${EVENT}/door-checks`, desk, {
      body: ({ accessCode, productId }) => ({ scanId: newId(), accessCode, productId, station: 'Room 1' }),
      gives: 201,
    }),
    line(`GET ${EVENT}/stats`, supervising),
    line(`GET ${EVENT}/scans`, supervising, {
      query: { result: 'refused' },
      filters: ({ deviceId }) => ({ deviceId }),
    }),
    line(`GET ${EVENT}/discrepancies`, supervising),
    line(`GET ${EVENT}/devices`, supervising),
    line(`GET ${EVENT}/roster`, everybody),
    line(`GET ${EVENT}/live`, supervising),
  ],

  closure: [
    line(`POST ${EVENT}/closure-runs`, writing, { uses: 'endedEvent', gives: 202 }),
    line(`GET ${EVENT}/closure-runs`, reading),
    line('GET /v1/closure-runs/:runId', reading),
    line('GET /v1/closure-runs', reading, { scope: 'filtered' }),
    line('GET /v1/closures', reading, { scope: 'filtered' }),
    line(`GET ${EVENT}/closure-preview`, reading),
  ],

  admin: [
    line('POST /v1/events', writing, { scope: 'organization', body: threeDays, gives: 201 }),
    line('GET /v1/events', reading, { scope: 'filtered' }),
    line(`GET ${EVENT}`, reading),
    line(`PATCH ${EVENT}`, writing, { uses: 'event', body: { name: 'Other Days', dayBoundary: '03:00' } }),
    line(`POST ${EVENT}/cancellation`, writing, { uses: 'event', body: because }),
    line(`POST ${EVENT}/copies`, writing, {
      scope: 'organization',
      body: { startsAt: '2027-05-01T09:00:00+02:00', name: 'Next Days' },
      gives: 201,
    }),
    line(`POST ${EVENT}/enrollments`, writing, { body: person, gives: 201 }),
    line(`GET ${EVENT}/enrollments`, reading),
    line(`POST ${EVENT}/enrollments/import`, writing, {
      query: { dryRun: 'true' },
      csv: 'name,email\nGrace,grace@import.example.org\n',
    }),
    line(`GET ${ENROLLMENT}`, reading),
    line(`PATCH ${ENROLLMENT}`, writing, { uses: 'enrollment', body: { ticketType: 'Speaker' } }),
    line(`POST ${ENROLLMENT}/access-code`, writing, {
      uses: 'enrollment',
      body: () => ({ accessCode: newId() }),
    }),
    line(`GET ${ENROLLMENT}/badge`, reading),
    line('GET /v1/enrollments/:enrollmentId/why', reading),
    line(`POST ${EVENT}/overrides`, writing, {
      body: [
        ({ enrollmentId }) => ({
          to: 'attended',
          ...because,
          enrollmentIds: [enrollmentId],
          dryRun: true,
        }),
        { to: 'checked_in', ...because, filter: {}, dryRun: true },
      ],
    }),
    line(`POST ${ENROLLMENT}/overrides`, writing, {
      uses: 'enrollment',
      body: { to: 'checked_in', ...because },
    }),
    line(`POST ${ENROLLMENT}/cancellation`, writing, { uses: 'enrollment', body: because }),
    line(`PUT ${ENROLLMENT}/order`, writing, {
      uses: 'enrollment',
      body: ({ productId }) => ({ status: 'paid', lineItems: [{ productId, quantity: 2 }] }),
    }),
    line(`GET ${ENROLLMENT}/order`, reading),
    line(`POST ${EVENT}/products`, writing, { body: { name: 'Lunch', kind: 'addon' }, gives: 201 }),
    line(`GET ${EVENT}/products`, reading),
    line(`GET ${EVENT}/products/:productId`, reading),
    line(`GET ${EVENT}/transitions`, reading),
    line('GET /v1/settings', reading, { scope: 'organization' }),
    line('PUT /v1/settings', writing, { scope: 'organization', body: settings }),
    line(`GET ${EVENT}/report`, reading),
    line(`GET ${EVENT}/check-ins/report`, reading, {
      filters: ({ enrollmentId, deviceId }) => ({ enrollmentId, device: deviceId }),
    }),
    line(`GET ${EVENT}/check-ins/counts`, reading, { query: { by: 'hour' } }),
    line('GET /v1/reports/attendance', reading, { scope: 'filtered' }),
    line('GET /v1/participants', reading, { scope: 'filtered' }),
    line('GET /v1/participants/:participantId', reading),
    line('GET /v1/participants/:participantId/history', reading),
    line('GET /v1/participants/:participantId/export', reading, { scope: 'organization' }),
    line('POST /v1/participants/:participantId/erasure', writing, {
      scope: 'organization',
      uses: 'enrollment',
      body: because,
    }),
    line('GET /v1/audit', reading, {
      scope: 'filtered',
      filters: ({ eventId, enrollmentId }) => ({ eventId, enrollmentId }),
    }),
    line('GET /v1/audit/export', reading, {
      scope: 'filtered',
      filters: ({ eventId, enrollmentId }) => ({ eventId, enrollmentId }),
    }),
    line('GET /v1/audit/head', reading, { scope: 'organization' }),
    line('POST /v1/tokens', writing, {
      scope: 'organization',
      body: ({ eventId }) => ({
        role: 'front_desk',
        label: 'Door A',
        events: [eventId],
        station: 'Door A',
        expiresAt: '2099-01-01T00:00:00Z',
      }),
      gives: 201,
    }),
    line('GET /v1/tokens', reading, { scope: 'filtered' }),
    line('DELETE /v1/tokens/:tokenId', writing, { uses: 'token', gives: 204 }),
    line('POST /v1/tokens/:tokenId/rotation', writing, {
      uses: 'token',
      body: { overlapMinutes: 5 },
      gives: 201,
    }),
    line('POST /v1/tokens/self/rotation', everybody, { body: { overlapMinutes: 5 }, gives: 201 }),
    // One is set before it is read, and read before it is removed.
    line('PUT /v1/identity-provider', writing, {
      scope: 'organization',
      body: () => ({
        issuer: `https://${newId()}.example.org`,
        audience: 'turnout',
        rolesClaim: 'groups',
        roles: { staff: 'admin' },
      }),
    }),
    line('GET /v1/identity-provider', reading, { scope: 'organization' }),
    line('DELETE /v1/identity-provider', writing, { scope: 'organization', gives: 204 }),
  ],

  notifier: [
    line('GET /v1/deliveries', reading, {
      scope: 'filtered',
      filters: ({ enrollmentId, endpointId }) => ({ enrollmentId, endpointId }),
    }),
    line('GET /v1/deliveries/:deliveryId/attempts', reading),
    line('POST /v1/deliveries/:deliveryId/redelivery', writing, { uses: 'delivery', gives: 202 }),
    line('POST /v1/webhook-endpoints', writing, {
      scope: 'organization',
      body: () => ({ url: `http://127.0.0.1:1/${newId()}`, description: 'CRM' }),
      gives: 201,
    }),
    line('GET /v1/webhook-endpoints', reading, { scope: 'organization' }),
    line(`GET ${ENDPOINT}`, reading, { scope: 'organization' }),
    line(`PATCH ${ENDPOINT}`, writing, {
      scope: 'organization',
      uses: 'endpoint',
      body: { description: 'CRM' },
    }),
    line(`DELETE ${ENDPOINT}`, writing, { scope: 'organization', uses: 'endpoint', gives: 204 }),
    line(`POST ${ENDPOINT}/secret-rotation`, writing, {
      scope: 'organization',
      uses: 'endpoint',
      body: { overlapHours: 1 },
    }),
    line('GET /v1/dead-letters', reading, { scope: 'filtered' }),
    line('GET /v1/dead-letters/:letterId', reading),
    line('POST /v1/dead-letters/:letterId/replay', writing, { uses: 'letter' }),
    line('DELETE /v1/dead-letters/:letterId', writing, { uses: 'letter', body: because }),
    line('GET /v1/alert-address', reading, { scope: 'organization' }),
    line('PUT /v1/alert-address', writing, {
      scope: 'organization',
      body: { email: 'operations@example.org' },
    }),
    line('GET /asyncapi.json', []),
    line('GET /schemas/events/:file', []),
  ],
};

/** On every service, for everybody. */
export const onEveryService: readonly MatrixLine[] = [
  line('GET /livez', []),
  line('GET /readyz', []),
  line('GET /metrics', []),
  line('GET /status', reading),
  line('GET /openapi.json', []),
  line('GET /docs', []),
  line('GET /docs/:part', []),
];
