/** One measured figure. `limit` is what the same machine reached in the same run without our part; ratio = value / limit. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  limit?: number | undefined;
}

const round = (value: number) => Number(value.toPrecision(4));

/** Prints figures as they come: one JSON object a line, or columns for people. */
export function reporter(json: boolean): (figure: Figure) => void {
  return ({ name, value, unit, limit }) => {
    const ratio = limit ? round(value / limit) : null;
    if (json) {
      console.log(
        JSON.stringify({
          name,
          value: round(value),
          unit,
          limit: limit === undefined ? null : round(limit),
          ratio,
        }),
      );
      return;
    }
    const beside = limit === undefined ? '' : `limit ${round(limit)} ${unit}, ratio ${ratio}`;
    console.log(`${name.padEnd(58)} ${String(round(value)).padStart(10)} ${unit.padEnd(14)} ${beside}`);
  };
}
