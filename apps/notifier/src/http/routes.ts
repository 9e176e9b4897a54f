import type { Queryable } from '@turnout/runtime/postgres';
import { listDeliveriesRoute } from './deliveries.ts';

/** Every route of the service. */
export function routes(context: { db: Queryable }) {
  return [
    listDeliveriesRoute(context), // GET /v1/deliveries
  ];
}
