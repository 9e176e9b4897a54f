import {
  type DeadLetterContext,
  dropDeadLetterRoute,
  listDeadLettersRoute,
  readDeadLetterRoute,
  replayDeadLetterRoute,
} from './dead-letters.ts';
import { listDeliveriesRoute } from './deliveries.ts';

/** Every route of the service. */
export function routes(context: DeadLetterContext) {
  return [
    listDeliveriesRoute(context), //    GET /v1/deliveries
    listDeadLettersRoute(context), //   GET /v1/dead-letters
    readDeadLetterRoute(context), //    GET /v1/dead-letters/:letterId
    replayDeadLetterRoute(context), // POST /v1/dead-letters/:letterId/replay
    dropDeadLetterRoute(context), // DELETE /v1/dead-letters/:letterId
  ];
}
