import { randomBytes } from 'node:crypto';
import { newId } from '@turnout/runtime/ids';
import { describe, expect, it } from 'vitest';
import { sealingWith } from '../src/webhooks/sealing.ts';
import { newSecret } from '../src/webhooks/signature.ts';

describe('a sealed secret', () => {
  const sealing = sealingWith(randomBytes(32));
  const endpointId = newId();
  const secret = newSecret();
  const sealed = sealing.seal(secret, endpointId);

  it('opens with its key, for its endpoint', () => {
    expect(sealing.open(sealed, endpointId)).toBe(secret);
  });

  it('shows nothing, and looks different each time', () => {
    expect(sealed.includes(secret.slice(6, 20))).toBe(false);
    expect(sealing.seal(secret, endpointId)).not.toEqual(sealed);
  });

  it('does not open with another key, for another endpoint, cut off, or with a bit changed', () => {
    expect(sealingWith(randomBytes(32)).open(sealed, endpointId)).toBeNull();
    expect(sealing.open(sealed, newId())).toBeNull();
    for (const length of [0, 5, 27, 28, sealed.length - 1]) {
      expect(sealing.open(sealed.subarray(0, length), endpointId)).toBeNull();
    }
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(sealing.open(changed, endpointId)).toBeNull();
    }
  });
});
