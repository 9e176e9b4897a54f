import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOrMakeSecrets } from '../src/secrets.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'secrets-'));
  file = join(dir, 'secrets.json');
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('the secrets of a stack', () => {
  it('are made once, for their owner only', () => {
    const made = readOrMakeSecrets(file);
    expect(Buffer.from(made.webhookSecretsKey, 'base64')).toHaveLength(32);
    expect(readOrMakeSecrets(file)).toEqual(made);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('keep what an earlier version made, and get what it did not know', () => {
    const { webhookSecretsKey: _later, ...earlier } = readOrMakeSecrets(file);
    writeFileSync(file, JSON.stringify(earlier));
    const completed = readOrMakeSecrets(file);
    expect(completed).toMatchObject(earlier);
    expect(completed.webhookSecretsKey).not.toBe('');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(completed);
    expect(readOrMakeSecrets(file)).toEqual(completed);
  });
});
