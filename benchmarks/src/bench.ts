// npm run bench -- <name>: brings up private servers, measures, prints a table; exit code 1 when a target is missed.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { packagesAreInstalled } from '../../scripts/ensure-packages.mjs';

const benchmarks: Record<string, () => Promise<boolean>> = {
  checkin: async () => (await import('./checkin/benchmark.ts')).benchmarkCheckin(),
};

const [name = ''] = process.argv.slice(2);
const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (benchmark) {
  installOwnPackages(fileURLToPath(new URL('..', import.meta.url)));
  process.exitCode = (await benchmark()) ? 0 : 1;
} else {
  console.error(`usage: npm run bench -- ${Object.keys(benchmarks).join(' | ')}`);
  process.exitCode = 2;
}

/** What only benchmarks need is no part of what npm start and npm test install. */
function installOwnPackages(folder: string): void {
  if (packagesAreInstalled(folder)) return;
  console.error('installing what the benchmarks need');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0)
    throw new Error('npm ci failed in benchmarks, see above. Check the network and try again.');
}
