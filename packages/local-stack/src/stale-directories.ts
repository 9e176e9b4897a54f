import { existsSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endLeftovers, guardsOf } from './leftovers.ts';
import { identify } from './process-lock.mjs';

/**
 * Clears away stacks named `<prefix>-<pid>…` whose process was killed together with their guard: what still runs of
 * them, and their data.
 */
export async function removeStaleDirectories(parent: string, prefix: string): Promise<void> {
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(`${prefix}-`)
      ? Number.parseInt(name.slice(prefix.length + 1), 10)
      : Number.NaN;
    if (!Number.isInteger(pid) || identify(pid) !== null) continue;
    const stackDir = realpathSync(join(parent, name));
    if (guardsOf({ stackDir }).length > 0) continue; // being cleared away already
    await endLeftovers({ stackDir });
    for (const home of readdirSync(stackDir).filter((entry) => entry.startsWith('postgres-'))) {
      const elsewhere = realpathSync(join(stackDir, home)); // PostgreSQL's data may be outside the clone
      await endLeftovers({ postgresDir: join(elsewhere, 'data') });
      rmSync(elsewhere, { recursive: true, force: true });
    }
    rmSync(stackDir, { recursive: true, force: true });
  }
}
