import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGuard } from '@turnout/local-stack/open-guard';
import { readOrMakeSecrets } from '@turnout/local-stack/secrets';
import { startContainers } from '@turnout/local-stack/servers/containers';
import { answersQuery } from '@turnout/local-stack/servers/postgres';
import { answersAmqp } from '@turnout/local-stack/servers/rabbitmq';
import { answersPing } from '@turnout/local-stack/servers/redis';

/** What `npm start` and `npm test` do on a machine without server programs. */
export async function serversAlone(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'turnout-servers-'));
  try {
    const { databaseUrl, redisUrl, rabbitmq } = await startAndEnd(dir);
    const calls = [answersQuery(databaseUrl), answersPing(redisUrl), answersAmqp(rabbitmq.amqpUrl)];
    const left = (await Promise.allSettled(calls)).filter(({ status }) => status === 'fulfilled');
    if (left.length > 0) throw new Error(`${left.length} servers run on after their end`);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function startAndEnd(dir: string) {
  await using guard = await openGuard({ dir, logDir: dir });
  const secrets = readOrMakeSecrets(join(dir, 'secrets.json'));
  const place = { dataDir: dir, logDir: dir, guard, secrets, say: () => undefined, throwaway: true };
  const containers = await startContainers(['postgres', 'redis', 'rabbitmq'], place);
  await containers.rabbitmq.rabbitmqctl(['status']);
  return containers;
}
