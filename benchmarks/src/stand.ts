import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { declareBroker } from '@turnout/broker/declare-broker';
import { migrate } from '@turnout/database/migrate';
import { type Guard, openGuard } from '@turnout/local-stack/open-guard';
import { LOCAL } from '@turnout/local-stack/places';
import { narrator, type Say } from '@turnout/local-stack/say';
import { letServicesLogIn } from '@turnout/local-stack/service-roles';
import { removeStaleDirectories } from '@turnout/local-stack/stale-directories';
import { startServers } from '@turnout/local-stack/start-servers';

/** Private servers with the settings of `npm start`, an empty migrated database, and a guard for what is measured. */
export interface Stand extends AsyncDisposable {
  guard: Guard;
  say: Say;
  logDir: string;
  /** Of the owner of the database. */
  databaseUrl: string;
  redisUrls: readonly string[];
  amqpUrl: string;
}

/** Sets up a stand in a directory of its own, which is removed at the end, however that comes. */
export async function openStand(): Promise<Stand> {
  await removeStaleDirectories(LOCAL, 'bench');
  const dir = join(LOCAL, `bench-${process.pid}`);
  const logDir = join(dir, 'logs');
  mkdirSync(dir, { recursive: true });
  const say = narrator(process.stderr);
  await using opening = new AsyncDisposableStack();
  const guard = opening.use(await openGuard({ dir, logDir }));
  guard.removeAtEnd(dir);
  const { databaseUrl, redisUrls, amqpUrl } = await startServers({
    guard,
    say,
    dataDir: dir,
    logDir,
    throwaway: true,
    environment: process.env,
  });
  await migrate({ url: databaseUrl, log: () => undefined });
  await letServicesLogIn(databaseUrl);
  await declareBroker({ url: amqpUrl });
  const opened = opening.move();
  return {
    guard,
    say,
    logDir,
    databaseUrl,
    redisUrls,
    amqpUrl,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
