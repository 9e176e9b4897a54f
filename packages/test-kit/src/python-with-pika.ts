import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages, mayInstallPackages } from '@turnout/local-stack/install-packages';
import { openGuard } from '@turnout/local-stack/open-guard';
import { narrator } from '@turnout/local-stack/say';

/** The distribution's own Python first: that is the one which python3-pika is for. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

/**
 * A Python that has pika. Installs Debian's package where that is possible.
 *
 * @throws Error that says what to install when there is none
 */
export async function pythonWithPika(): Promise<string> {
  const found = PYTHONS.find(hasPika);
  if (found) return found;
  if (mayInstallPackages()) {
    const dir = mkdtempSync(join(tmpdir(), 'turnout-python-'));
    try {
      await using guard = await openGuard({ dir, logDir: dir });
      await installPackages(['python3-pika'], { guard, say: narrator(process.stderr), logDir: dir });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    const installed = PYTHONS.find(hasPika);
    if (installed) return installed;
  }
  throw new Error(
    'The consumer in Python needs Python 3 with pika: apt install python3-pika, or pip install pika.',
  );
}

function hasPika(python: string): boolean {
  return spawnSync(python, ['-c', 'import pika, sqlite3'], { timeout: 20_000 }).status === 0;
}
