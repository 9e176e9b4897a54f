import { REQUESTS, SCANS } from '../scans.ts';
import { type Dashboard, type Panel, type Query, RATE } from './dashboard.ts';

const one = (expr: string, legend = ''): Query[] => [{ expr, legend }];

/** The middle, the slow and the slowest of a histogram. */
function quantiles(histogram: string, selector = ''): Query[] {
  return [0.5, 0.95, 0.99].map((quantile) => ({
    expr: `histogram_quantile(${quantile}, sum by (le) (rate(${histogram}_bucket${selector && `{${selector}}`}[${RATE}])))`,
    legend: `p${quantile * 100}`,
  }));
}

/** The mean of a histogram. */
const meanOf = (histogram: string): Query[] =>
  one(`sum(rate(${histogram}_sum[${RATE}])) / (sum(rate(${histogram}_count[${RATE}])) > 0)`, 'mean');

const frontDesk: Dashboard = {
  uid: 'front-desk',
  title: 'front desk',
  description: 'Whether people get in: scans, what is refused and why, and how long the door waits.',
  panels: [
    {
      title: 'Scans a second',
      description:
        'New scans that were recorded, by what they were; a replayed scan is one that was sent again.',
      unit: 'ops',
      queries: [
        { expr: `sum by (kind) (rate(turnout_check_ins_total[${RATE}]))`, legend: 'accepted {{kind}}' },
        { expr: `sum(rate(turnout_scans_refused_total[${RATE}]))`, legend: 'refused' },
        { expr: `sum(rate(turnout_scans_replayed_total[${RATE}]))`, legend: 'replayed' },
      ],
    },
    {
      title: 'Refusals by reason',
      description:
        'Problem codes of refused scans. unknown_code at one go: the wrong event, or tickets of somebody else.',
      unit: 'ops',
      queries: one(`sum by (refusal) (rate(turnout_scans_refused_total[${RATE}]))`, '{{refusal}}'),
    },
    {
      title: 'How long a scan takes',
      description: 'From the request to the answer, of single scans that were answered.',
      unit: 's',
      queries: quantiles(REQUESTS, `${SCANS},status!~"5..|499"`),
    },
    {
      title: 'Scans that failed',
      description: 'Answered 5xx, as a part of all. The promise is one in a thousand over 30 days.',
      unit: 'percentunit',
      queries: one(
        `(sum(rate(${REQUESTS}_count{${SCANS},status=~"5.."}[${RATE}])) or vector(0)) / (sum(rate(${REQUESTS}_count{${SCANS}}[${RATE}])) > 0)`,
        'failed',
      ),
    },
    {
      title: 'Scans that share a transaction',
      description: 'Concurrent scans of one event are recorded together; more of them when the door is busy.',
      unit: 'short',
      queries: [...quantiles('turnout_scan_batch_size'), ...meanOf('turnout_scan_batch_size')],
    },
    {
      title: 'Stations that scan',
      description:
        'Heard of in the last five minutes. One that is served by several instances counts at each.',
      unit: 'short',
      queries: one('sum(turnout_stations_active)', 'stations'),
    },
  ],
};

const closure: Dashboard = {
  uid: 'closure',
  title: 'closure',
  description: 'Whether ended events get their verdicts in time.',
  panels: [
    {
      title: 'Events that are due',
      description: 'Ended, grace included, and not closed.',
      unit: 'short',
      // All instances see the same database.
      queries: one('max(turnout_closure_due_events)', 'due'),
    },
    {
      title: 'Lag',
      description:
        'For how long the event that waits longest has been due. The schedule looks every 15 minutes.',
      unit: 's',
      queries: one('max(turnout_closure_lag_seconds)', 'lag'),
    },
    {
      title: 'Runs by how they ended',
      description: 'Failed runs have been tried four times.',
      unit: 'short',
      queries: one(`sum by (outcome) (increase(turnout_closure_runs_total[${RATE}]))`, '{{outcome}}'),
    },
    {
      title: 'Failed runs in an hour',
      description: 'Each has a row that says why: GET /v1/events/{eventId}/closure-runs.',
      unit: 'short',
      shows: 'now',
      queries: one('sum(increase(turnout_closure_runs_total{outcome="failed"}[1h]))', 'failed'),
    },
    {
      title: 'How long a run takes',
      description: 'From its beginning to its end, retries included.',
      unit: 's',
      queries: quantiles('turnout_closure_run_seconds'),
    },
    {
      title: 'Verdicts a second',
      description: 'By what they say.',
      unit: 'ops',
      queries: one(`sum by (verdict) (rate(turnout_closure_verdicts_total[${RATE}]))`, '{{verdict}}'),
    },
    {
      title: 'People judged together',
      description: 'Enrollments in one transaction of a run.',
      unit: 'short',
      queries: [...quantiles('turnout_closure_batch_size'), ...meanOf('turnout_closure_batch_size')],
    },
    {
      title: 'The lock',
      description:
        'Contended: another instance has the event. Skipped: Redis did not answer; the fence keeps it right.',
      unit: 'short',
      queries: [
        { expr: `sum(increase(turnout_closure_lock_contended_total[${RATE}]))`, legend: 'contended' },
        { expr: `sum(increase(turnout_closure_lock_skipped_total[${RATE}]))`, legend: 'skipped' },
      ],
    },
  ],
};

