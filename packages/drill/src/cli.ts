import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LOCAL } from '@turnout/local-stack/places';
import { narrator } from '@turnout/local-stack/say';
import { removeStaleDirectories } from '@turnout/local-stack/stale-directories';
import { violations } from './findings.ts';
import { report } from './report.ts';
import { runDrill } from './run-drill.ts';

// npm run drill: loses a database under load and restores it, on servers of its own. Exit code 1 on any violation.
const USAGE = 'usage: npm run drill -- [--seconds 10] [--lag 300] [--synchronous]';
const options = readOptions();
const dir = join(LOCAL, `drill-${process.pid}`);
const logDir = join(LOCAL, 'drill-logs'); // of the last drill
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
process.once('disconnect', () => process.exit(130));
process.channel?.unref(); // or it would keep this process alive

await removeStaleDirectories(LOCAL, 'drill');
rmSync(logDir, { recursive: true, force: true });
const say = narrator(process.stdout);
try {
  const findings = await runDrill({ ...options, dir, logDir, say });
  const wrong = violations(findings);
  console.log(['', ...report(findings), ''].join('\n'));
  for (const sentence of wrong) console.log(`VIOLATED  ${sentence}`);
  console.log(
    wrong.length === 0
      ? 'The drill went as promised.'
      : `The drill failed: ${wrong.length} violations. The logs are in ${logDir}.`,
  );
  process.exitCode = wrong.length === 0 ? 0 : 1;
} catch (error) {
  console.log(`The drill failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        seconds: { type: 'string', default: '10' },
        lag: { type: 'string', default: '300' },
        synchronous: { type: 'boolean', default: false },
      },
    });
    const [seconds, lagMs] = [Number(values.seconds), Number(values.lag)];
    if (!(seconds >= 1 && seconds <= 600) || !(lagMs >= 0 && lagMs <= 60_000)) {
      throw new Error('--seconds is 1 to 600, --lag 0 to 60000 milliseconds');
    }
    return { seconds, lagMs, synchronous: values.synchronous };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}
