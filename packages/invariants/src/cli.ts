import { OFFENDERS_SHOWN } from './invariant.ts';
import { runInvariants } from './run-invariants.ts';

const url = process.env.DATABASE_URL;
if (!url) {
  console.error('DATABASE_URL is not set. Set it to the URL of a role that may read all schemas.');
  process.exit(1);
}
const findings = await runInvariants(url).catch((error: unknown) => {
  console.error(`The invariants were not checked. ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
for (const [index, { name, offenders }] of findings.entries()) {
  console.log(`${offenders.length === 0 ? 'holds ' : 'BROKEN'}  ${index + 1}. ${name}`);
  for (const row of offenders) console.log(`          ${JSON.stringify(row)}`);
  if (offenders.length >= OFFENDERS_SHOWN) console.log(`          … the first ${OFFENDERS_SHOWN} are shown`);
}
const broken = findings.filter(({ offenders }) => offenders.length > 0);
console.log(
  broken.length === 0
    ? 'All invariants hold.'
    : `${broken.length} of ${findings.length} invariants are broken.`,
);
process.exitCode = broken.length === 0 ? 0 : 1;
