/**
 * The drill: loses the primary under load and restores it, as docs/recovery.md says, and finds out what that cost.
 *
 * Four services, devices at a door and one closure after the other run on a private PostgreSQL, which is copied and
 * dumped meanwhile, and whose WAL is received as it is written. Then the receiver falls behind, the primary's processes
 * are killed and its files deleted. What was received is restored into an empty place; the services start against it.
 * RabbitMQ, the mailbox and another team's consumer live on: they remember what the database has forgotten.
 */
import { mkdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { listen } from '@turnout/demo/listen';
import { startMailbox } from '@turnout/local-stack/mailbox';
import type { Say } from '@turnout/local-stack/say';
import { openDb } from '@turnout/runtime/postgres';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { openArchive, takeBaseBackup, takeDump } from './archive.ts';
import { closeInTurn } from './closures.ts';
import { scan, startDevices } from './devices.ts';
import type { Findings } from './findings.ts';
import { compare, type Entry } from './ledger.ts';
import { compareMails, compareStream, forgottenByNotifier } from './messages.ts';
import { openPlace } from './place.ts';
import { destroy } from './primary.ts';
import { tellForgotten } from './recovery-files.ts';
import { restore } from './restore.ts';
import { tryDump, tryMoment } from './scratch.ts';
import {
  type LastingServers,
  startDrillPrimary,
  startDrillServices,
  startLastingServers,
} from './servers.ts';
import { brokenInvariants, closeTheRest, prepareStory, scansIn, settle } from './story.ts';

export interface DrillOptions {
  /** A directory of its own, which the caller removes. */
  dir: string;
  logDir: string;
  /** A broker with the topology, and a Redis, which are not harmed. Default: private ones. */
  lasting?: LastingServers;
  say: Say;
  /** How long everything runs between the backups and the loss. */
  seconds: number;
  /** How far the receiver of WAL is behind when the primary is lost. */
  lagMs: number;
  /** Whether a commit waits for the receiver. */
  synchronous: boolean;
}

const DEVICES = 12;
const CLOSE_EVERY_MS = 250;
/** Devices go on scanning for so long after the loss, to see how they are answered. */
const AFTERMATH_MS = 1_500;
const NOTIFIER_BEHIND_MS = 1_000;

export async function runDrill(options: DrillOptions): Promise<Findings> {
  const { dir, logDir, say, lagMs } = options;
  mkdirSync(logDir, { recursive: true });
  await using opening = new AsyncDisposableStack();
  const placeOf = async (name: string) => opening.use(await openPlace({ dir, logDir, say }, name));

  // Before: everything runs, and is backed up under load.
  const primary = await placeOf('primary');
  const [{ primaryUrl, tools }, servers] = await Promise.all([
    startDrillPrimary(primary),
    options.lasting ?? startLastingServers(await placeOf('lasting')),
  ]);
  const mailbox = opening.use(await startMailbox());
  const { smtpUrl } = mailbox;
  const otherTeam = opening.use(await listen(servers.amqpUrl));
  const firstPlace = await placeOf('services');
  const first = await startDrillServices(firstPlace, servers, { databaseUrl: primaryUrl, smtpUrl });
  const workshopCount = Math.ceil((options.seconds * 1_000) / CLOSE_EVERY_MS) + 10;
  const story = await prepareStory(primaryUrl, first, workshopCount);
  const { organization, eventId, accessCodes, workshops } = story;
  say(`PostgreSQL ${tools.program.version}, RabbitMQ, Redis and four services run; ${DEVICES} devices scan`);

  const token = organization.tokens.front_desk;
  const devices = startDevices({ url: first.checkin.url, token, eventId, accessCodes, devices: DEVICES });
  const archivePlace = await placeOf('archive');
  const archive = await openArchive(archivePlace, tools, primaryUrl, options);
  const base = await takeBaseBackup(archivePlace, tools, primaryUrl, archive);
  say(`base backup taken and verified in ${base.seconds.toFixed(1)} s; WAL is received as it is written`);
  const dumpBegan = Date.now();
  const dump = await takeDump(archivePlace, tools, primaryUrl, archive);
  say(`dump taken in ${dump.seconds.toFixed(1)} s (${Math.ceil(dump.bytes / 1024)} kB)`);
  const closures = closeInTurn(first, organization, workshops, CLOSE_EVERY_MS);
  await pause(options.seconds * 500);
  const moment = new Date();
  await pause(options.seconds * 500);

  // The loss. The notifier is behind, and catches up in the very moments that will be lost: the hardest case for it.
  process.kill(first.notifier.pid, 'SIGSTOP');
  await pause(NOTIFIER_BEHIND_MS);
  process.kill(archive.receiver.pid, 'SIGSTOP');
  process.kill(first.notifier.pid, 'SIGCONT');
  const behindSince = Date.now();
  await pause(lagMs);
  const lostAt = Date.now();
  process.kill(archive.receiver.pid, 'SIGKILL');
  await destroy(primary, tools);
  const before = { heard: otherTeam.heard.length, mails: mailbox.messages().length };
  say(
    `the primary is gone: processes killed, files deleted; the receiver was ${lostAt - behindSince} ms behind`,
  );
  await pause(AFTERMATH_MS);
  const [closuresAsked] = await Promise.all([closures.stop(), devices.stop()]);
  await firstPlace[Symbol.asyncDispose]();
  const { ledger } = devices;

  // The restore: PostgreSQL, a look, the services, the first check-in.
  const clock = stopwatch();
  const databaseUrl = await restore(await placeOf('restored'), tools, archive);
  const postgresSeconds = clock();
  say(`restored into an empty place: it takes writes after ${postgresSeconds.toFixed(1)} s`);
  const db = opening.use(
    openDb({ url: databaseUrl, max: 2, applicationName: 'drill', queryTimeoutMs: 60_000 }),
  );
  const atRestore = compare(ledger, await scansIn(db, eventId));
  const broken = await brokenInvariants(databaseUrl);
  const waiting = (await db.query('select from outbox.messages')).length;
  clock();
  const second = await startDrillServices(await placeOf('services-again'), servers, { databaseUrl, smtpUrl });
  const servicesSeconds = clock();
  const desk = { url: second.checkin.url, token, eventId };
  const somebody = accessCodes[0] ?? '';
  const firstScan = await scan(desk, { scanId: crypto.randomUUID(), accessCode: somebody });
  const rtoSeconds = postgresSeconds + servicesSeconds + clock();
  say(
    `services run: the first check-in is ${firstScan.outcome}, ${rtoSeconds.toFixed(1)} s after the restore began`,
  );

  // After: devices repeat what they don't know and what was lost, the rest is closed, everything comes to rest.
  const repeats: Entry[] = [];
  for (const entry of [...ledger.filter(({ outcome }) => outcome === 'unknown'), ...atRestore.lost]) {
    repeats.push(await scan(desk, entry));
  }
  await closeTheRest(db, second, organization.tokens.admin, workshops);
  await settle(db);
  const forgotten = await forgottenByNotifier(db);
  await tellForgotten(db);
  await settle(db);
  const missed = async () => (await compareStream(db, otherTeam.heard, before.heard)).missed.length;
  // What stays missing is a finding.
  await waitUntil(async () => (await missed()) === 0, { within: 10_000, every: 200 }).catch(() => undefined);
  say('everything has come to rest; restoring the dump, and to a moment, into scratch servers');

  const witness = { archive, tools, ledger, eventId };
  const [dumpFindings, momentFindings] = await Promise.all([
    tryDump(await placeOf('scratch'), witness, dumpBegan),
    tryMoment(await placeOf('moment'), witness, moment),
  ]);
  return {
    synchronous: options.synchronous,
    lagMs: lostAt - behindSince,
    lostAt,
    atRestore,
    slowestMs: Math.max(...ledger.map(({ tookMs }) => tookMs)),
    closuresAsked,
    mailsBefore: before.mails,
    waiting,
    postgresSeconds,
    servicesSeconds,
    rtoSeconds,
    firstScan: firstScan.outcome,
    repeats: repeats.length,
    repeatsUnanswered: repeats.filter(({ outcome }) => outcome !== 'acknowledged').length,
    stillLost: compare(ledger, await scansIn(db, eventId)).lost.length,
    stream: await compareStream(db, otherTeam.heard, before.heard),
    mail: await compareMails(db, mailbox.messages()),
    forgotten: forgotten.length,
    broken: [...broken, ...(await brokenInvariants(databaseUrl))],
    dumpSeconds: dump.seconds,
    dumpAgeMs: lostAt - dumpBegan,
    dump: dumpFindings,
    moment: momentFindings,
  };
}

/** Seconds since it was asked the last time. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = (now - last) / 1_000;
    last = now;
    return seconds;
  };
}
