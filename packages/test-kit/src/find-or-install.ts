import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages, mayInstallPackages } from '@turnout/local-stack/install-packages';
import { openGuard } from '@turnout/local-stack/open-guard';
import { narrator } from '@turnout/local-stack/say';

/** A test that may be the first to install something needs this much time. */
export const INSTALLS_WITHIN_MS = 180_000;

/**
 * What `look` finds on this machine. When it finds nothing, installs `debianPackage` where that is possible, without
 * starting its services, and looks again.
 *
 * @param otherwise what to do where it cannot be installed
 * @throws Error that says `otherwise`
 */
export async function findOrInstall<T>(
  look: () => T | null | undefined,
  debianPackage: string,
  otherwise: string,
): Promise<T> {
  const found = look();
  if (found) return found;
  if (mayInstallPackages()) {
    const dir = mkdtempSync(join(tmpdir(), `turnout-${debianPackage}-`));
    try {
      await using guard = await openGuard({ dir, logDir: dir });
      await installPackages([debianPackage], { guard, say: narrator(process.stderr), logDir: dir });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    const installed = look();
    if (installed) return installed;
  }
  throw new Error(otherwise);
}