const pipeline: Dashboard = {
  uid: 'pipeline',
  title: 'pipeline',
  description: 'From the commit through outbox, broker and inbox to what people receive.',
  panels: [
    {
      title: 'Commit to confirm',
      description: 'From the change that caused a message to the confirm of the broker.',
      unit: 's',
      queries: quantiles('outbox_publish_delay_seconds'),
    },
    {
      title: 'Commit to receive',
      description: 'From the change that an event tells of to its being stored by the notifier.',
      unit: 's',
      queries: quantiles('turnout_inbox_delay_seconds'),
    },
    {
      title: 'Receive to sent',
      description: 'From owing a delivery to having made it.',
      unit: 's',
      queries: quantiles('turnout_delivery_delay_seconds'),
    },
    {
      title: 'Waiting in the outbox',
      description: 'Committed and not yet published. Counted up to 10,000: 10,001 means more.',
      unit: 'short',
      queries: one('max(outbox_messages)', 'messages'),
    },
    {
      title: 'Ages',
      description: 'For how long the oldest has waited.',
      unit: 's',
      queries: [
        { expr: 'max(outbox_oldest_message_age_seconds)', legend: 'message in the outbox' },
        { expr: 'max(turnout_delivery_oldest_age_seconds)', legend: 'delivery that is owed' },
      ],
    },
    {
      title: 'Given to the broker, by what became of it',
      description: 'Returned: no queue took it. Unknown: no answer, to be sent again. Dead: put aside.',
      unit: 'ops',
      queries: one(`sum by (outcome) (rate(outbox_relayed_total[${RATE}]))`, '{{outcome}}'),
    },
    {
      title: 'How long the broker takes',
      description: 'From publishing a batch to its last answer.',
      unit: 's',
      queries: quantiles('outbox_confirm_seconds'),
    },
    {
      title: 'Batches',
      description: 'Messages published, and events stored, together; mean.',
      unit: 'short',
      queries: [
        ...meanOf('outbox_batch_size').map((query) => ({ ...query, legend: 'relay' })),
        ...meanOf('turnout_inbox_batch_size').map((query) => ({ ...query, legend: 'inbox' })),
      ],
    },
    {
      title: "Waiting in the notifier's queue",
      description: 'At the broker. Ready: for any instance. Held: by one that has not stored them yet.',
      unit: 'short',
      queries: [
        { expr: 'max(turnout_queue_messages{state="ready"})', legend: 'ready' },
        { expr: 'sum(turnout_queue_messages{state="held"})', legend: 'held' },
      ],
    },
    {
      title: 'Events received',
      description: 'A duplicate has no effect.',
      unit: 'ops',
      queries: one(`sum by (result) (rate(turnout_inbox_messages_total[${RATE}]))`, '{{result}}'),
    },
    {
      title: 'Attempts to deliver',
      description: 'By channel, and what the delivery is after it; pending is to be tried again.',
      unit: 'ops',
      queries: one(
        `sum by (channel, status) (rate(turnout_delivery_attempts_total[${RATE}]))`,
        '{{channel}} {{status}}',
      ),
    },
    {
      title: 'Deliveries that are owed',
      description: 'Not yet made. Counted up to 10,000: 10,001 means more.',
      unit: 'short',
      queries: one('max(turnout_deliveries_waiting)', 'owed'),
    },
    {
      title: 'Dead letters',
      description: 'Nobody has replayed or dropped them: npm run dead-letters -- list.',
      unit: 'short',
      shows: 'now',
      queries: one('max(turnout_dead_letters)', 'dead'),
    },
  ],
};

