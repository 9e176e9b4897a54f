/**
 * Exchanges, queues and bindings: declaring them, and saying what is otherwise.
 *
 * AMQP has no way to read the properties of what exists. Its one way to compare is to declare: the broker then makes
 * what is missing, does nothing when it is there as asked, and otherwise refuses with the name of the first property
 * that differs, which closes the channel. Nothing here ever deletes or replaces anything.
 */
import type { Channel, ChannelModel } from 'amqplib';

/** Exchanges, queues and bindings as plain data, in the broker's own words. */
export interface Topology {
  readonly exchanges: readonly { name: string; type: string; durable: boolean; arguments: object }[];
  readonly queues: readonly { name: string; durable: boolean; arguments: object }[];
  readonly bindings: readonly { exchange: string; queue: string; routingKey: string }[];
}

/**
 * - `differs`: it exists with other properties.
 * - `missing`: it does not exist, and was not to be made.
 * - `forbidden`: this user may not declare it.
 */
export interface TopologyProblem {
  readonly subject: 'exchange' | 'queue' | 'binding';
  readonly name: string;
  readonly problem: 'differs' | 'missing' | 'forbidden';
  /** "queue work has x-delivery-limit 5, expected 20" */
  readonly sentence: string;
}

/** The broker does not have what is needed, as it is needed. `message` is for an operator. */
export class TopologyError extends Error {
  readonly problem: TopologyProblem;

  constructor(problem: TopologyProblem, remedy = '', cause?: unknown) {
    super(remedy === '' ? problem.sentence : `${problem.sentence}. ${remedy}`, { cause });
    this.name = 'TopologyError';
    this.problem = problem;
  }
}

/**
 * Declares what is missing, on a channel that the first refusal closes.
 *
 * @param remedy what the operator is to do, added to what is wrong
 * @throws TopologyError when something exists with other properties, or may not be declared
 */
export async function declareTopology(channel: Channel, topology: Topology, remedy = ''): Promise<void> {
  for (const { subject, name, declare } of declarations(topology)) {
    try {
      await declare(channel);
    } catch (error) {
      const problem = toProblem(subject, name, error);
      if (problem === null) throw error;
      throw new TopologyError(problem, remedy, error);
    }
  }
}

/**
 * Declares what is missing, each on a channel of its own, so that one refusal hides no other. What could be declared
 * is there afterwards, whatever else was refused.
 *
 * @returns everything that stands in the way; empty when all is as asked
 */
export async function declareEach(connection: ChannelModel, topology: Topology): Promise<TopologyProblem[]> {
  const problems: TopologyProblem[] = [];
  for (const { subject, name, declare } of declarations(topology)) {
    try {
      await onOwnChannel(connection, declare);
    } catch (error) {
      const problem = toProblem(subject, name, error);
      if (problem === null) throw error;
      // An end that could not be declared has been named already.
      const follows = subject === 'binding' && problem.problem === 'missing' && problems.length > 0;
      if (!follows) problems.push(problem);
    }
  }
  return problems;
}

/**
 * Looks whether an exchange is there, which needs no permission. Its properties can't be seen this way.
 *
 * @throws TopologyError when it is missing
 */
export async function requireExchange(channel: Channel, name: string, remedy = ''): Promise<void> {
  try {
    await channel.checkExchange(name);
  } catch (error) {
    const problem = toProblem('exchange', name, error);
    if (problem === null) throw error;
    throw new TopologyError(problem, remedy, error);
  }
}

/** Works on a channel that nobody else uses: what the broker refuses closes it, and is what the caller hears. */
export async function onOwnChannel<T>(
  connection: ChannelModel,
  work: (channel: Channel) => Promise<T>,
): Promise<T> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined); // the rejected call says the same
  const result = await work(channel);
  await channel.close();
  return result;
}

interface Declaration {
  subject: TopologyProblem['subject'];
  name: string;
  declare: (channel: Channel) => Promise<unknown>;
}

function declarations({ exchanges, queues, bindings }: Topology): Declaration[] {
  return [
    ...exchanges.map(({ name, type, durable, arguments: args }): Declaration => {
      const declare = (channel: Channel) => channel.assertExchange(name, type, { durable, arguments: args });
      return { subject: 'exchange', name, declare };
    }),
    ...queues.map(({ name, durable, arguments: args }): Declaration => {
      const declare = (channel: Channel) => channel.assertQueue(name, { durable, arguments: args });
      return { subject: 'queue', name, declare };
    }),
    ...bindings.map(({ exchange, queue, routingKey }): Declaration => {
      const declare = (channel: Channel) => channel.bindQueue(queue, exchange, routingKey);
      return { subject: 'binding', name: `${exchange} → ${queue} (${routingKey || 'everything'})`, declare };
    }),
  ];
}

/** What a refusal means; null for errors that say nothing of the topology, such as a lost connection. */
function toProblem(
  subject: TopologyProblem['subject'],
  name: string,
  error: unknown,
): TopologyProblem | null {
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string };
  const what = `${subject} ${name}`;
  const words = /with message "(.*)"$/s.exec(message)?.[1] ?? message;
  switch (code) {
    case 406:
    case 405:
      return { subject, name, problem: 'differs', sentence: `${what} ${difference(words)}` };
    case 404:
      return { subject, name, problem: 'missing', sentence: `${what} is missing` };
    case 403:
      return {
        subject,
        name,
        problem: 'forbidden',
        sentence: `${what} cannot be declared by this user: ${words}`,
      };
    default:
      return null;
  }
}

/** "inequivalent arg 'x' …: received '20' but current is '5'" becomes "has x 5, expected 20". */
function difference(words: string): string {
  const found = /inequivalent arg '([^']+)' for .*: received (.+) but current is (.+)$/s.exec(words);
  if (!found) return `differs from what is expected: ${words}`;
  const [, argument = '', expected = '', current = ''] = found;
  const has = current === 'none' ? `has no ${argument}` : `has ${argument} ${quoted(current)}`;
  return `${has}, expected ${quoted(expected)}`;
}

/** A value as the broker quotes it: `'5'`, `the value '5' of type 'long'`, or `none`. */
function quoted(text: string): string {
  return /^(?:the value )?'(.*?)'(?: of type '\w+')?$/s.exec(text)?.[1] ?? text;
}
