import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const MAJOR = 24;

/**
 * The Node.js 24 among the packages or, on a platform without that package, the one that runs this, if it is new
 * enough.
 */
export function findNode24(root) {
  const packaged = join(root, 'node_modules', '.bin', 'node');
  const { stdout } = spawnSync(packaged, ['--version'], { encoding: 'utf8' });
  if (majorOf(stdout) === MAJOR) return packaged;
  if (majorOf(process.version) >= MAJOR) return process.execPath;
  throw new Error(
    `Turnout runs on Node.js ${MAJOR}. There is no package of it for ${process.platform}-${process.arch}, and this is ` +
      `${process.version}. Install Node.js ${MAJOR} and run the command again.`,
  );
}

function majorOf(version) {
  return Number(/^v(\d+)\./.exec(version ?? '')?.[1] ?? 0);
}
