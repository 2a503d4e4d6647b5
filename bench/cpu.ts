import { readdirSync, readFileSync } from 'node:fs';

/** Linux reports process times in ticks of 10 ms. */
const MICROSECONDS_PER_TICK = 10_000;

interface Times {
  parent: number;
  microseconds: number;
}

function timesOf(pid: number): Times | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces: fields are counted from behind it.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const ticks = [11, 12, 13, 14].reduce((sum, i) => sum + (fields[i] ?? 0), 0);
    return { parent, microseconds: ticks * MICROSECONDS_PER_TICK };
  } catch {
    return undefined;
  }
}

/** CPU that a process, its children and its ended children have used so far. Zero where /proc does not exist. */
export function cpuMicroseconds(root: number): number {
  let pids: number[];
  try {
    pids = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return 0;
  }
  const all = new Map(pids.map((pid) => [pid, timesOf(pid)] as const));
  const belongs = (pid: number): boolean => pid === root || (pid > 1 && belongs(all.get(pid)?.parent ?? 0));
  return pids.filter(belongs).reduce((sum, pid) => sum + (all.get(pid)?.microseconds ?? 0), 0);
}
