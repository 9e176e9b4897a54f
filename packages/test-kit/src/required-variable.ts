/** A variable that the global setup provides; throws what to do when a test runs without it. */
export function requiredVariable(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`${name} is not set: this test needs servers. Name it *.int.test.ts or *.e2e.test.ts.`);
}
