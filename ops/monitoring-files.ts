import { join } from 'node:path';
import { dashboardJson } from './grafana/dashboard.ts';
import { dashboards } from './grafana/dashboards.ts';
import { clock } from './prometheus/clock.ts';
import { prometheusRuleYaml, rulesYaml } from './prometheus/rules.ts';

const at = (...path: string[]) => join(import.meta.dirname, ...path);

/** Every file that is made of a description, and what must stand in it. */
export function monitoringFiles(): Map<string, string> {
  return new Map([
    ...dashboards.map(
      (dashboard) =>
        [at('grafana', 'dashboards', `${dashboard.uid}.json`), dashboardJson(dashboard)] as const,
    ),
    [at('prometheus', 'rules', 'turnout.yml'), rulesYaml(clock())],
    [at('kubernetes', 'service-monitor', 'prometheus-rule.yaml'), prometheusRuleYaml(clock())],
  ]);
}
