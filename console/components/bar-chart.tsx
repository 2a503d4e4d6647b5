import { largestOf, percentOf } from '../money.ts';
import styles from '../styles/bar-chart.module.css';

export interface Bar {
  name: string;
  usd: string;
  /** For whoever points at it. */
  title: string;
}

const HEIGHT = 100;
const STEP = 10;
const BAR = 8;

/** Amounts side by side, drawn without a library; the figures themselves are in a table beside it. */
export function BarChart({ bars, label }: { bars: readonly Bar[]; label: string }) {
  const largest = largestOf(bars.map(({ usd }) => usd));
  return (
    <svg
      className={styles.chart}
      role="img"
      aria-label={label}
      viewBox={`0 0 ${Math.max(1, bars.length) * STEP} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      {bars.map(({ name, usd, title }, index) => {
        // A day with any charge shows at least a line.
        const height = Math.max(percentOf(usd, largest), Number(usd !== '0.00'));
        return (
          <g key={name}>
            <title>{title}</title>
            <rect className={styles.ground} x={index * STEP} y={0} width={STEP} height={HEIGHT} />
            <rect
              className={styles.bar}
              x={index * STEP + 1}
              y={HEIGHT - height}
              width={BAR}
              height={height}
            />
          </g>
        );
      })}
    </svg>
  );
}
