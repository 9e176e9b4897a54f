import { describe, expect, it } from 'vitest';
import { type ClusterFindings, violations } from '../src/cluster/findings.ts';

const good: ClusterFindings = {
  copies: 3,
  committed: 10_000,
  tookEffect: 10_000,
  effects: 10_000,
  otherTeamReceived: 10_000,
  otherTeamRepeated: 25,
  otherTeamRedelivered: 5,
  outOfOrder: 0,
  kills: [{ node: 'one', withoutFlowMs: 400, underWay: 50, withoutIt: true }],
};

describe('the loss of a broker node', () => {
  it('is as promised when nothing is lost, doubled or out of order; what is delivered again is no violation', () => {
    expect(violations(good)).toEqual([]);
  });

  it.each<[string, Partial<ClusterFindings>]>([
    ['1 messages are lost to the notifier', { tookEffect: 9_999, effects: 9_999 }],
    ['2 effects are doubled', { effects: 10_002 }],
    ['3 messages are lost to another team', { otherTeamReceived: 9_997 }],
    ['4 messages came out of order', { outOfOrder: 4 }],
    ['the queue has 1 copies instead of 3', { copies: 1 }],
    [
      'after the kill of one nothing flowed until it was back',
      { kills: [{ node: 'one', withoutFlowMs: 20_000, underWay: 50, withoutIt: false }] },
    ],
    [
      'nothing was under way when one was killed',
      { kills: [{ node: 'one', withoutFlowMs: 0, underWay: 0, withoutIt: true }] },
    ],
  ])('says that %s', (sentence, found) => {
    expect(violations({ ...good, ...found })).toEqual([sentence]);
  });

  it('says when a run proves too little', () => {
    const few = { committed: 100, tookEffect: 100, effects: 100, otherTeamReceived: 100 };
    expect(violations({ ...good, ...few })).toEqual(['only 100 messages were committed']);
  });
});
