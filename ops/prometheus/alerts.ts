import { REQUESTS, SCANS } from '../scans.ts';
import type { Clock } from './clock.ts';
import type { Alert, Group, Rule } from './rule.ts';

/** What scans promise over 30 days, and what says that one of them broke it. */
const SLOS = [
  {
    /** At most one scan in a thousand is answered 5xx. */
    name: 'ScanErrors',
    record: 'turnout:scan_errors:ratio',
    budget: 0.001,
    says: 'Scans are answered 5xx',
    ratio: (window: string) =>
      `(sum(rate(${REQUESTS}_count{${SCANS},status=~"5.."}[${window}])) or vector(0))\n` +
      `  / (sum(rate(${REQUESTS}_count{${SCANS}}[${window}])) > 0)`,
  },
  {
    /** At most one answer in a hundred takes more than a quarter of a second. */
    name: 'ScanLatency',
    record: 'turnout:scan_slow:ratio',
    budget: 0.01,
    says: 'Scans take more than 250 ms',
    ratio: (window: string) =>
      `1 - sum(rate(${REQUESTS}_bucket{${SCANS},status!~"5..|499",le="0.25"}[${window}]))\n` +
      `  / (sum(rate(${REQUESTS}_count{${SCANS},status!~"5..|499"}[${window}])) > 0)`,
  },
];

/**
 * A long window says that it matters, a short one that it still goes on. `rate`: how many times too fast the budget
 * goes.
 */
const BURNS = [
  { long: '1h', short: '5m', rate: 14.4, severity: 'page', speed: 'Fast' },
  { long: '6h', short: '30m', rate: 6, severity: 'page', speed: 'Fast' },
  { long: '1d', short: '2h', rate: 3, severity: 'ticket', speed: 'Slow' },
  { long: '3d', short: '6h', rate: 1, severity: 'ticket', speed: 'Slow' },
] as const;

/** Scans a second below which the long window says nothing about a page: one failure of three is no fire. */
const ENOUGH = 0.01;

/** Windows of days are read seldom: each reading of one takes all samples of those days. */
const GROUPS = [
  { name: 'turnout-scans', interval: '30s', windows: ['5m', '30m', '1h', '6h'] },
  { name: 'turnout-scans-days', interval: '2m', windows: ['2h', '1d', '3d'] },
];

/** The share of scans that broke a promise, over each window that an alert needs. */
export function sloGroups(time: Clock): Group[] {
  return GROUPS.map(({ name, interval, windows }) => ({
    name,
    interval: time.span(interval),
    rules: windows.flatMap((window): Rule[] => [
      ...SLOS.map(({ record, ratio }) => ({ record: `${record}_${window}`, expr: ratio(time.span(window)) })),
      {
        record: `turnout:scans:rate_${window}`,
        expr: `sum(rate(${REQUESTS}_count{${SCANS}}[${time.span(window)}]))`,
      },
    ]),
  }));
}

const burnAlerts = (): Alert[] =>
  SLOS.flatMap(({ name, record, budget, says }) =>
    (['Fast', 'Slow'] as const).map((speed): Alert => {
      const burns = BURNS.filter((burn) => burn.speed === speed);
      const [first] = burns;
      return {
        alert: `${name}Burn${speed}`,
        expr: burns
          .map(({ long, short, rate, severity }) => {
            const limit = Number((rate * budget).toPrecision(3));
            const enough = severity === 'page' ? ` and turnout:scans:rate_${long} > ${ENOUGH}` : '';
            return `(${record}_${long} > ${limit} and ${record}_${short} > ${limit}${enough})`;
          })
          .join('\nor '),
        severity: first?.severity ?? 'ticket',
        summary: `${says}: the month's budget goes ${speed === 'Fast' ? 'within hours or days' : 'before the month is over'}.`,
      };
    }),
  );

const SERVICES = ['checkin-service', 'closure-service', 'admin-service', 'notifier'];
const anyOf = (jobs: readonly string[]) => `job=~"${jobs.join('|')}"`;

/** What alerts read that has no value while a service can not ask. Nothing is compared then, and they are silent. */
const GAUGES: readonly (readonly [gauge: string, shownBy: readonly string[]])[] = [
  ['outbox_oldest_message_age_seconds', ['checkin-service', 'closure-service', 'admin-service']],
  ['turnout_closure_lag_seconds', ['closure-service']],
  ['turnout_delivery_oldest_age_seconds', ['notifier']],
  ['turnout_queue_messages', ['notifier']],
];

