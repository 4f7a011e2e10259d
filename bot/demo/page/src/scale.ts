// Where figures stand on a chart: round steps that hold them all.

export interface Scale {
  low: number;
  high: number;
  ticks: number[];
}

const STEPS = [1, 2, 2.5, 5, 10];
const WANTED = 4;

/** A scale over values, from zero where lengths or areas are compared. */
export function scale(values: number[], fromZero: boolean): Scale {
  const least = Math.min(...values, ...(fromZero ? [0] : []));
  const most = Math.max(...values, ...(fromZero ? [0] : []));
  const span = most - least || Math.abs(most) || 1;
  const rough = span / WANTED;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (STEPS.find((one) => one * power >= rough) ?? 10);
  const low = Math.floor(least / step) * step;
  const count = Math.max(1, Math.ceil((most - low) / step - 1e-9));
  const ticks = Array.from({ length: count + 1 }, (_, at) => Number((low + at * step).toPrecision(12)));
  return { low, high: ticks.at(-1) ?? most, ticks };
}

/** Every how many labels one is written, so that they do not run into each other. */
export function every(labels: string[], width: number, letter: number): number {
  const longest = Math.max(...labels.map((label) => label.length)) * letter + 10;
  return Math.max(1, Math.ceil((longest * labels.length) / Math.max(1, width)));
}

const words = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 });
export const figure = (value: number) => words.format(value);
