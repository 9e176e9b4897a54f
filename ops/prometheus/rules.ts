import { alerts, sloGroups } from './alerts.ts';
import type { Clock } from './clock.ts';
import type { Alert, Group } from './rule.ts';

/**
 * Where whoever is woken opens `docs/runbooks`: the address of this repository, or of wherever you show it. As it
 * stands it leads nowhere. After a change: npm run monitoring.
 */
export const RUNBOOKS = 'https://turnout.example/docs/runbooks';

/** The name of the page about an alert. */
export const runbookOf = (alert: string): string =>
  `${alert.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.md`;

/** Every group of rules. */
export const groups = (time: Clock): Group[] => [
  ...sloGroups(time),
  { name: 'turnout', rules: alerts(time) },
];

const MADE = '# Made of ops/prometheus/alerts.ts by: npm run monitoring';

/** The file that Prometheus loads. */
export function rulesYaml(time: Clock): string {
  return [MADE, 'groups:', ...groups(time).flatMap(groupLines), ''].join('\n');
}

/** The same for the Prometheus operator of a Kubernetes cluster. */
export function prometheusRuleYaml(time: Clock): string {
  const spec = ['groups:', ...groups(time).flatMap(groupLines)].map((line) => `  ${line}`);
  return [
    MADE,
    'apiVersion: monitoring.coreos.com/v1',
    'kind: PrometheusRule',
    'metadata:',
    '  name: turnout',
    '  labels: { app.kubernetes.io/part-of: turnout }',
    'spec:',
    ...spec,
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
    `          runbook_url: ${RUNBOOKS}/${runbookOf(rule.alert)}`,
  ];
}

const exprLines = (expr: string): string[] => [
  '        expr: |',
  ...expr.split('\n').map((line) => `          ${line}`),
];
