import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createMailer, trackMails } from './mailer.ts';

const mail = { to: 'ann@example.com', subject: 'Confirm', text: 'Open http://127.0.0.1/?token=a-secret' };
const from = 'Tollgate <no-reply@example.com>';

describe('a mail without an SMTP server', () => {
  it('becomes a file that only we can read, and the log names the file but not the link', async () => {
    const directory = path.join(mkdtempSync(path.join(tmpdir(), 'tollgate-mail-')), 'mail');
    const log: string[] = [];
    const logger = pino({}, { write: (line) => void log.push(line) });
    await createMailer({ smtpUrl: undefined, from, directory, logger })(mail);
    const [name = ''] = readdirSync(directory);
    const file = path.join(directory, name);
    expect(readFileSync(file, 'utf8')).toContain(mail.text);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(log.join('')).toContain(name);
    expect(log.join('')).not.toContain('a-secret');
    rmSync(path.dirname(directory), { recursive: true });
  });
});

describe('a mail with an SMTP server', () => {
  let server: Server;
  let received = '';

  beforeAll(async () => {
    server = createServer((socket) => {
      const replies: Record<string, string> = {
        EHLO: '250 ok',
        MAIL: '250 ok',
        RCPT: '250 ok',
        DATA: '354 go on',
        QUIT: '221 bye',
      };
      socket.write('220 ready\r\n');
      socket.on('data', (chunk) => {
        const text = String(chunk);
        received += text;
        const reply =
          replies[text.slice(0, 4).toUpperCase()] ?? (text.endsWith('\r\n.\r\n') ? '250 taken' : undefined);
        if (reply) socket.write(`${reply}\r\n`);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server.close());

  it('is handed to it', async () => {
    const smtpUrl = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await createMailer({ smtpUrl, from, directory: '', logger: pino({ level: 'silent' }) })(mail);
    expect(received).toContain('RCPT TO:<ann@example.com>');
    expect(received).toContain('From: Tollgate <no-reply@example.com>');
    expect(received).toContain('token=a-secret');
  });
});

describe('a process that stops', () => {
  it('waits for mails that are being sent, also for one that fails', async () => {
    const sent: string[] = [];
    const { sendMail, settled } = trackMails(async ({ to }) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (to === 'broken') throw new Error('refused');
      sent.push(to);
    });
    const broken = sendMail({ ...mail, to: 'broken' });
    const sending = [sendMail(mail), broken.catch(() => undefined)];
    await settled();
    expect(sent).toEqual([mail.to]);
    await Promise.all(sending);
    await expect(broken).rejects.toThrow('refused');
  });
});
