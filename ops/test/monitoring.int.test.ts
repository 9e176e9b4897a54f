import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { monitoringFiles } from '../monitoring-files.ts';
import { clock, groups, runbookOf } from '../prometheus/rules.ts';
import { prometheusPrograms, runPromtool } from './prometheus-programs.ts';

const root = join(import.meta.dirname, '..', '..');
const rules = join(root, 'ops', 'prometheus', 'rules');
const tests = join(root, 'ops', 'prometheus', 'tests');
const alerts = groups(clock())
  .flatMap((group) => group.rules)
  .flatMap((rule) => ('alert' in rule ? [rule.alert] : []));

describe('what Grafana and Prometheus load', () => {
  it('is what its description says', () => {
    for (const [file, text] of monitoringFiles()) {
      expect(existsSync(file) && readFileSync(file, 'utf8'), `${file}: run npm run monitoring`).toBe(text);
    }
  });

  it('is taken by Prometheus: the rules, and the configuration of the containers', async () => {
    const programs = await prometheusPrograms();
    const dir = mkdtempSync(join(tmpdir(), 'turnout-promtool-'));
    try {
      const configuration = readFileSync(join(root, 'ops', 'prometheus', 'prometheus.yml'), 'utf8');
      const here = join(dir, 'prometheus.yml');
      writeFileSync(here, configuration.replace('/etc/prometheus/rules', rules));
      expect(runPromtool(programs, ['check', 'config', here])).toMatch(/SUCCESS: \d\d rules found/);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it.each(['burn-fast.yml', 'burn-slow.yml'])(
    'burns budgets as it should, in %s: fires, stays quiet, ends',
    async (file) => {
      runPromtool(await prometheusPrograms(), ['test', 'rules', join(tests, file)]);
    },
  );

  it.each(alerts)(
    '%s leads to a page that says what it means, what to check and to do, and how to verify',
    (alert) => {
      const page = readFileSync(join(root, runbookOf(alert)), 'utf8');
      expect(page.split('\n')[0]).toBe(`# ${alert}`);
      const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
      expect(headings).toEqual(['Meaning', 'Check', 'Fix', 'Verify']);
    },
  );
});
