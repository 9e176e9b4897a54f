/**
 * Does `work` again and again until a portion is not full, or it is to stop; a portion under way is finished. Answers how
 * much was done.
 *
 * @param limit of one portion
 * @param work does one portion and answers how much it was
 */
export async function inPortions(
  limit: number,
  stopping: AbortSignal,
  work: () => Promise<number>,
): Promise<number> {
  let done = 0;
  while (!stopping.aborted) {
    const now = await work();
    done += now;
    if (now < limit) break;
  }
  return done;
}
