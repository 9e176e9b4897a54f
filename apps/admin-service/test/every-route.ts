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
  body?: object;
}

/** Every route with a body it accepts. A test compares this with the routes that the service has. */
export const everyRoute: readonly RouteExample[] = [
  { method: 'post', path: '/v1/events', body: typeScriptDays },
  { method: 'get', path: '/v1/events' },
  { method: 'get', path: '/v1/events/:eventId' },
  { method: 'patch', path: '/v1/events/:eventId', body: { name: 'Other Days' } },
  { method: 'post', path: '/v1/events/:eventId/cancellation', body: { reason: 'storm' } },
  {
    method: 'post',
    path: '/v1/events/:eventId/enrollments',
    body: { participant: { name: 'Ada', email: 'ada@example.org' } },
  },
  { method: 'get', path: '/v1/events/:eventId/enrollments' },
  { method: 'get', path: '/v1/events/:eventId/enrollments/:enrollmentId' },
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
  { method: 'get', path: '/v1/participants/:participantId/export' },
  {
    method: 'post',
    path: '/v1/participants/:participantId/erasure',
    body: { reason: 'asked for it' },
  },
  { method: 'post', path: '/v1/tokens', body: { role: 'auditor', label: 'for the books' } },
  { method: 'get', path: '/v1/tokens' },
  { method: 'delete', path: '/v1/tokens/:tokenId' },
];

export function pathWith({ path }: RouteExample, ids: Ids): string {
  return path.replace(/:(\w+)/g, (_match, name: keyof Ids) => ids[name]);
}
