/** What one kill of the leader's node did. */
export interface Kill {
  node: string;
  /** From the SIGKILL on, the longest time in which nothing new took effect. */
  withoutFlowMs: number;
  /** Messages that were committed and had no effect yet when it was killed. */
  underWay: number;
  /** Whether messages flowed again while the node was still away. */
  withoutIt: boolean;
}

export interface ClusterFindings {
  copies: number;
  committed: number;
  /** Distinct messages with an effect in the notifier, and all effects. */
  tookEffect: number;
  effects: number;
  otherTeamReceived: number;
  otherTeamRepeated: number;
  otherTeamRedelivered: number;
  outOfOrder: number;
  kills: Kill[];
}

/** Every broken promise; empty when the cluster kept them all. A run that proves too little is reported too. */
export function violations(found: ClusterFindings): string[] {
  const { committed, tookEffect, effects, kills } = found;
  return [
    found.copies !== 3 && `the queue has ${found.copies} copies instead of 3`,
    committed < 5_000 && `only ${committed} messages were committed`,
    tookEffect !== committed && `${committed - tookEffect} messages are lost to the notifier`,
    effects !== tookEffect && `${effects - tookEffect} effects are doubled`,
    found.otherTeamReceived !== committed &&
      `${committed - found.otherTeamReceived} messages are lost to another team`,
    found.outOfOrder > 0 && `${found.outOfOrder} messages came out of order`,
    ...kills.map(
      (kill) => !kill.withoutIt && `after the kill of ${kill.node} nothing flowed until it was back`,
    ),
    ...kills.map((kill) => kill.underWay === 0 && `nothing was under way when ${kill.node} was killed`),
  ].filter((sentence) => sentence !== false);
}

export function report(found: ClusterFindings): string[] {
  const { committed, tookEffect, effects } = found;
  return [
    `${committed} messages committed, ${committed - tookEffect} lost, ${effects - tookEffect} doubled in effect, ${found.outOfOrder} out of order`,
    `${found.otherTeamReceived} received by another team, ${found.otherTeamRepeated} of them more than once, ${found.otherTeamRedelivered} for the first time when the broker sent them again`,
    ...found.kills.map(
      ({ node, withoutFlowMs, underWay }) =>
        `leader on ${node} killed with ${underWay} messages under way: ${withoutFlowMs} ms without flow`,
    ),
  ];
}
