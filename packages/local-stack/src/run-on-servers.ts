import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT } from './places.ts';
import { runProgram } from './run-program.ts';
import { findInfrastructure, noStackMessage } from './running-stack.ts';
import { type ServiceName, serviceUrl } from './service-roles.ts';

type Variable = 'DATABASE_URL' | 'REDIS_URLS' | 'AMQP_URL';

export interface ServersWanted {
  needs: readonly Variable[];
  /** Given to it where they are known. */
  takes?: readonly Variable[];
  /**
   * On the running stack's database it works in the role of this service; a DATABASE_URL of the environment names its
   * own.
   */
  as?: ServiceName;
}

/**
 * Runs a program of this clone with the arguments of this command, on the running stack's servers or on those that the
 * environment names. The command ends with its exit code, or with 1 and a sentence where a server that it needs is not
 * known and the arguments are right.
 *
 * @param folder of the package or app whose program it is, from the root
 * @param file of the program in that folder
 */
export async function runOnServers(
  folder: string,
  file: string,
  { needs, takes = [], as }: ServersWanted,
): Promise<void> {
  const { databaseUrl, redisUrls, amqpUrl } = findInfrastructure();
  const inRole = as && databaseUrl && !process.env.DATABASE_URL ? serviceUrl(databaseUrl, as) : databaseUrl;
  const known = { DATABASE_URL: inRole, REDIS_URLS: redisUrls?.join(','), AMQP_URL: amqpUrl };
  const wanted = [...needs, ...takes];
  if (needs.some((name) => known[name] === undefined)) {
    const problem = await problemWithArguments(join(ROOT, folder), file);
    console.error(problem ?? noStackMessage(`, or set ${wanted.join(' and ')}`));
    process.exitCode = problem === null ? 1 : 2;
    return;
  }
  const given = wanted.flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]]]));
  process.exitCode = await runProgram(file, process.argv.slice(2), {
    cwd: join(ROOT, folder),
    environment: Object.fromEntries(given),
  });
}

/**
 * What the program says of the arguments of this command if they are wrong, otherwise null. Without servers that is all
 * it does: it reads them first, and ends with 2 if they are wrong.
 */
async function problemWithArguments(folder: string, file: string): Promise<string | null> {
  const noServers = { DATABASE_URL: undefined, REDIS_URLS: undefined, AMQP_URL: undefined };
  const program = spawn(process.execPath, [file, ...process.argv.slice(2)], {
    cwd: folder,
    env: { ...process.env, ...noServers },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [code]] = await Promise.all([text(program.stderr), once(program, 'exit')]);
  return code === 2 ? said.trimEnd() : null;
}
