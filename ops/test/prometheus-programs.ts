import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages, mayInstallPackages } from '@turnout/local-stack/install-packages';
import { openGuard } from '@turnout/local-stack/open-guard';
import { inPath } from '@turnout/local-stack/programs';
import { narrator } from '@turnout/local-stack/say';

export interface PrometheusPrograms {
  prometheus: string;
  promtool: string;
}

/**
 * Prometheus and its tool. Installs Debian's package where that is possible, without starting its service.
 *
 * @throws Error that says what to install when there is none
 */
export async function prometheusPrograms(): Promise<PrometheusPrograms> {
  const found = look();
  if (found) return found;
  if (mayInstallPackages()) {
    const dir = mkdtempSync(join(tmpdir(), 'turnout-prometheus-'));
    try {
      await using guard = await openGuard({ dir, logDir: dir });
      await installPackages(['prometheus'], { guard, say: narrator(process.stderr), logDir: dir });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    const installed = look();
    if (installed) return installed;
  }
  throw new Error(
    'Dashboards and alerts are proven with Prometheus: apt install prometheus, or put prometheus and promtool of ' +
      'https://prometheus.io/download on the PATH. As root on Debian or Ubuntu it is installed by itself.',
  );
}

function look(): PrometheusPrograms | null {
  const prometheus = inPath('prometheus');
  const promtool = inPath('promtool');
  return prometheus && promtool ? { prometheus, promtool } : null;
}

/** Runs promtool; throws with what it says when it is not content. */
export function runPromtool({ promtool }: PrometheusPrograms, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(promtool, args, { encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) throw new Error(`promtool ${args.join(' ')}:\n${stdout}${stderr}`);
  return stdout;
}
