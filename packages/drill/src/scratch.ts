import type { Place } from '@turnout/local-stack/servers/private-server';
import { openDb } from '@turnout/runtime/postgres';
import type { Archive } from './archive.ts';
import type { DumpFindings, MomentFindings } from './findings.ts';
import { compare, compareAtMoment, type Entry } from './ledger.ts';
import type { PostgresTools } from './postgres-tools.ts';
import { restore } from './restore.ts';
import { differencesOfRestored, restoreDump } from './restore-dump.ts';
import { brokenInvariants, scansIn } from './story.ts';

/** What there is to compare a restored database with. */
export interface Witness {
  archive: Archive;
  tools: PostgresTools;
  ledger: readonly Entry[];
  eventId: string;
}

/**
 * Restores the dump into an empty server and looks at what it holds.
 *
 * @param dumpBegan milliseconds since the epoch: what was acknowledged before must be in it
 */
export async function tryDump(
  place: Place,
  { archive, tools, ledger, eventId }: Witness,
  dumpBegan: number,
): Promise<DumpFindings> {
  const began = performance.now();
  const url = await restoreDump(place, tools, archive);
  const restoreSeconds = (performance.now() - began) / 1_000;
  const { lost, unexpected } = compare(ledger, await scansAt(url, eventId));
  return {
    restoreSeconds,
    lost: lost.length,
    lostFromBefore: lost.filter(({ answeredAt }) => answeredAt < dumpBegan).length,
    unexpected: unexpected.length,
    differences: await differencesOfRestored(place, tools, archive, url),
    broken: await brokenInvariants(url),
  };
}

/** Restores base backup and WAL to a moment and looks whether exactly what was before it is there. */
export async function tryMoment(
  place: Place,
  { archive, tools, ledger, eventId }: Witness,
  moment: Date,
): Promise<MomentFindings> {
  const url = await restore(place, tools, archive, moment);
  const found = compareAtMoment(ledger, await scansAt(url, eventId), moment);
  return { ...found, broken: await brokenInvariants(url) };
}

async function scansAt(url: string, eventId: string): Promise<Set<string>> {
  await using db = openDb({ url, max: 1, applicationName: 'drill', queryTimeoutMs: 60_000 });
  return await scansIn(db, eventId);
}
