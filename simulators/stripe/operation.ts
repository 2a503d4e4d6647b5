import type { z } from 'zod';
import type { Simulator } from './simulator.ts';

interface Call<P> {
  /** The `:id` of the path; empty where it has none. */
  id: string;
  parameters: P;
}

/** One thing that the API can do. `run` is synchronous, so that each call is one transaction. */
export interface Operation {
  method: 'get' | 'post' | 'delete';
  path: string;
  parameters: z.ZodType;
  run(simulator: Simulator, call: Call<unknown>): object;
}

/** Keeps the type of the parameters between the schema and the function. */
export function operation<S extends z.ZodType>(
  method: Operation['method'],
  path: string,
  parameters: S,
  run: (simulator: Simulator, call: Call<z.output<S>>) => object,
): Operation {
  return { method, path, parameters, run: run as Operation['run'] };
}
