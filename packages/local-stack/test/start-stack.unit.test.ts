import { describe, expect, it } from 'vitest';
import { settingsOf } from '../src/start-stack.ts';

describe('the settings of the services of a stack', () => {
  it('let no mail wait for a thousand others where our own mailbox takes them', () => {
    expect(settingsOf({}, { ownMailbox: true })).toEqual({
      OPERATOR_ORGANIZATION: 'demo',
      OPERATOR_EMAIL: 'operator@localhost',
      MAILS_PER_SECOND: '1000',
    });
  });

  it("hurry nobody else's mail server, and invent no address for it", () => {
    expect(settingsOf({}, { ownMailbox: false })).toEqual({ OPERATOR_ORGANIZATION: 'demo' });
  });

  it('are what the environment says, if it says something', () => {
    expect(settingsOf({ MAILS_PER_SECOND: '5' }, { ownMailbox: true }).MAILS_PER_SECOND).toBe('5');
  });
});
