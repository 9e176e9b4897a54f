import { alerts, sloGroups } from './alerts.ts';

/** Makes durations shorter than they are written, so that a rehearsal of alerts takes seconds. */
export interface Clock {
  /** `5m`, as Prometheus writes it. */
  span(written: string): string;
  /** The same in seconds, to compare values with. */
  seconds(written: string): number;
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** A clock on which everything takes 1 / `faster` of its time. */
export function clock(faster = 1): Clock {
  const seconds = (written: string) => {
    const [, count, unit] = /^(\d+)([smhd])$/.exec(written) ?? [];
    const length = unit && UNITS[unit];
    if (!length) throw new RangeError(`not a duration: ${written}`);
    return (Number(count) * length) / faster;
  };
  return {
    seconds,
    span: (written) => (faster === 1 ? written : `${Math.round(seconds(written) * 1_000)}ms`),
  };
}

export interface Group {
  name: string;
  interval?: string;
  rules: readonly Rule[];
}

export type Rule = { record: string; expr: string } | Alert;

export interface Alert {
  alert: string;
  expr: string;
  for?: string;
  /** `page`: somebody gets up. `ticket`: somebody looks at it on the next working day. */
  severity: 'page' | 'ticket';
  summary: string;
}

/** The page about an alert, from the root of the repository. */
export const runbookOf = (alert: string): string =>
  `docs/runbooks/${alert.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.md`;

export const groups = (time: Clock): Group[] => [
  ...sloGroups(time),
  { name: 'turnout', rules: alerts(time) },
];

/** The file that Prometheus loads. */
export function rulesYaml(time: Clock): string {
  return [
    '# Made of ops/prometheus/alerts.ts by: npm run monitoring',
    'groups:',
    ...groups(time).flatMap(groupLines),
    '',
  ].join('\n');
}

function groupLines({ name, interval, rules }: Group): string[] {
  return [
    `  - name: ${name}`,
    ...(interval ? [`    interval: ${interval}`] : []),
    '    rules:',
    ...rules.flatMap((rule) => ('record' in rule ? recordLines(rule) : alertLines(rule))),
  ];
}

function recordLines({ record, expr }: { record: string; expr: string }): string[] {
  return [`      - record: ${record}`, ...exprLines(expr)];
}

function alertLines(rule: Alert): string[] {
  return [
    `      - alert: ${rule.alert}`,
    ...exprLines(rule.expr),
    ...(rule.for ? [`        for: ${rule.for}`] : []),
    `        labels: { severity: ${rule.severity} }`,
    '        annotations:',
    `          summary: ${JSON.stringify(rule.summary)}`,
    `          runbook: ${runbookOf(rule.alert)}`,
  ];
}

const exprLines = (expr: string): string[] => [
  '        expr: |',
  ...expr.split('\n').map((line) => `          ${line}`),
];
