import { checks } from './checks.ts';
import { openSystem, whyNotHere } from './compose.ts';

// npm run verify:compose: builds, starts, breaks and restarts the system of docker-compose.yml, as a copy of its own.
const why = await whyNotHere();
if (why !== null) {
  console.error(`The containers cannot be verified: ${why}.`);
  process.exit(1);
}
await using system = openSystem();
let failed = 0;
let notChecked = 0;
for (const { name, run } of checks) {
  const began = performance.now();
  try {
    await run(system, (what) => {
      notChecked += 1;
      console.log(`not checked  ${what}`);
    });
    console.log(`passed  ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${String(error).replaceAll(/^/gm, '    ')}`);
    break; // the next go on with what this one should have left
  }
}
const but = notChecked === 0 ? '' : ` Not checked: ${notChecked}, named above.`;
console.log(
  failed === 0
    ? `The containers behave as they should.${but}`
    : 'The containers do not behave as they should.',
);
process.exitCode = failed === 0 ? 0 : 1;
