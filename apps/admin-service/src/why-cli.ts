import { uuid } from '@turnout/contracts/primitives';
import { requireDatabaseNow } from '@turnout/database/require-database';
import { SECOND } from '@turnout/runtime/durations';
import { openDb } from '@turnout/runtime/postgres';
import { type CommandResult, runCommand } from '@turnout/runtime/run-command';
import { presence } from './why/sentences.ts';
import { tellWhy } from './why/tell-why.ts';

// npm run why -- <enrollmentId>: what support reads to whoever asks.
await runCommand('why', () => why(process.argv.slice(2), process.env.DATABASE_URL));

async function why([named, ...more]: readonly string[], url: string | undefined): Promise<CommandResult> {
  const enrollmentId = uuid.safeParse(named).data?.toLowerCase();
  if (enrollmentId === undefined || more.length > 0) {
    const isOne = named !== undefined && more.length === 0;
    const problem = isOne
      ? `${named} is not the id of an enrollment: it must be a UUID.`
      : 'Name one enrollment by its id.';
    return { code: 2, sentence: `${problem}\nusage: npm run why -- <enrollmentId>` };
  }
  if (!url) {
    const sentence = 'DATABASE_URL is not set. Set it to the database URL of the role turnout_admin.';
    return { code: 1, sentence };
  }
  await using db = openDb({ url, max: 1, applicationName: 'why', queryTimeoutMs: 30 * SECOND });
  await requireDatabaseNow(db);
  const told = await tellWhy(db, { enrollmentId, organizationId: null, eventIds: null });
  if (!told) return { code: 1, sentence: `There is no enrollment ${enrollmentId}.` };
  const { status, evaluation, entries, truncated } = told;
  if (truncated) console.log(`(the newest ${entries.length} entries only)`);
  for (const { sentence } of entries) console.log(sentence);
  const { rule, met, presentDays: daysPresent, requiredDays: required } = evaluation;
  console.log(`\nStatus now: ${status.replace('_', ' ')}. ${presence({ daysPresent, required, rule })}`);
  const enough = met ? 'enough' : 'not enough';
  return { code: 0, sentence: `By the event's rule (${rule.replace('_', ' ')}) that is ${enough}.` };
}
