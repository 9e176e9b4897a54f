import { once } from 'node:events';
import { ensurePackages } from '../../ensure-packages.mjs';

// Makes sure that the packages of the repository in the first argument are installed.
try {
  await ensurePackages(process.argv[2], async (child) => ({ code: (await once(child, 'exit'))[0] ?? 1 }));
  console.log('installed');
} catch (error) {
  console.log(error.message);
  process.exitCode = 1;
}
