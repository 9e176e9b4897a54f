import { join } from 'node:path';
import type { Guard } from './open-guard.ts';
import { ROOT } from './places.ts';
import { freePort } from './ports.ts';
import type { Say } from './say.ts';
import { type ServiceName, serviceUrl } from './service-roles.ts';
import { supervise } from './supervise.ts';

export interface StartServicesOptions {
  guard: Guard;
  say: Say;
  logDir: string;
  databaseUrl: string;
  redisUrls: readonly string[];
  amqpUrl: string;
  smtpUrl: string;
  /** Without it the notifier sends no webhooks. */
  webhookSecretsKey?: string;
  /** Added to the environment of every service. */
  environment: Record<string, string | undefined>;
  /** Whether to try the documented ports first. Tests take any. */
  defaultPorts: boolean;
  onPid?(service: ServiceName, pid: number): void;
}

export interface RunningService {
  url: string;
  readonly pid: number;
}

const SERVICES: Record<ServiceName, { app: string; port: number }> = {
  checkin: { app: 'checkin-service', port: 4001 },
  closure: { app: 'closure-service', port: 4002 },
  admin: { app: 'admin-service', port: 4003 },
  notifier: { app: 'notifier', port: 4004 },
};

/**
 * What each service is started with. Requests leave much short-lived garbage, which a larger nursery collects at half
 * the cost.
 */
export const SERVICE_ARGUMENTS = [
  '--max-semi-space-size=32',
  '--import',
  '@turnout/runtime/telemetry-register',
] as const;

const SERVICE_NAMES = Object.keys(SERVICES) as ServiceName[];

/** Starts the four services, each with its own database role, and keeps them running until the guard ends. */
export async function startServices(
  options: StartServicesOptions,
): Promise<Record<ServiceName, RunningService>> {
  const started = await Promise.all(
    SERVICE_NAMES.map(async (name) => [name, await startService(name, options)] as const),
  );
  return Object.fromEntries(started) as Record<ServiceName, RunningService>;
}

/** Starts one of them; with `instance`, beside others of its kind. */
export async function startService(
  name: ServiceName,
  options: StartServicesOptions & { instance?: string; pausesMs?: readonly number[] },
): Promise<RunningService> {
  const { app, port: defaultPort } = SERVICES[name];
  const called = options.instance ? `${app} ${options.instance}` : app;
  let port = 0;
  const supervised = await supervise({
    guard: options.guard,
    say: options.say,
    attempts: 5,
    readyWithinMs: 30_000,
    prepare: async () => {
      port = await freePort(options.defaultPorts ? defaultPort : undefined);
      return {
        name: called,
        command: process.execPath,
        args: [...SERVICE_ARGUMENTS, 'src/main.ts'],
        cwd: join(ROOT, 'apps', app),
        env: environmentOf(name, port, options),
        logFile: join(options.logDir, `${called.replace(' ', '-')}.log`),
        stopSignal: 'SIGTERM',
        graceMs: 12_000, // a little more than the services' own grace
        stage: 3,
      };
    },
    isReady: () => answersReady(`http://127.0.0.1:${port}/readyz`),
    onPid: (pid) => options.onPid?.(name, pid),
    ...(options.pausesMs && { pausesMs: options.pausesMs }),
  });
  if (options.defaultPorts && port !== defaultPort)
    options.say(`port ${defaultPort} is taken: ${app} uses ${port}`);
  return {
    url: `http://127.0.0.1:${port}`,
    get pid() {
      return supervised.pid;
    },
  };
}

function environmentOf(
  name: ServiceName,
  port: number,
  options: StartServicesOptions,
): Record<string, string> {
  const inherited = Object.entries(options.environment).filter((entry) => entry[1] !== undefined);
  return {
    ...(name === 'notifier' &&
      options.webhookSecretsKey !== undefined && { WEBHOOK_SECRETS_KEY: options.webhookSecretsKey }),
    ...(Object.fromEntries(inherited) as Record<string, string>),
    ...(process.env.NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }),
    HOST: '127.0.0.1',
    PORT: String(port),
    DATABASE_URL: serviceUrl(options.databaseUrl, name),
    AMQP_URL: options.amqpUrl,
    REDIS_URLS: options.redisUrls.join(','),
    SMTP_URL: options.smtpUrl,
    OTEL_SERVICE_NAME: SERVICES[name].app,
  };
}

async function answersReady(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  const text = await response.text();
  if (response.ok) return true;
  throw new Error(`GET /readyz answered ${response.status}: ${text.slice(0, 300)}`);
}
