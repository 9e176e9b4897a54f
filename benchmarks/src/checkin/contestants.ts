import { fileURLToPath } from 'node:url';
import { freePort } from '@turnout/local-stack/ports';
import { type Contestant, startProgram } from '../programs.ts';
import { waitUntilReady } from '../ready.ts';
import type { Stand } from '../stand.ts';

/** Connections of the floor. */
const FLOOR_POOL = '20';

/** The bare program that spends one statement on each request. */
export async function startFloor(stand: Stand): Promise<Contestant> {
  const port = await freePort();
  const unit = await startProgram(stand, {
    name: 'floor',
    args: [fileURLToPath(new URL('./floor.ts', import.meta.url))],
    environment: {
      NODE_ENV: 'production',
      PORT: String(port),
      DATABASE_URL: stand.databaseUrl,
      POOL: FLOOR_POOL,
      EVENT_DAY: new Date().toISOString().slice(0, 10),
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(url, '/', unit);
  return { url, unit };
}
