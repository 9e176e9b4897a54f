import { parseArgs } from 'node:util';
import { MINUTE } from '@turnout/runtime/durations';
import { startPart } from '@turnout/runtime/lifecycle';
import { openDb, type Queryable } from '@turnout/runtime/postgres';
import { faultSentences } from './fault-sentence.ts';
import { type ChainReport, verifyAudit } from './verify.ts';

export interface CommandOptions {
  args: readonly string[];
  databaseUrl: string | undefined;
  /** Lines of the result. */
  print: (line: string) => void;
  /** What it is doing meanwhile, and what is wrong with what was asked for. */
  say: (line: string) => void;
}

const USAGE = `usage: npm run audit:verify [-- --organization <slug>] [--head <hash>] [--since <hash>]
  --organization  only this organization's chain
  --head          the chain must contain this hash, which you noted earlier
  --since         only what was sealed after this hash, which you noted earlier`;

/** Rows wait for a second or two, unless nobody seals. */
const SUSPICIOUS_SECONDS = 60;
const TOLD_EVERY_MS = 2_000;

/**
 * Checks the audit trail against its seals, and answers the exit code: 0 where all is as it was sealed, 1 where it is
 * not or cannot be told, 2 where the arguments are wrong.
 *
 * @throws StartError: a sentence that says what to do
 */
export async function verifyCommand({ args, databaseUrl, print, say }: CommandOptions): Promise<number> {
  const wanted = readArguments(args);
  if (typeof wanted === 'string') {
    say(`${wanted}\n${USAGE}`);
    return 2;
  }
  if (!databaseUrl) {
    say('DATABASE_URL is not set. Set it to the URL of a role that may read the audit trail.');
    return 1;
  }
  await using db = openDb({
    url: databaseUrl,
    max: 1,
    applicationName: 'audit:verify',
    queryTimeoutMs: 30 * MINUTE,
  });
  const slugs = await startPart('PostgreSQL', 'Check DATABASE_URL, and that the migrations have run.', () =>
    organizations(db),
  );
  const organizationId = wanted.organization === undefined ? null : slugs.byName.get(wanted.organization);
  if (organizationId === undefined) {
    say(`There is no organization "${wanted.organization}".`);
    return 2;
  }
  let toldAt = performance.now();
  const reports = await verifyAudit(db, {
    organizationId,
    head: wanted.head,
    since: wanted.since,
    onProgress: (id, rows) => {
      if (performance.now() - toldAt < TOLD_EVERY_MS) return;
      toldAt = performance.now();
      say(`${slugs.nameOf(id)}: ${rows} rows verified so far`);
    },
  });
  for (const report of reports) for (const line of linesOf(report, slugs.nameOf)) print(line);
  const broken = reports.filter(({ fault }) => fault !== null);
  if (broken.length === 0) {
    print(reports.length === 0 ? 'There are no audit rows.' : 'The audit trail matches its seals.');
    return 0;
  }
  print(`The audit trail of ${broken.length} of ${reports.length} does not match its seals.`);
  return 1;
}

function linesOf(report: ChainReport, nameOf: (id: string) => string): string[] {
  const { organizationId, seals, rows, head, fault, waiting, waitingSeconds } = report;
  const name = organizationId === '' ? 'any organization' : nameOf(organizationId);
  const lines = [`${fault ? 'BROKEN' : 'holds '}  ${name}: ${rows} rows in ${seals} seals`];
  if (fault) lines.push(...faultSentences(fault).map((sentence) => `          ${sentence}`));
  else if (head) lines.push(`          head of seal ${head.number}: ${head.hash}`);
  if (waiting > 0) {
    const seconds = Math.round(waitingSeconds ?? 0);
    lines.push(`          ${waiting} rows are not sealed yet, the oldest for ${seconds} s`);
    if (seconds > SUSPICIOUS_SECONDS) {
      lines.push(
        '          SUSPICIOUS: rows are sealed within seconds. Check that admin-service is running and that no transaction stays open.',
      );
    }
  }
  return lines;
}

interface Arguments {
  organization?: string | undefined;
  head?: string | undefined;
  since?: string | undefined;
}

function readArguments(args: readonly string[]): Arguments | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        organization: { type: 'string' },
        head: { type: 'string' },
        since: { type: 'string' },
      },
    });
    for (const name of ['head', 'since'] as const) {
      const hash = values[name];
      if (hash !== undefined && !/^[0-9a-f]{64}$/.test(hash)) {
        return `--${name} must be the 64 hexadecimal digits of a head.`;
      }
    }
    return values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function organizations(db: Queryable) {
  const rows = await db.query<{ organization_id: string; slug: string }>(
    'select organization_id, slug from access.organizations',
  );
  const names = new Map(rows.map(({ organization_id, slug }) => [organization_id, slug]));
  return {
    byName: new Map(rows.map(({ organization_id, slug }) => [slug, organization_id])),
    nameOf: (id: string) => names.get(id) ?? id,
  };
}
