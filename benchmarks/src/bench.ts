// npm run bench -- <name> [--only part,part]: brings up private servers, measures, prints a table; exit code 1 when a
// target is missed.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { packagesAreInstalled } from '../../scripts/ensure-packages.mjs';

type Parts = Record<string, unknown>;

interface Benchmark {
  parts: Parts;
  run: (only: readonly string[]) => Promise<boolean>;
}

const benchmarks: Record<string, () => Promise<Benchmark>> = {
  checkin: async () => ({ parts: {}, run: (await import('./checkin/benchmark.ts')).benchmarkCheckin }),
  closure: async () => {
    const { parts, benchmarkClosure } = await import('./closure/benchmark.ts');
    return { parts, run: benchmarkClosure };
  },
  import: async () => ({ parts: {}, run: (await import('./import/benchmark.ts')).benchmarkImport }),
  relay: async () => {
    const { parts, benchmarkRelay } = await import('./relay/benchmark.ts');
    return { parts, run: benchmarkRelay };
  },
  report: async () => {
    const { parts, benchmarkReport } = await import('./report/benchmark.ts');
    return { parts, run: benchmarkReport };
  },
  scaling: async () => {
    const { parts, benchmarkScaling } = await import('./scaling/benchmark.ts');
    return { parts, run: benchmarkScaling };
  },
};

const usage = `usage: npm run bench -- ${Object.keys(benchmarks).join(' | ')} [--only part,part]`;
process.exitCode = await bench(process.argv.slice(2));

async function bench(argv: string[]): Promise<number> {
  const asked = readArguments(argv);
  if ('problem' in asked) return refuse(`${asked.problem}\n${usage}`);
  const { name, only } = asked;
  const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
  if (!load) return refuse(`There is no benchmark ${name}.\n${usage}`);
  installOwnPackages(fileURLToPath(new URL('..', import.meta.url)));
  const { parts, run } = await load();
  const unknown = only.filter((part) => !Object.hasOwn(parts, part));
  if (unknown.length > 0) {
    const known = Object.keys(parts).join(', ') || 'none';
    return refuse(`${name} has no part ${unknown.join(', ')}; its parts: ${known}`);
  }
  return (await run(only)) ? 0 : 1;
}

function readArguments(argv: string[]): { name: string; only: string[] } | { problem: string } {
  try {
    const options = { only: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true });
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0) return { problem: 'Name one benchmark.' };
    return { name, only: values.only?.split(',') ?? [] };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function refuse(sentence: string): number {
  console.error(sentence);
  return 2;
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
