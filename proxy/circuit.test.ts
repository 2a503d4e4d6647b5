import { describe, expect, it } from '@jest/globals';
import { Circuit } from './circuit.ts';

function failing(times: number, nowMs = 0): Circuit {
  const circuit = new Circuit();
  for (let i = 0; i < times; i++) circuit.failed('ordinary', nowMs);
  return circuit;
}

/** From `nowMs` on, the first millisecond at which a call is allowed again. */
function allowedFrom(circuit: Circuit, nowMs: number): number {
  for (let at = nowMs; at < nowMs + 200_000; at += 500) if (circuit.allows(at)) return at;
  return Number.POSITIVE_INFINITY;
}

describe('a circuit', () => {
  it('opens at the fifth failure in a row and not before', () => {
    expect(failing(4).state(0)).toBe('closed');
    expect(failing(4).allows(0)).toBe(true);
    expect(failing(5).state(0)).toBe('open');
    expect(failing(5).allows(0)).toBe(false);
  });

  it('forgives failures between which it answers', () => {
    const circuit = new Circuit();
    for (let i = 0; i < 100; i++) {
      for (let j = 0; j < 4; j++) circuit.failed('ordinary', 0);
      for (let j = 0; j < 6; j++) circuit.succeeded('ordinary');
    }
    expect(circuit.state(0)).toBe('closed');
  });

  it('opens when half of the last twenty calls failed', () => {
    const circuit = new Circuit();
    for (let i = 0; i < 9; i++) {
      circuit.succeeded('ordinary');
      circuit.failed('ordinary', 0);
    }
    circuit.succeeded('ordinary');
    expect(circuit.state(0)).toBe('closed');
    circuit.failed('ordinary', 0);
    expect(circuit.state(0)).toBe('open');
  });

  it('lets one call probe when the pause is over, and closes when that one is answered', () => {
    const circuit = failing(5);
    expect(circuit.state(1_000)).toBe('half_open');
    expect(circuit.allows(1_000)).toBe(true);
    expect(circuit.begin(1_000)).toBe('probe');
    expect(circuit.allows(1_000)).toBe(false);
    expect(circuit.begin(1_000)).toBe('ordinary');
    circuit.succeeded('probe');
    expect(circuit.state(1_000)).toBe('closed');
    // All that was before is forgotten.
    for (let i = 0; i < 4; i++) circuit.failed('ordinary', 1_000);
    expect(circuit.allows(1_000)).toBe(true);
  });

  it('waits twice as long after each probe that fails, and never longer than a minute', () => {
    const circuit = failing(5);
    const pauses: number[] = [];
    let nowMs = 0;
    for (let i = 0; i < 9; i++) {
      const next = allowedFrom(circuit, nowMs);
      pauses.push(next - nowMs);
      nowMs = next;
      circuit.failed(circuit.begin(nowMs), nowMs);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('lets another call probe when the first one was given up', () => {
    const circuit = failing(5);
    circuit.abandoned(circuit.begin(1_000));
    expect(circuit.allows(1_000)).toBe(true);
    expect(circuit.begin(1_000)).toBe('probe');
  });

  it('does not believe calls that began before it opened', () => {
    const circuit = failing(5);
    circuit.succeeded('ordinary');
    expect(circuit.state(0)).toBe('open');
    for (let i = 0; i < 50; i++) circuit.failed('ordinary', 900);
    expect(circuit.allows(1_000)).toBe(true);
  });

  it('cools down for as long as it said, and the longer wish wins', () => {
    const circuit = new Circuit();
    circuit.coolDown('ordinary', 7_000);
    circuit.coolDown('ordinary', 3_000);
    expect(circuit.allows(6_999)).toBe(false);
    expect(circuit.allows(7_000)).toBe(true);
    expect(circuit.state(6_999)).toBe('closed');
  });

  it('that cools down in a probe is probed again afterwards', () => {
    const circuit = failing(5);
    circuit.coolDown(circuit.begin(1_000), 5_000);
    expect(circuit.allows(4_999)).toBe(false);
    expect(circuit.begin(5_000)).toBe('probe');
  });
});
