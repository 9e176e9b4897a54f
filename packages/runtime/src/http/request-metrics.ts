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
