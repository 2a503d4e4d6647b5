import { condition } from '@temporalio/workflow';

interface Waiting<Job, Answer> {
  job: Job;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** What arrives by message, to be done one after another by the workflow's own loop. */
export class JobQueue<Job, Answer> {
  readonly #waiting: Waiting<Job, Answer>[] = [];
  #poked = false;

  /** For updates: answers when it was done, or throws why not. */
  async ask(job: Job): Promise<Answer> {
    return new Promise((resolve, reject) => this.#waiting.push({ job, resolve, reject }));
  }

  /** For signals: nobody waits. */
  tell(job: Job): void {
    this.#waiting.push({ job, resolve: () => {}, reject: () => {} });
  }

  /** There is news that carries nothing. */
  poke(): void {
    this.#poked = true;
  }

  get hasNews(): boolean {
    return this.#poked || this.#waiting.length > 0;
  }

  takeNews(): Waiting<Job, Answer> | undefined {
    this.#poked = false;
    return this.#waiting.shift();
  }

  /** False: nothing came in time. */
  wait(milliseconds: number, summary: string): Promise<boolean> {
    return condition(() => this.hasNews, milliseconds, { summary });
  }
}
