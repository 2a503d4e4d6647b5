import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const KEEP_BYTES = 20_000_000;
const WARN = 40;
/** A part in trouble must not flood the terminal: the file has everything. */
const LINES_PER_LOOK = 5;

interface LogLine {
  level?: number;
  msg?: string;
  err?: { message?: string };
}

export interface LogKeeper {
  fileOf(name: string): string;
  /** From now on says what is wrong while it is written. */
  surface(name: string, title: string): void;
  end(): void;
}

export function logKeeper(folder: string, say: (line: string) => void): LogKeeper {
  const endings: (() => void)[] = [];
  const fileOf = (name: string) => path.join(folder, `${name}.log`);
  return {
    fileOf: (name) => {
      rotate(fileOf(name));
      return fileOf(name);
    },
    surface: (name, title) => void endings.push(surface(fileOf(name), title, say)),
    end: () => {
      for (const end of endings) end();
    },
  };
}

/** The log of the starts before goes on in the same file, and is moved aside when it has grown big. */
function rotate(logFile: string): void {
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) < KEEP_BYTES) return;
  rmSync(`${logFile}.1`, { force: true });
  renameSync(logFile, `${logFile}.1`);
}

export function linesSince(logFile: string, offset: number): string[] {
  return readFrom(logFile, offset).text.split('\n').filter(Boolean);
}

/** Says warnings, errors and whatever is not a log line (a crash) while it is written. Returns how to end it. */
function surface(logFile: string, title: string, say: (line: string) => void): () => void {
  let offset = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  const look = () => {
    const { text, next } = readFrom(logFile, offset);
    const end = text.lastIndexOf('\n') + 1;
    offset = next - Buffer.byteLength(text.slice(end));
    const complaints = text.slice(0, end).split('\n').flatMap(complaintOf);
    for (const complaint of complaints.slice(0, LINES_PER_LOOK)) say(`${title}: ${complaint}`);
    const more = complaints.length - LINES_PER_LOOK;
    if (more > 0) say(`${title}: … and ${more} more lines in ${logFile}`);
  };
  const timer = setInterval(look, 500);
  timer.unref();
  return () => {
    clearInterval(timer);
    look();
  };
}

/** What lines tell of an end, for a sentence about why a part did not start: the crash, else the last complaint. */
export function reasonIn(lines: string[]): string | undefined {
  const crash = lines.findIndex((line) => /^\w*Error\b/.test(line));
  if (crash < 0) return lines.flatMap(complaintOf).at(-1);
  const after = lines.slice(crash + 1);
  const end = after.findIndex((line) => !/^\s+(?!at )[\w.]+: /.test(line));
  return [lines[crash], ...after.slice(0, Math.max(end, 0)).map((line) => line.trim())].join(' ');
}

/** Of a crash that Node prints, the source excerpt, the stack and the fields of the error say nothing to a reader. */
const crashDetail = /^\s|^node:|^file:|^throw |^\^|^[{}]|^Node\.js v|\blistening\b|^(Killed|Terminated)$|^$/;

function complaintOf(line: string): string[] {
  if (!line.startsWith('{"')) return crashDetail.test(line) ? [] : [line];
  try {
    const { level = 0, msg, err }: LogLine = JSON.parse(line);
    if (level < WARN) return [];
    return [[msg, err?.message].filter(Boolean).join(': ')];
  } catch {
    return [line];
  }
}

function readFrom(logFile: string, offset: number): { text: string; next: number } {
  let file: number;
  try {
    file = openSync(logFile, 'r');
  } catch {
    return { text: '', next: offset };
  }
  try {
    const size = fstatSync(file).size;
    const length = Math.min(Math.max(size - offset, 0), 1_000_000);
    const buffer = Buffer.alloc(length);
    const read = readSync(file, buffer, 0, length, offset);
    return { text: buffer.subarray(0, read).toString('utf8'), next: offset + read };
  } finally {
    closeSync(file);
  }
}
