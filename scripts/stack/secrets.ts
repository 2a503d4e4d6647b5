import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writePrivate } from './stack-file.ts';

/** Made once for each state folder and kept: sessions, upstream keys and demo logins survive a restart. */
export interface StackSecrets {
  authSecret: string;
  encryptionKey: string;
  stripeSecretKey: string;
  stripeWebhookSecret: string;
  customerPassword: string;
  adminPassword: string;
  billingToken: string;
  /** Shown once by the api, so that the embedded stack has to remember it. */
  demoApiKey?: string;
}

const fileOf = (stateFolder: string) => path.join(stateFolder, 'secrets.json');

export function loadSecrets(stateFolder: string): StackSecrets {
  const file = fileOf(stateFolder);
  const kept: Partial<StackSecrets> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const secrets = { ...newSecrets(), ...kept };
  saveSecrets(stateFolder, secrets);
  return secrets;
}

export function saveSecrets(stateFolder: string, secrets: StackSecrets): void {
  writePrivate(fileOf(stateFolder), secrets);
}

function newSecrets(): StackSecrets {
  const text = (bytes: number) => randomBytes(bytes).toString('hex');
  return {
    authSecret: randomBytes(32).toString('base64url'),
    encryptionKey: randomBytes(32).toString('base64'),
    stripeSecretKey: `sk_test_${text(24)}`,
    stripeWebhookSecret: `whsec_${text(24)}`,
    customerPassword: `demo-${text(4)}`,
    adminPassword: `admin-${text(4)}`,
    billingToken: text(24),
  };
}
