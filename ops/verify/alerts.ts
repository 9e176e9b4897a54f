import { parseArgs } from 'node:util';

// npm run verify:alerts: fires each alert by causing its fault, with the rules sixty times faster than written; with
// `-- --as-written` as they are, which takes eleven minutes.
if (readAsWritten()) process.env.ALERTS_FASTER = '1';
process.argv.splice(2, Infinity, '--project', 'alerts');
await import('../../scripts/test.ts');

function readAsWritten(): boolean {
  try {
    const { values } = parseArgs({ options: { 'as-written': { type: 'boolean', default: false } } });
    return values['as-written'];
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    console.error('usage: npm run verify:alerts [-- --as-written]');
    process.exit(2);
  }
}
