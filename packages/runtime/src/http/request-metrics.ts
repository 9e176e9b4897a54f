import { SECOND } from '../durations.ts';
import { meter } from '../metrics.ts';

const duration = meter.createHistogram('http_server_request_duration_seconds', {
  description: 'time from the request line to the end of the answer, by route, status and problem code',
});

/** `status` null: the client went before there was an answer, which dashboards know as 499. */
export function measureRequest(request: {
  method: string;
  route: string | null;
  status: number | null;
  problem: string | null;
  ms: number;
}): void {
  const { method, route, status, problem, ms } = request;
  duration.record(ms / SECOND, { method, route: route ?? '', status: status ?? 499, problem: problem ?? '' });
}

const unreadable = meter.createCounter('http_server_requests_unreadable_total', {
  description: 'what came to the port and was refused before it was a request, by problem code',
});
for (const problem of ['malformed_request', 'request_timeout', 'headers_too_large', 'method_not_allowed']) {
  unreadable.add(0, { problem });
}

/** Nobody knows its route, nor when it began. */
export function countUnreadable(problem: string): void {
  unreadable.add(1, { problem });
}
