import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { declareBroker } from '@turnout/broker/declare-broker';
import { migrate } from '@turnout/database/migrate';
import { type Guard, openGuard } from '@turnout/local-stack/open-guard';
import { LOCAL } from '@turnout/local-stack/places';
import type { Say } from '@turnout/local-stack/say';
import { letServicesLogIn } from '@turnout/local-stack/service-roles';
import { removeStaleDirectories } from '@turnout/local-stack/stale-directories';
import { startServers } from '@turnout/local-stack/start-servers';
import { startTestMailbox, type TestMailbox } from '@turnout/test-kit/test-mailbox';
import type { Instance } from './instance.ts';
import { type PrivateServers, privateServers } from './private-servers.ts';
import { type ShiftedClock, shiftedClock, type WrongClock } from './shifted-clock.ts';
import { startInstance } from './start-instance.ts';

export interface ChaosStack extends AsyncDisposable {
  guard: Guard;
  instances: Instance[];
  servers: PrivateServers;
  mailbox: TestMailbox;
  clock: ShiftedClock;
  /** Where failpoints are armed. */
  pointsDir: string;
  /** Logs outlive a run that failed. */
  logDir: string;
}

/** Short enough to expire within a run many times. */
export const LOCK_TTL_MS = 1_000;

/** Enrollments closed in one transaction: an event of the run takes several. */
const CLOSURE_BATCH = 15;

/**
 * Private servers, a mailbox, and two of each service, each behind proxies of its own. All of it ends with the guard.
 */
export async function startChaosStack(seed: number, clock: WrongClock, say: Say): Promise<ChaosStack> {
  await removeStaleDirectories(LOCAL, 'chaos');
  const dir = join(LOCAL, `chaos-${process.pid}`);
  const logDir = join(LOCAL, 'chaos-logs', `seed-${seed}`);
  const pointsDir = join(dir, 'failpoints');
  rmSync(logDir, { recursive: true, force: true });
  mkdirSync(pointsDir, { recursive: true });
  await using opening = new AsyncDisposableStack();
  const mailbox = opening.use(await startTestMailbox());
  const guard = opening.use(await openGuard({ dir, logDir }));
  guard.removeAtEnd(dir);
  const pids = new Map<string, number>();
  const started = await startServers({
    guard,
    say,
    logDir,
    dataDir: dir,
    throwaway: true,
    environment: {},
    onServerPid: (server, pid) => pids.set(server, pid),
  });
  await migrate({ url: started.databaseUrl, log: () => undefined });
  await letServicesLogIn(started.databaseUrl);
  await declareBroker({ url: started.amqpUrl });
  const shifted = shiftedClock(clock.hours);
  const instances = await Promise.all(
    (['checkin', 'closure', 'admin', 'notifier'] as const).flatMap((service) =>
      (['a', 'b'] as const).map((letter) =>
        startInstance(
          service,
          letter,
          {
            guard,
            say: () => undefined,
            logDir,
            ...started,
            smtpUrl: mailbox.smtpUrl,
            defaultPorts: false,
            environment: {
              PATH: process.env.PATH,
              LOG_LEVEL: 'info',
              TURNOUT_FAILPOINTS: pointsDir,
              CLOSURE_SCHEDULE: '* * * * * *',
              CLOSURE_LOCK_TTL_MS: String(LOCK_TTL_MS),
              CLOSURE_BATCH_SIZE: String(CLOSURE_BATCH),
              SMTP_TIMEOUT_MS: '1000',
              ...(clock.instance === `${service}-${letter}` && shifted.environment),
            },
          },
          opening,
        ),
      ),
    ),
  );
  say('two of each service: ready');
  const servers = await privateServers(started, pids);
  const opened = opening.move();
  return {
    guard,
    instances,
    servers,
    mailbox,
    clock: shifted,
    pointsDir,
    logDir,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
