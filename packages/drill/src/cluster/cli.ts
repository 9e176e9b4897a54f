import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL } from '@turnout/local-stack/places';
import { narrator } from '@turnout/local-stack/say';
import { removeStaleDirectories } from '@turnout/local-stack/stale-directories';
import { report, violations } from './findings.ts';
import { runCluster } from './run-cluster.ts';

// npm run verify:cluster: kills the leader of a RabbitMQ cluster under load, on servers of its own, three times in
// about a minute. Exit code 1 on any violation.
const dir = join(LOCAL, `cluster-${process.pid}`);
const logDir = join(LOCAL, 'cluster-logs'); // of the last run
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
process.once('disconnect', () => process.exit(130));
process.channel?.unref(); // or it would keep this process alive

await removeStaleDirectories(LOCAL, 'cluster');
rmSync(logDir, { recursive: true, force: true });
try {
  const found = await runCluster({ dir, logDir, say: narrator(process.stdout), kills: 3 });
  const wrong = violations(found);
  console.log(['', ...report(found), ''].join('\n'));
  for (const sentence of wrong) console.log(`VIOLATED  ${sentence}`);
  console.log(
    wrong.length === 0
      ? 'The cluster behaved as it should.'
      : `The cluster failed. The logs are in ${logDir}.`,
  );
  process.exitCode = wrong.length === 0 ? 0 : 1;
} catch (error) {
  console.log(
    `The cluster failed: ${error instanceof Error ? error.message : String(error)}. The logs are in ${logDir}.`,
  );
  process.exitCode = 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
