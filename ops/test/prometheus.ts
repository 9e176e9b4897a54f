import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Guard } from '@turnout/local-stack/open-guard';
import { freePort } from '@turnout/local-stack/ports';
import { SEARCH_PATH } from '@turnout/local-stack/programs';
import { supervise } from '@turnout/local-stack/supervise';
import { prometheusPrograms } from './prometheus-programs.ts';

export interface Prometheus {
  url: string;
  /** What an instant query finds: labels and value of each series. */
  query(expr: string): Promise<{ labels: Record<string, string>; value: number }[]>;
  /** Names of the alerts that fire. */
  firing(): Promise<Set<string>>;
  /** Every rule that was loaded, and what was wrong when it was read last. */
  rules(): Promise<{ name: string; health: string; lastError?: string }[]>;
}

export interface PrometheusOptions {
  guard: Guard;
  /** Its data, which grows by some megabytes. */
  dir: string;
  logDir: string;
  rules: string;
  /** The address of each job, `127.0.0.1:4001`. */
  targets: Record<string, string>;
  scrapeInterval: string;
}

/** A real Prometheus on a free port of 127.0.0.1, until the guard ends. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const { guard, dir, logDir, rules, targets, scrapeInterval } = options;
  const programs = await prometheusPrograms();
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'rules.yml'), rules);
  writeFileSync(join(dir, 'prometheus.yml'), configuration(targets, scrapeInterval));
  let url = '';
  await supervise({
    guard,
    say: () => {},
    attempts: 3,
    readyWithinMs: 60_000,
    prepare: async () => {
      const port = await freePort();
      url = `http://127.0.0.1:${port}`;
      return {
        name: 'Prometheus',
        command: programs.prometheus,
        args: [
          `--config.file=${join(dir, 'prometheus.yml')}`,
          `--storage.tsdb.path=${join(dir, 'data')}`,
          `--web.listen-address=127.0.0.1:${port}`,
        ],
        cwd: dir,
        env: { PATH: SEARCH_PATH.join(':'), HOME: dir, GOMAXPROCS: '2' },
        logFile: join(logDir, 'prometheus.log'),
        stopSignal: 'SIGTERM',
        graceMs: 2_000,
        stage: 4,
      };
    },
    isReady: async () => (await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1_000) })).ok,
  });
  return {
    url,
    async query(expr) {
      const { result } = await ask<{ result: Series[] }>(`${url}/api/v1/query`, { query: expr });
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async firing() {
      const { alerts } = await ask<{ alerts: Fired[] }>(`${url}/api/v1/alerts`);
      return new Set(
        alerts.flatMap(({ state, labels }) => (state === 'firing' ? [labels.alertname ?? ''] : [])),
      );
    },
    async rules() {
      const { groups } = await ask<{ groups: { rules: LoadedRule[] }[] }>(`${url}/api/v1/rules`);
      return groups.flatMap((group) => group.rules);
    },
  };
}

interface Series {
  metric: Record<string, string>;
  value: [at: number, value: string];
}

interface Fired {
  state: string;
  labels: Record<string, string>;
}

interface LoadedRule {
  name: string;
  health: string;
  lastError?: string;
}

function configuration(targets: Record<string, string>, interval: string): string {
  return JSON.stringify({
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: ['rules.yml'],
    scrape_configs: Object.entries(targets).map(([job, target]) => ({
      job_name: job,
      static_configs: [{ targets: [target] }],
    })),
  });
}

async function ask<T>(url: string, form: Record<string, string> = {}): Promise<T> {
  const response = await fetch(`${url}?${new URLSearchParams(form).toString()}`, {
    signal: AbortSignal.timeout(10_000),
  });
  const answer = (await response.json()) as { status: string; data: T; error?: string };
  if (answer.status !== 'success') throw new Error(`Prometheus: ${answer.error} (${form.query ?? url})`);
  return answer.data;
}
