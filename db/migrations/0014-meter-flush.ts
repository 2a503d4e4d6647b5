/** Hold and settle for whole batches of calls. */
export { meterFlushFunctions as up } from './meter-flush/functions.ts';