const each = (metric: string) => one(metric, '{{job}} {{instance}}');

const saturation: Dashboard = {
  uid: 'saturation',
  title: 'saturation',
  description: 'What runs out first.',
  panels: [
    {
      title: 'Servers they depend on',
      description:
        '1: all instances reach it. 0: one does not; GET /status says since when and what is degraded.',
      unit: 'short',
      queries: one('min by (job, dependency) (turnout_dependency_up)', '{{job}}: {{dependency}}'),
    },
    {
      title: 'Requests a second',
      description: 'By service, without the probes of machines.',
      unit: 'ops',
      queries: one(
        `sum by (job) (rate(${REQUESTS}_count{route!~"/livez|/readyz|/metrics"}[${RATE}]))`,
        '{{job}}',
      ),
    },
    {
      title: 'Turned away',
      description: '429: more than its limit. 503: no place, no connection, or a dependency is away.',
      unit: 'ops',
      queries: one(
        `sum by (job, status) (rate(${REQUESTS}_count{status=~"429|503",route!~"/readyz"}[${RATE}]))`,
        '{{job}} {{status}}',
      ),
    },
    {
      title: 'Places for what is not urgent',
      description: 'Taken, and waited for. Scans need none.',
      unit: 'short',
      queries: [
        { expr: 'sum by (job) (http_places_taken)', legend: '{{job}} taken' },
        { expr: 'sum by (job) (http_places_waiting)', legend: '{{job}} waiting' },
      ],
    },
    {
      title: 'Places for long and large uploads',
      description:
        'Taken, and waited for. There are 16 for bodies over 50 kB, and 3 for those over 300 kB, in each process.',
      unit: 'short',
      queries: [
        { expr: 'sum by (job) (http_long_bodies_taken)', legend: '{{job}} long' },
        { expr: 'sum by (job) (http_large_bodies_taken)', legend: '{{job}} large' },
        {
          expr: 'sum by (job) (http_long_bodies_waiting + http_large_bodies_waiting)',
          legend: '{{job}} waiting',
        },
      ],
    },
    {
      title: 'Waiting for a connection to PostgreSQL',
      description: 'p99, by service.',
      unit: 's',
      queries: one(
        `histogram_quantile(0.99, sum by (job, le) (rate(postgres_pool_wait_seconds_bucket[${RATE}])))`,
        '{{job}}',
      ),
    },
    {
      title: 'Connections that are busy',
      description: 'As a part of those that are open.',
      unit: 'percentunit',
      queries: one(
        'sum by (job, pool) (postgres_pool_connections{state="busy"}) / (sum by (job, pool) (postgres_pool_connections) > 0)',
        '{{job}}: {{pool}}',
      ),
    },
    {
      title: 'Callers that wait for a connection',
      description: 'At this moment.',
      unit: 'short',
      queries: one('sum by (job, pool) (postgres_pool_waiting)', '{{job}}: {{pool}}'),
    },
    {
      title: 'Event loop lag',
      description: 'How late the loop was in 99 of 100 cases at most. Over 100 ms, answers suffer.',
      unit: 's',
      queries: each('nodejs_eventloop_lag_p99_seconds'),
    },
    {
      title: 'Processor',
      description: 'Of one core. One process cannot use much more than one.',
      unit: 'percentunit',
      queries: each(`rate(process_cpu_seconds_total[${RATE}])`),
    },
    {
      title: 'Memory',
      description: 'Resident.',
      unit: 'bytes',
      queries: each('process_resident_memory_bytes'),
    },
  ],
};

export const dashboards: readonly Dashboard[] = [frontDesk, closure, pipeline, saturation];

/** The queries of a panel, with the range that Grafana would put in. */
export const queriesOf = (panel: Panel, range: string): string[] =>
  panel.queries.map(({ expr }) => expr.replaceAll(RATE, range));
