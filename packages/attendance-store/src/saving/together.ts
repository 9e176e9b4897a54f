import type { Statement } from '@turnout/runtime/postgres';

/**
 * Several writes as one statement, for when each round through the protocol counts: `values` of the writes follow one
 * another. They write to different tables, and none reads what another writes.
 */
export function together(name: string, writes: readonly Statement[]): Statement {
  let taken = 0;
  const parts = writes.map(({ name: part, text }) => {
    const numbered = text.replaceAll(/\$(\d+)/g, (_, number) => `$${taken + Number(number)}`);
    taken += Math.max(...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
    return `${part} as (${numbered})`;
  });
  return { name, text: `with ${parts.join(',\n')}\nselect 1` };
}