/** What somebody is told of, and how soon. */
export function alerts(time: Clock): Alert[] {
  return [
    ...burnAlerts(),
    {
      alert: 'ClosureOverdue',
      // The schedule looks every 15 minutes; a run is tried for a quarter of a minute.
      expr: `max(turnout_closure_lag_seconds) > ${time.seconds('30m')}`,
      for: time.span('1m'),
      severity: 'page',
      summary: 'An event that is over has had no verdicts for half an hour.',
    },
    {
      alert: 'ClosureFailed',
      expr: `sum(increase(turnout_closure_runs_total{outcome="failed"}[${time.span('15m')}])) > 0`,
      severity: 'page',
      summary: 'Closing an event failed, four attempts in a row.',
    },
    {
      alert: 'OutboxOld',
      expr: `max(outbox_oldest_message_age_seconds) > ${time.seconds('1m')}`,
      for: time.span('1m'),
      severity: 'page',
      summary: 'A committed change has waited for minutes to be announced.',
    },
    {
      alert: 'RelayStopped',
      expr:
        `max(outbox_messages) > 0\n` +
        `and on () sum(increase(outbox_relayed_total{outcome="published"}[${time.span('3m')}])) == 0`,
      for: time.span('1m'),
      severity: 'page',
      summary: 'Messages wait in the outbox, and no relay publishes any.',
    },
    {
      alert: 'MessagesReturned',
      expr: `sum(increase(outbox_relayed_total{outcome=~"returned|dead"}[${time.span('10m')}])) > 0`,
      severity: 'page',
      summary: 'The broker returned messages: no queue takes them.',
    },
    {
      alert: 'QueueOld',
      // By the pace at which they are stored now; with none stored they would wait for ever, which is more than a
      // minute.
      expr:
        `(max(turnout_queue_messages{state="ready"}) + sum(turnout_queue_messages{state="held"}))\n` +
        `  / sum(rate(turnout_inbox_messages_total[${time.span('3m')}])) > ${time.seconds('1m')}`,
      for: time.span('2m'),
      severity: 'page',
      summary: 'Events wait in the broker for a notifier that does not store them, or too slowly.',
    },
    {
      alert: 'DeadLetters',
      expr: 'max(turnout_dead_letters) > 0',
      for: time.span('1m'),
      severity: 'ticket',
      summary: 'Messages or deliveries were given up, and wait for somebody to decide.',
    },
    {
      alert: 'DeliveriesOld',
      expr: `max(turnout_delivery_oldest_age_seconds) > ${time.seconds('10m')}`,
      for: time.span('1m'),
      severity: 'ticket',
      summary: 'Somebody has waited for minutes for what they are owed.',
    },
    {
      alert: 'TargetDown',
      // A Prometheus of several teams has other targets too.
      expr: `up{${anyOf([...SERVICES, 'rabbitmq'])}} == 0`,
      for: time.span('1m'),
      severity: 'ticket',
      summary: '{{ $labels.job }} at {{ $labels.instance }} does not answer Prometheus.',
    },
    {
      alert: 'ServiceDown',
      // One that is gone is no target any more, and so absent. Only of a plain selector does `absent` keep the job's
      // name.
      expr: [
        ...SERVICES.map((job) => `absent(up{job="${job}"})`),
        `(max by (job) (up{${anyOf(SERVICES)}}) == 0)`,
      ].join('\nor '),
      for: time.span('1m'),
      severity: 'page',
      summary: 'No instance of {{ $labels.job }} answers.',
    },
    {
      alert: 'DependencyDown',
      expr: 'turnout_dependency_up == 0',
      for: time.span('2m'),
      severity: 'ticket',
      summary:
        '{{ $labels.job }} at {{ $labels.instance }} has been without {{ $labels.dependency }} for minutes.',
    },
    {
      alert: 'MeasurementsMissing',
      expr: GAUGES.map(
        ([gauge, shownBy]) =>
          `label_replace(up{${anyOf(shownBy)}} == 1 unless on (job, instance) ${gauge}, "gauge", "${gauge}", "", "")`,
      ).join('\nor '),
      for: time.span('5m'),
      severity: 'page',
      summary:
        '{{ $labels.job }} at {{ $labels.instance }} can not read {{ $labels.gauge }}: alerts about it are blind.',
    },
  ];
}
