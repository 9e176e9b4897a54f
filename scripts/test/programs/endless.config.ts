// A configuration for Vitest that is never read to its end.
console.log('reading the configuration');
setInterval(() => {}, 1_000);
await new Promise(() => {});
export default {};
