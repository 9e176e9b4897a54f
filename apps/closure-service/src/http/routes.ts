import { listAllRunsRoute, listClosuresRoute } from './closures.ts';
import { previewRoute } from './preview.ts';
import { listRunsRoute, readRunRoute } from './read-runs.ts';
import { requestRunRoute } from './request-run.ts';
import type { ClosureContext } from './route.ts';

/** Every route of the service. */
export function routes(context: ClosureContext) {
  return [
    requestRunRoute(context), // POST /v1/events/:eventId/closure-runs
    listRunsRoute(context), //   GET  /v1/events/:eventId/closure-runs
    readRunRoute(context), //    GET  /v1/closure-runs/:runId
    listAllRunsRoute(context), // GET  /v1/closure-runs
    listClosuresRoute(context), // GET  /v1/closures
    previewRoute(context), //    GET  /v1/events/:eventId/closure-preview
  ];
}
