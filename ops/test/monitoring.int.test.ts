import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INSTALLS_WITHIN_MS } from '@turnout/test-kit/find-or-install';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { monitoringFiles } from '../monitoring-files.ts';
import { clock } from '../prometheus/clock.ts';
import { groups, RUNBOOKS, runbookOf } from '../prometheus/rules.ts';
import { prometheusPrograms, runPromtool } from './prometheus-programs.ts';

const root = join(import.meta.dirname, '..', '..');
const rules = join(root, 'ops', 'prometheus', 'rules');
const tests = join(root, 'ops', 'prometheus', 'tests');
const alerts = groups(clock())
  .flatMap((group) => group.rules)
  .flatMap((rule) => ('alert' in rule ? [rule.alert] : []));

describe('what Grafana and Prometheus load', { timeout: INSTALLS_WITHIN_MS }, () => {
  it('is what its description says', () => {
    for (const [file, text] of monitoringFiles()) {
      expect(existsSync(file) && readFileSync(file, 'utf8'), `${file}: run npm run monitoring`).toBe(text);
    }
  });

  it('is taken by Prometheus: the rules, and the configuration of the containers', async () => {
    const programs = await prometheusPrograms();
    using dir = temporaryDirectory();
    const configuration = readFileSync(join(root, 'ops', 'prometheus', 'prometheus.yml'), 'utf8');
    const here = dir.write('prometheus.yml', configuration.replace('/etc/prometheus/rules', rules));
    expect(runPromtool(programs, ['check', 'config', here])).toMatch(/SUCCESS: \d\d rules found/);
  });

  it('holds the same rules for the Prometheus operator', () => {
    const manifest = join(root, 'ops', 'kubernetes', 'service-monitor', 'prometheus-rule.yaml');
    const { kind, spec } = parse(readFileSync(manifest, 'utf8'));
    expect(kind).toBe('PrometheusRule');
    expect(spec).toEqual(parse(readFileSync(join(rules, 'turnout.yml'), 'utf8')));
  });

  it.each(readdirSync(tests))('alerts as it should, in %s: fires, stays quiet, ends', async (file) => {
    using dir = temporaryDirectory();
    const test = readFileSync(join(tests, file), 'utf8')
      .replace('[../rules', `[${rules}`)
      .replaceAll('https://turnout.example/docs/runbooks', RUNBOOKS);
    runPromtool(await prometheusPrograms(), ['test', 'rules', dir.write(file, test)]);
  });

  it.each(alerts)(
    '%s leads to a page that says what it means, what to check and to do, and how to verify',
    (alert) => {
      const page = readFileSync(join(root, 'docs', 'runbooks', runbookOf(alert)), 'utf8');
      expect(page.split('\n')[0]).toBe(`# ${alert}`);
      const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
      expect(headings).toEqual(['Meaning', 'Check', 'Fix', 'Verify']);
      // Where the commands of the page reach a system that runs in containers.
      expect(page).toContain('(../operating.md#commands-of-the-runbooks)');
    },
  );
});

function temporaryDirectory() {
  const dir = mkdtempSync(join(tmpdir(), 'turnout-promtool-'));
  return {
    /** Answers the path. */
    write(name: string, text: string): string {
      writeFileSync(join(dir, name), text);
      return join(dir, name);
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}
