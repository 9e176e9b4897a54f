import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playDemo } from '../src/play-demo.ts';
import type { DemoStack } from '../src/stack.ts';
import { expectInvariants } from './expect-invariants.ts';
import { startLiar } from './start-liar.ts';
import { startTestStack, type TestStack } from './start-test-stack.ts';

async function play(stack: DemoStack) {
  const said: string[] = [];
  const { ok, eventId } = await playDemo({ stack, say: (line) => said.push(line) });
  return { ok, eventId, said, differences: said.filter((line) => line.startsWith('DIFFERENT: ')) };
}

describe('the demonstration', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack();
  });
  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
  });

  it('goes as its cast says it must, as often as it is played', async () => {
    const first = await play(stack);
    expect(first.differences).toEqual([]);
    expect(first.ok).toBe(true);
    expect(first.said.length).toBeLessThan(60);
    const second = await play(stack);
    expect(second.differences).toEqual([]);
    expect(second.ok).toBe(true);
    expect(second.eventId).not.toBe(first.eventId);
    await expectInvariants(stack.database.url);
  });

  it('names who has another verdict than expected, and who has a mail too many', async () => {
    const { services, infrastructure, mailbox } = stack;
    await using admin = await startLiar(services.admin.url, (path, answer) =>
      /\/enrollments\/[^/?]+$/.test(path) && answer.includes('Ada Kowalska')
        ? answer.replace('"status":"attended"', '"status":"no_show"')
        : answer,
    );
    await using twice = await startLiar(mailbox.url, (_, answer) =>
      JSON.stringify([...JSON.parse(answer), JSON.parse(answer).at(-1)]),
    );
    const { ok, differences, said } = await play({
      ...stack,
      services: { ...services, admin },
      infrastructure: { ...infrastructure, mailboxUrl: twice.url },
    });
    expect(ok).toBe(false);
    expect(differences[0]).toBe(
      'DIFFERENT: Ada Kowalska (came on all three days), verdict: expected ["attended","attended"], found ["attended","no_show"]',
    );
    expect(differences.at(-1)).toMatch(
      /^DIFFERENT: mails to .*, found \[\["You attended.*\],\["You attended.*\]\]$/,
    );
    expect(said.find((line) => line.includes('came on all three days'))).toMatch(/<-- Ada Kowalska$/);
  });

  it('ends with a sentence when a service answers what it must not', async () => {
    const { auditor } = stack.organization.tokens;
    const { ok, differences } = await play({ ...stack, tokens: { ...stack.tokens, supervisor: auditor } });
    expect(ok).toBe(false);
    expect(differences).toEqual([
      expect.stringMatching(/ended early: POST .*\/annulment answered 403 instead/),
    ]);
  });
});
