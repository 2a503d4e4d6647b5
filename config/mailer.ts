import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Logger } from 'pino';

export interface Mail {
  to: string;
  subject: string;
  text: string;
}

export type Mailer = (mail: Mail) => Promise<void>;

export interface MailerOptions {
  smtpUrl: string | undefined;
  from: string;
  /** Without an SMTP server each mail becomes a file here. */
  directory: string;
  logger: Logger;
}

export function createMailer(options: MailerOptions): Mailer {
  return options.smtpUrl ? smtpMailer(options.smtpUrl, options.from) : folderMailer(options);
}

/** Mails are sent after the answer is out: a process that stops waits for `settled`. */
export function trackMails(mailer: Mailer): { sendMail: Mailer; settled(): Promise<unknown> } {
  const pending = new Set<Promise<void>>();
  const sendMail: Mailer = async (mail) => {
    const sending = mailer(mail);
    pending.add(sending);
    await sending.finally(() => pending.delete(sending));
  };
  return { sendMail, settled: () => Promise.allSettled(pending) };
}

function smtpMailer(url: string, from: string): Mailer {
  // Its own limits are minutes: longer than any step may take.
  const transport = createTransport({
    url,
    connectionTimeout: 8_000,
    greetingTimeout: 8_000,
    socketTimeout: 12_000,
  });
  return async (mail) => {
    await transport.sendMail({ from, ...mail });
  };
}

/** The log names the file and not what is in it: a mail's link is a credential. */
function folderMailer({ from, directory, logger }: MailerOptions): Mailer {
  return async ({ to, subject, text }) => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
    const file = join(directory, `${stamp}-${randomUUID()}.txt`);
    await writeFile(file, `From: ${from}\nTo: ${to}\nSubject: ${subject}\n\n${text}\n`, { mode: 0o600 });
    logger.info({ file, subject }, 'Mail written to a file, because SMTP_URL is not set');
  };
}
