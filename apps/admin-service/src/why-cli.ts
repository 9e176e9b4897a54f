import { uuid } from '@turnout/contracts/primitives';
import { requireSchema } from '@turnout/database/require-schema';
import { startPart } from '@turnout/runtime/lifecycle';
import { openDb } from '@turnout/runtime/postgres';
import { presence } from './why/sentences.ts';
import { tellWhy } from './why/tell-why.ts';

// npm run why -- <enrollmentId>: what support reads to whoever asks.
const [, , named, ...more] = process.argv;
const enrollmentId = uuid.safeParse(named).data?.toLowerCase();
const url = process.env.DATABASE_URL;
if (enrollmentId === undefined || more.length > 0) {
  const one = named === undefined || more.length > 0;
  console.error(
    one ? 'Name one enrollment by its id.' : `${named} is not the id of an enrollment: it must be a UUID.`,
  );
  console.error('usage: npm run why -- <enrollmentId>');
  process.exit(2);
}
if (!url) {
  console.error('DATABASE_URL is not set. Set it to the database URL of the role turnout_admin.');
  process.exit(1);
}
try {
  await using db = openDb({ url, max: 1, applicationName: 'why', queryTimeoutMs: 30_000 });
  await startPart('PostgreSQL', 'Check DATABASE_URL, and that the migrations have run.', () =>
    requireSchema(db),
  );
  const told = await tellWhy(db, { enrollmentId, organizationId: null, eventIds: null });
  if (told) {
    const { status, evaluation, entries, truncated } = told;
    if (truncated) console.log(`(the newest ${entries.length} entries only)`);
    for (const { sentence } of entries) console.log(sentence);
    const { rule, met, presentDays: daysPresent, requiredDays: required } = evaluation;
    console.log(`\nStatus now: ${status.replace('_', ' ')}. ${presence({ daysPresent, required, rule })}`);
    console.log(`By the event's rule (${rule.replace('_', ' ')}) that is ${met ? 'enough' : 'not enough'}.`);
  } else {
    console.error(`There is no enrollment ${enrollmentId}.`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
