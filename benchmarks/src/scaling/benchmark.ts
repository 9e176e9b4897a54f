import { printTable } from '../table.ts';
import { printCrowds } from './crowds.ts';
import { benchmarkProcesses } from './processes.ts';
import { measureSets } from './sets.ts';
import { printSimulation } from './simulation.ts';

export const parts = { sets: null, processes: null, simulation: null };

/**
 * `npm run bench -- scaling`: several checkin-services on one database, as far as this machine goes; and from there on
 * a simulation, which measures nothing.
 *
 * @returns whether more processes are at least not slower, to within ten per cent
 */
export async function benchmarkScaling(only: readonly string[]): Promise<boolean> {
  const wanted = (part: keyof typeof parts) => only.length === 0 || only.includes(part);
  if (wanted('sets')) await measureSets();
  if (wanted('simulation')) {
    printCrowds();
    printSimulation();
  }
  if (!wanted('processes')) return true;
  return printTable('checkin-services on one database', await benchmarkProcesses());
}
