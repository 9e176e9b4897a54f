// npm run verify:alerts: fires each alert by causing its fault, with the rules sixty times faster than written; with
// `-- --as-written` as they are, which takes eleven minutes.
if (process.argv.includes('--as-written')) process.env.ALERTS_FASTER = '1';
process.argv.splice(2, Infinity, '--project', 'alerts');
await import('../../scripts/test.ts');
