import { typeScriptDays } from './examples.ts';

export interface Ids {
  eventId: string;
  enrollmentId: string;
  tokenId: string;
  productId: string;
  participantId: string;
}

export interface RouteExample {
  method: string;
  /** As the service's table of routes has it. */
  path: string;
  /** Text is sent as it is, under the headers. */
  body?: object | string;
  headers?: Record<string, string>;
  query?: string;
  /** Whoever has a token may use it. */
  forAll?: true;
}

export const identityProvider = {
  issuer: 'https://login.example.org',
  audience: 'turnout',
  rolesClaim: 'groups',
  roles: { staff: 'admin' },
};

/** Every route with a body it accepts. A test compares this with the routes that the service has. */
export const everyRoute: readonly RouteExample[] = [
  { method: 'post', path: '/v1/events', body: typeScriptDays },
  { method: 'get', path: '/v1/events' },
  { method: 'get', path: '/v1/events/:eventId' },
  { method: 'patch', path: '/v1/events/:eventId', body: { name: 'Other Days' } },
  { method: 'post', path: '/v1/events/:eventId/cancellation', body: { reason: 'storm' } },
  { method: 'post', path: '/v1/events/:eventId/copies', body: { startsAt: '2027-05-01T09:00:00+02:00' } },
  {
    method: 'post',
    path: '/v1/events/:eventId/enrollments',
    body: { participant: { name: 'Ada', email: 'ada@example.org' } },
  },
  {
    method: 'post',
    path: '/v1/events/:eventId/enrollments/import',
    query: '?dryRun=true',
    headers: { 'content-type': 'text/csv' },
    body: 'name,email\nGrace,grace@import.example.org\n',
  },
  { method: 'get', path: '/v1/events/:eventId/enrollments' },
  { method: 'get', path: '/v1/events/:eventId/enrollments/:enrollmentId' },
  {
    method: 'patch',
    path: '/v1/events/:eventId/enrollments/:enrollmentId',
    body: { ticketType: 'Speaker' },
  },
  { method: 'post', path: '/v1/events/:eventId/enrollments/:enrollmentId/access-code', body: {} },
  { method: 'get', path: '/v1/events/:eventId/enrollments/:enrollmentId/badge' },
  {
    method: 'post',
    path: '/v1/events/:eventId/overrides',
    body: { to: 'attended', reason: 'was there', filter: {}, dryRun: true },
  },
  {
    method: 'post',
    path: '/v1/events/:eventId/enrollments/:enrollmentId/overrides',
    body: { to: 'attended', reason: 'was there' },
  },
  {
    method: 'post',
    path: '/v1/events/:eventId/enrollments/:enrollmentId/cancellation',
    body: { reason: 'storm' },
  },
  {
    method: 'put',
    path: '/v1/events/:eventId/enrollments/:enrollmentId/order',
    body: { status: 'paid', lineItems: [] },
  },
  { method: 'get', path: '/v1/events/:eventId/enrollments/:enrollmentId/order' },
  { method: 'post', path: '/v1/events/:eventId/products', body: { name: 'Lunch', kind: 'addon' } },
  { method: 'get', path: '/v1/events/:eventId/products' },
  { method: 'get', path: '/v1/events/:eventId/products/:productId' },
  { method: 'get', path: '/v1/events/:eventId/transitions' },
  { method: 'get', path: '/v1/settings' },
  {
    method: 'put',
    path: '/v1/settings',
    body: {
      defaultAttendanceRequirement: null,
      closureGraceMinutes: 0,
      reentry: 'allowed',
      closureNotifications: { participants: true, organizers: false },
      retentionDays: null,
    },
  },
  { method: 'get', path: '/v1/events/:eventId/report' },
  { method: 'get', path: '/v1/events/:eventId/check-ins/report' },
  { method: 'get', path: '/v1/events/:eventId/check-ins/counts', query: '?by=hour' },
  { method: 'get', path: '/v1/reports/attendance' },
  { method: 'get', path: '/v1/participants' },
  { method: 'get', path: '/v1/participants/:participantId' },
  { method: 'get', path: '/v1/participants/:participantId/history' },
  { method: 'get', path: '/v1/enrollments/:enrollmentId/why' },
  { method: 'get', path: '/v1/audit' },
  { method: 'get', path: '/v1/audit/export' },
  { method: 'get', path: '/v1/audit/head' },
  { method: 'get', path: '/v1/participants/:participantId/export' },
  {
    method: 'post',
    path: '/v1/participants/:participantId/erasure',
    body: { reason: 'asked for it' },
  },
  { method: 'post', path: '/v1/tokens', body: { role: 'auditor', label: 'for the books' } },
  { method: 'get', path: '/v1/tokens' },
  { method: 'delete', path: '/v1/tokens/:tokenId' },
  { method: 'post', path: '/v1/tokens/:tokenId/rotation', body: { overlapMinutes: 5 } },
  { method: 'post', path: '/v1/tokens/self/rotation', body: { overlapMinutes: 5 }, forAll: true },
  { method: 'get', path: '/v1/identity-provider' },
  {
    method: 'put',
    path: '/v1/identity-provider',
    body: identityProvider,
  },
  { method: 'delete', path: '/v1/identity-provider' },
];

export function pathWith({ path, query = '' }: RouteExample, ids: Ids): string {
  return path.replace(/:(\w+)/g, (_match, name: keyof Ids) => ids[name]) + query;
}
