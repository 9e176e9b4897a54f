import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Guard, openGuard } from '@turnout/local-stack/open-guard';
import type { Say } from '@turnout/local-stack/say';
import { readOrMakeSecrets } from '@turnout/local-stack/secrets';
import type { Place } from '@turnout/local-stack/servers/private-server';

export interface DrillPlaceOptions {
  /** The directory of the drill; everything below it goes with the drill. */
  dir: string;
  logDir: string;
  say: Say;
}

/**
 * A part of the drill that can be lost by itself: a directory with a guard of its own. All parts share their
 * passwords, as a restored server does.
 */
export async function openPlace(
  { dir, logDir, say }: DrillPlaceOptions,
  name: string,
): Promise<Place & AsyncDisposable> {
  const dataDir = join(dir, name);
  mkdirSync(dataDir, { recursive: true });
  const guard: Guard = await openGuard({ dir: dataDir, logDir: join(logDir, name) });
  return {
    dataDir,
    logDir: join(logDir, name),
    guard,
    say: (line) => say(`  ${name}: ${line}`),
    throwaway: true,
    secrets: readOrMakeSecrets(join(dir, 'secrets.json')),
    [Symbol.asyncDispose]: () => guard[Symbol.asyncDispose](),
  };
}
