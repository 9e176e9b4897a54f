import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { System } from './compose.ts';
import { get, getJson, until } from './until.ts';

const dashboards = fileURLToPath(new URL('../grafana/dashboards', import.meta.url));

/** The mails of the demonstration, and its check-ins in the service's own figures. */
export async function mailsAndMetrics(system: System): Promise<void> {
  const mails = (await getJson(`${await system.urlOf('mailpit', 8025)}/api/v1/messages`)) as {
    total?: number;
  };
  if (!(Number(mails.total) > 0)) throw new Error('no mail arrived at mailpit');
  const metrics = await get(`${await system.urlOf('checkin-service', 4001)}/metrics`);
  if (!(await metrics.text()).includes('turnout_check_ins_total{'))
    throw new Error('checkin-service has measured no check-in');
}

/** Prometheus reaches so many instances of this service, and no other ones. */
export async function scraped(system: System, job: string, instances: number): Promise<void> {
  const prometheus = await system.urlOf('prometheus', 9090);
  // A Prometheus that was killed remembers for minutes whom it scraped before.
  const up = `up{job="${job}"}`;
  const query = encodeURIComponent(`${up} and (time() - timestamp(${up}) < 20)`);
  await until(`Prometheus scrapes ${instances} of ${job}`, async () => {
    const { data } = (await getJson(`${prometheus}/api/v1/query?query=${query}`)) as {
      data: { result: { value: [number, string] }[] };
    };
    return data.result.length === instances && data.result.every(({ value }) => value[1] === '1');
  });
}

/** A scan's trace, from the device's request to the notifier. */
export async function traced(system: System, leave: (what: string) => void): Promise<void> {
  const jaeger = await system.urlOf('jaeger', 16686);
  const services = (await getJson(`${jaeger}/api/services`)) as object;
  if (!('data' in services)) return leave('traces in Jaeger (the image here has no Jaeger)');
  await until('a trace leads from checkin-service to the notifier', async () => {
    const { data } = (await getJson(`${jaeger}/api/traces?service=checkin-service&limit=100`)) as {
      data: { processes: Record<string, { serviceName: string }> }[];
    };
    return data.some(({ processes }) =>
      Object.values(processes).some(({ serviceName }) => serviceName === 'notifier'),
    );
  });
}

/** Grafana reaches its data, and has every dashboard. */
export async function shown(system: System, leave: (what: string) => void): Promise<void> {
  const grafana = await system.urlOf('grafana', 3000);
  const health = (await getJson(`${grafana}/api/health`)) as { version?: string };
  if (health.version === undefined)
    return leave('data sources and dashboards in Grafana (the image here has no Grafana)');
  const password = await system.compose(['exec', '--no-TTY', 'grafana', 'cat', '/secrets/password']);
  const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
  const ask = (path: string) => getJson(`${grafana}${path}`, { authorization });
  await until('Grafana reaches Prometheus', async () => {
    const { status } = (await ask('/api/datasources/uid/prometheus/health')) as { status?: string };
    return status === 'OK';
  });
  const expected = readdirSync(dashboards).length;
  await until(`Grafana has ${expected} dashboards`, async () => {
    return ((await ask('/api/search?type=dash-db')) as unknown[]).length === expected;
  });
}
