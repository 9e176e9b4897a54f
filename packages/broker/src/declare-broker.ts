import { brokerTopology } from '@turnout/contracts/topology';
import { connectToAny, declareEach, onOwnChannel, type TopologyProblem } from '@turnout/runtime/rabbitmq';
import type { ChannelModel } from 'amqplib';

/** How much there is of what was declared. */
export interface Declared {
  exchanges: number;
  queues: number;
  bindings: number;
}

/**
 * Declares every exchange, queue and binding of Turnout. Safe to run again, and from several places at once. What
 * exists with other properties is left as it is; everything else is declared all the same.
 *
 * @param url an AMQP URL, or those of a cluster's nodes, of a user who may configure, write and read `^turnout\.`
 * @throws BrokerMismatch that names everything that is otherwise, with what to do about each
 */
export async function declareBroker({ url }: { url: string }): Promise<Declared> {
  const connection = await connectToAny(url);
  connection.on('error', () => undefined); // the rejected call says the same
  try {
    const problems = await declareEach(connection, brokerTopology);
    if (problems.length > 0) {
      const lines: string[] = [];
      for (const problem of problems) {
        lines.push(`${problem.sentence}; ${await adviceFor(problem, connection)}`);
      }
      throw new BrokerMismatch(problems, lines);
    }
  } finally {
    await connection.close().catch(() => undefined);
  }
  const { exchanges, queues, bindings } = brokerTopology;
  return { exchanges: exchanges.length, queues: queues.length, bindings: bindings.length };
}

/** `message` has one line for each problem: what is otherwise, and what to do. */
export class BrokerMismatch extends Error {
  readonly problems: readonly TopologyProblem[];

  constructor(problems: readonly TopologyProblem[], lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'BrokerMismatch';
    this.problems = problems;
  }
}

async function adviceFor({ subject, name, problem }: TopologyProblem, connection: ChannelModel) {
  if (problem === 'forbidden') {
    return `allow the user to configure, write and read ^turnout\\., or set AMQP_URL to another user`;
  }
  if (problem === 'missing') return 'run this again';
  if (subject === 'exchange') {
    return 'stop its publishers, delete it, then run this again; the bindings of all teams are deleted with it';
  }
  return `${await stateOf(name, connection)}; delete it when it is empty, then run this again`;
}

async function stateOf(queue: string, connection: ChannelModel): Promise<string> {
  try {
    const { messageCount, consumerCount } = await onOwnChannel(connection, (channel) =>
      channel.checkQueue(queue),
    );
    return `it holds ${count(messageCount, 'message')} and has ${count(consumerCount, 'consumer')}`;
  } catch {
    return 'its messages cannot be counted'; // exclusive to somebody's connection, or deleted meanwhile
  }
}

const count = (number: number, thing: string) => `${number} ${thing}${number === 1 ? '' : 's'}`;
