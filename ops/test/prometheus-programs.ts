import { spawnSync } from 'node:child_process';
import { inPath } from '@turnout/local-stack/programs';
import { findOrInstall } from '@turnout/test-kit/find-or-install';

export interface PrometheusPrograms {
  prometheus: string;
  promtool: string;
}

/**
 * Prometheus and its tool.
 *
 * @throws Error that says what to install when there is none
 */
export async function prometheusPrograms(): Promise<PrometheusPrograms> {
  return await findOrInstall(
    look,
    'prometheus',
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
