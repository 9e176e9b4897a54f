import type { Stage } from '../stage.ts';

/** The ids of everything that has arrived among the notifier's dead letters, as often as it is there. */
export async function readDeadLetters({ db }: Stage): Promise<string[]> {
  const rows = await db.query<{ message_id: string }>(
    `select message_id from notifier.dead_letters where source = 'broker'`,
  );
  return rows.map(({ message_id }) => message_id);
}

/** The dead letters are exactly what was planted, each once. */
export async function checkDeadLetters(stage: Stage): Promise<string[]> {
  const letters = await readDeadLetters(stage);
  const dead = new Set(letters);
  const missing = [...stage.poison.keys()].filter((id) => !dead.has(id));
  const innocent = [...dead].filter((id) => !stage.poison.has(id));
  const twice = letters.filter((id, index) => letters.indexOf(id) !== index);
  return [
    ...twice.map((id) => `the message ${id} is among the dead letters twice`),
    ...missing.map((id) => `the poison ${id} is not among the dead letters`),
    ...innocent.map((id) => `the message ${id} is among the dead letters and was no poison`),
  ];
}
